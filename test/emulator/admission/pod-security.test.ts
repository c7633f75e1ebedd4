import { beforeEach, describe, expect, test } from 'vitest';
import { violationsOf, violationText } from '../../../src/emulator/admission/pod-security/checks.ts';
import { policiesOf } from '../../../src/emulator/admission/pod-security/levels.ts';
import { podView } from '../../../src/emulator/admission/pod-security/pod-view.ts';
import { pod, Registry } from './machine.ts';

let registry: Registry;

beforeEach(() => {
  registry = new Registry();
});

const namespace = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v])),
  },
});

const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const NGINX =
  'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

describe('a namespace that enforces', () => {
  test('refuses pods, and says all that is wrong', async () => {
    await registry.create('namespaces', namespace('strict', { enforce: 'restricted' }));
    await expect(registry.create('pods', pod('p', {}, 'strict'))).rejects.toThrow(`pods "p" is forbidden: ${NGINX}`);
    const containers = [{ name: 'c', image: 'nginx', securityContext: good }];
    const made = await registry.create('pods', pod('p', { containers }, 'strict'));
    expect(made.metadata.name).toBe('p');
    expect(registry.warnings).toEqual([]);
  });

  test('warns of workloads whose pods it would refuse', async () => {
    await registry.create('namespaces', namespace('strict', { enforce: 'restricted' }));
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    const made = await registry.create('deployments.apps', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'strict' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    expect(made.metadata.uid).toBeDefined();
    expect(registry.warnings).toEqual([`would ${NGINX.replace('violates', 'violate')}`]);
    await registry.create('cronjobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'j', namespace: 'strict' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: 'Never', hostNetwork: true, containers: [{ name: 'c', image: 'x' }] } },
          },
        },
      },
    });
    expect(registry.warnings[0]).toContain('host namespaces (hostNetwork=true)');
  });

  test('may only warn, at another level and version', async () => {
    await registry.create(
      'namespaces',
      namespace('soft', { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.20' }),
    );
    await registry.create('pods', pod('p', {}, 'soft'));
    expect(registry.warnings).toHaveLength(1);
    expect(registry.warnings[0]).toMatch(/^would violate PodSecurity "restricted:v1\.20": allowPrivilegeEscalation/);
    expect(registry.warnings[0]).not.toContain('capabilities');
  });

  test('tells of the pods that run already when it becomes stricter', async () => {
    const made = await registry.create('namespaces', namespace('later'));
    for (const name of ['a', 'b', 'c']) await registry.create('pods', pod(name, {}, 'later'));
    await registry.create('pods', pod('host', { hostPID: true }, 'later'));
    await registry.change('namespaces', made, (copy) => {
      copy.metadata.labels!['pod-security.kubernetes.io/enforce'] = 'restricted';
    });
    expect(registry.warnings).toEqual([
      'existing pods in namespace "later" violate the new PodSecurity enforce level "restricted:latest"',
      'a (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
      'host: host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    ]);
  });

  test('names a level and a version that there are', async () => {
    await expect(
      registry.create('namespaces', namespace('x', { enforce: 'hard', 'warn-version': '1.2' })),
    ).rejects.toThrow(
      'Namespace "x" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "hard": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
    );
  });

  test('leaves pods alone that only change in what the checks do not look at', async () => {
    const made = await registry.create('namespaces', namespace('late'));
    const running = await registry.create('pods', pod('p', {}, 'late'));
    await registry.change('namespaces', made, (copy) => {
      copy.metadata.labels!['pod-security.kubernetes.io/enforce'] = 'restricted';
    });
    await registry.change('pods', running, (copy) => {
      copy.metadata.labels = { new: 'label' };
    });
    expect(registry.warnings).toEqual([]);
  });
});

describe('the checks', () => {
  const c = (securityContext: unknown, more: Record<string, unknown> = {}) => ({
    name: 'c',
    image: 'x',
    securityContext,
    ...more,
  });
  const found = (level: string, spec: Record<string, unknown>, annotations?: Record<string, string>) => {
    const policy = policiesOf({ 'pod-security.kubernetes.io/enforce': level }).enforce;
    return violationText(violationsOf(policy, podView({ metadata: { annotations } as never, spec })));
  };

  test.each([
    [
      { containers: [c({ privileged: true })] },
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [
      { containers: [c({ capabilities: { add: ['SYS_TIME', 'NET_ADMIN', 'CHOWN'] } })] },
      'non-default capabilities (container "c" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add)',
    ],
    [
      { hostNetwork: true, hostPID: true, hostIPC: true },
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [
      {
        volumes: [
          { name: 'a', hostPath: {} },
          { name: 'b', hostPath: {} },
        ],
      },
      'hostPath volumes (volumes "a", "b")',
    ],
    [
      { containers: [c({}, { ports: [{ hostPort: 80 }, { hostPort: 81 }] })] },
      'hostPort (container "c" uses hostPorts 80, 81)',
    ],
    [
      { containers: [c({}, { livenessProbe: { httpGet: { host: '10.0.0.1' } } })] },
      'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      { containers: [c({ procMount: 'Unmasked' })] },
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      {
        securityContext: { seLinuxOptions: { user: 'u' } },
        containers: [c({ seLinuxOptions: { type: 'bad_t', role: 'r' } })],
      },
      'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "bad_t"; user may not be set; role may not be set)',
    ],
    [
      { securityContext: { sysctls: [{ name: 'kernel.msgmax' }, { name: 'net.ipv4.tcp_rmem' }] } },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      { initContainers: [{ ...c({ privileged: true }), name: 'i' }], containers: [c({ privileged: true })] },
      'privileged (containers "i", "c" must not set securityContext.privileged=true)',
    ],
    [
      {
        containers: [c({ capabilities: { add: ['NET_BIND_SERVICE'] } })],
        securityContext: { seLinuxOptions: { type: 'container_t' } },
      },
      '',
    ],
  ])('of Baseline: %j', (spec, text) => {
    expect(found('baseline', spec)).toBe(text);
  });

  test.each([
    [{ containers: [c(good)] }, ''],
    [{ containers: [c({ ...good, runAsUser: 0 })] }, 'runAsUser=0 (container "c" must not set runAsUser=0)'],
    [
      { securityContext: { runAsNonRoot: false }, containers: [c(good)] },
      'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
    ],
    [
      { containers: [c({ ...good, capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } })] },
      'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      {
        volumes: [
          { name: 'v', hostPath: {} },
          { name: 'n', nfs: {} },
          { name: 'e', emptyDir: {} },
        ],
        containers: [c(good)],
      },
      'restricted volume types (volumes "v", "n" use restricted volume types "hostPath", "nfs")',
    ],
    [{ os: { name: 'windows' }, containers: [c({ runAsNonRoot: true })] }, ''],
    [
      { containers: [c({ ...good, seccompProfile: { type: 'Unconfined' } })] },
      'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ])('of Restricted: %j', (spec, text) => {
    expect(found('restricted', spec)).toBe(text);
  });

  test('by annotations, of old', () => {
    expect(found('baseline', {}, { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' })).toBe(
      'forbidden AppArmor profile (container.apparmor.security.beta.kubernetes.io/c="unconfined")',
    );
  });
});
