import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import type { UserInfo } from '../../../src/emulator/registry/machine.ts';
import { object, pod, Registry } from './machine.ts';

let registry: Registry;

beforeEach(() => {
  registry = new Registry();
});

const nodeUser = (name: string): UserInfo => ({
  name: `system:node:${name}`,
  groups: ['system:nodes', 'system:authenticated'],
});

test('plugins stand in the order of the real server, quota last', () => {
  const names = admissionPlugins.map(({ name }) => name);
  const upstream = [
    'NamespaceLifecycle',
    'LimitRanger',
    'ServiceAccount',
    'NodeRestriction',
    'TaintNodesByCondition',
    'PodSecurity',
    'Priority',
    'DefaultTolerationSeconds',
    'DefaultStorageClass',
    'StorageObjectInUseProtection',
    'PersistentVolumeClaimResize',
    'RuntimeClass',
    'CertificateApproval',
    'CertificateSigning',
    'ClusterTrustBundleAttest',
    'CertificateSubjectRestriction',
    'DefaultIngressClass',
    'PodTopologyLabels',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionWebhook',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionWebhook',
    'ResourceQuota',
  ];
  expect(names.filter((name) => upstream.includes(name))).toEqual(upstream);
  expect(names.at(-1)).toBe('ResourceQuota');
});

describe('LimitRanger', () => {
  const range = (limits: unknown[]) => registry.create('limitranges', object('LimitRange', 'l', { spec: { limits } }));
  const sized = (requests: unknown, limits: unknown, more: Record<string, unknown> = {}) =>
    pod('p', { containers: [{ name: 'c', image: 'x', resources: { requests, limits } }], ...more });

  test('lists what is wrong, of init containers too', async () => {
    await range([
      { type: 'Container', min: { cpu: '100m' }, max: { memory: '1Gi' }, maxLimitRequestRatio: { cpu: '2' } },
    ]);
    await expect(registry.create('pods', sized({ cpu: '50m' }, { cpu: '200m', memory: '2Gi' }))).rejects.toThrow(
      'pods "p" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container is 1Gi, but limit is 2Gi, cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000]',
    );
    const initContainers = [{ name: 'i', image: 'x', resources: { requests: { cpu: '50m' }, limits: { cpu: '50m' } } }];
    const fine = { cpu: '100m', memory: '1Gi' };
    await expect(registry.create('pods', sized(fine, fine, { initContainers }))).rejects.toThrow(
      'pods "p" is forbidden: minimum cpu usage per Container is 100m, but request is 50m',
    );
  });

  test('adds up a pod: containers, sidecars, and the hungriest init container', async () => {
    await range([{ type: 'Pod', max: { cpu: '1' } }]);
    const limits = (cpu: string) => ({ requests: { cpu }, limits: { cpu } });
    const sidecar = { name: 's', image: 'x', restartPolicy: 'Always', resources: limits('600m') };
    await expect(
      registry.create('pods', sized({ cpu: '500m' }, { cpu: '500m' }, { initContainers: [sidecar] })),
    ).rejects.toThrow('maximum cpu usage per Pod is 1, but limit is 1100m');
    const init = { name: 'i', image: 'x', resources: limits('900m') };
    await registry.create('pods', sized({ cpu: '500m' }, { cpu: '500m' }, { initContainers: [init] }));
  });

  test('holds claims to what they may ask for', async () => {
    await range([{ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } }]);
    const claim = (storage: string) =>
      registry.create(
        'persistentvolumeclaims',
        object('PersistentVolumeClaim', 'c', {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
        }),
      );
    await expect(claim('512Mi')).rejects.toThrow(
      'persistentvolumeclaims "c" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
    );
    await expect(claim('3Gi')).rejects.toThrow(
      'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
    );
  });
});

describe('ServiceAccount', () => {
  test('holds pods to the secrets that their account lists, where it says so', async () => {
    await registry.create('serviceaccounts', {
      ...object('ServiceAccount', 'bot', { secrets: [{ name: 'known' }] }),
      metadata: {
        name: 'bot',
        namespace: 'default',
        annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' },
      },
    });
    const make = (spec: Record<string, unknown>) =>
      registry.create('pods', pod('p', { serviceAccountName: 'bot', ...spec }));
    await expect(make({ volumes: [{ name: 'v', secret: { secretName: 'other' } }] })).rejects.toThrow(
      'pods "p" is forbidden: volume with secret.secretName="other" is not allowed because service account bot does not reference that secret',
    );
    const env = [{ name: 'E', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }];
    await expect(make({ containers: [{ name: 'c', image: 'x', env }] })).rejects.toThrow(
      'container c with envVar E referencing secret.secretName="other" is not allowed because service account bot does not reference that secret',
    );
    await expect(make({ imagePullSecrets: [{ name: 'other' }] })).rejects.toThrow(
      'imagePullSecrets[0].name="other" is not allowed because service account bot does not reference that imagePullSecret',
    );
    await make({ volumes: [{ name: 'v', secret: { secretName: 'known' } }] });
  });

  test('calls pods without a name by the beginning of it', async () => {
    const { spec, ...unnamed } = pod('', { serviceAccountName: 'nobody' });
    const metadata = { generateName: 'web-', namespace: 'default' };
    await expect(registry.create('pods', { ...unnamed, spec, metadata })).rejects.toThrow(
      'pods "web-" is forbidden: error looking up service account default/nobody',
    );
  });
});

describe('Priority', () => {
  const priorityClass = (name: string, more: Record<string, unknown>) =>
    registry.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 10,
      ...more,
    });

  test('knows one default, and the numbers and policies that classes stand for', async () => {
    await priorityClass('normal', { globalDefault: true, preemptionPolicy: 'Never' });
    await expect(priorityClass('other', { globalDefault: true })).rejects.toThrow(
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass normal is already marked as default. Only one default can exist',
    );
    const made = await registry.create('pods', pod('p'));
    expect(made['spec']).toMatchObject({ priorityClassName: 'normal', priority: 10, preemptionPolicy: 'Never' });
    await expect(registry.create('pods', pod('q', { preemptionPolicy: 'PreemptLowerPriority' }))).rejects.toThrow(
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name',
    );
  });
});

describe('nodes', () => {
  const node = (name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...more },
  });

  test('are tainted until they say that they are ready', async () => {
    const made = await registry.create('nodes', node('n'));
    expect(made['spec'].taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  test('write about themselves and their pods alone', async () => {
    const me = nodeUser('n1');
    await expect(registry.create('nodes', node('n2'), me)).rejects.toThrow(
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    );
    const labels = {
      'node-role.kubernetes.io/master': '',
      'kubernetes.io/os': 'linux',
      'x.node-restriction.kubernetes.io/a': '',
    };
    await expect(registry.create('nodes', node('n1', { labels }), me)).rejects.toThrow(
      'node "n1" is not allowed to set the following labels: node-role.kubernetes.io/master, x.node-restriction.kubernetes.io/a',
    );
    const made = await registry.create('nodes', node('n1', { labels: { 'kubernetes.io/os': 'linux' } }), me);
    await expect(
      registry.change(
        'nodes',
        made,
        (copy) => {
          copy['spec'].taints = [];
        },
        { user: me },
      ),
    ).rejects.toThrow('node "n1" is not allowed to modify taints');
    await expect(registry.create('pods', pod('p', { nodeName: 'n1' }), me)).rejects.toThrow(
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    );
    const elsewhere = await registry.create('pods', pod('p', { nodeName: 'n2' }));
    const running = (copy: KubeObject) => {
      copy['status'] = { ...copy['status'], phase: 'Running' };
    };
    await expect(registry.change('pods', elsewhere, running, { user: me, subresource: 'status' })).rejects.toThrow(
      'node "n1" can only update pod status for pods with spec.nodeName set to itself',
    );
    const there = await registry.change('pods', elsewhere, running, { user: nodeUser('n2'), subresource: 'status' });
    expect(there['status'].phase).toBe('Running');
  });
});

describe('RuntimeClass', () => {
  test('gives a pod its overhead and its place', async () => {
    await registry.create('runtimeclasses.node.k8s.io', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'vm' },
      handler: 'vm',
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: { nodeSelector: { kind: 'vm' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
    });
    const made = await registry.create('pods', pod('p', { runtimeClassName: 'vm', nodeSelector: { zone: 'a' } }));
    expect(made['spec']).toMatchObject({ overhead: { cpu: '250m' }, nodeSelector: { zone: 'a', kind: 'vm' } });
    expect(made['spec'].tolerations).toContainEqual({ key: 'vm', operator: 'Exists' });
    const refused = (spec: Record<string, unknown>) => expect(registry.create('pods', pod('q', spec))).rejects;
    await refused({ runtimeClassName: 'no' }).toThrow(
      'pods "q" is forbidden: pod rejected: RuntimeClass "no" not found',
    );
    await refused({ runtimeClassName: 'vm', nodeSelector: { kind: 'metal' } }).toThrow(
      'conflict: runtimeClass.scheduling.nodeSelector[kind] = vm; pod.spec.nodeSelector[kind] = metal',
    );
    await refused({ runtimeClassName: 'vm', overhead: { cpu: '1' } }).toThrow(
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    );
    await refused({ overhead: { cpu: '1' } }).toThrow(
      'pod rejected: Pod Overhead set without corresponding RuntimeClass',
    );
  });
});

describe('claims', () => {
  test('are protected, and grow where their class lets them, once they are bound', async () => {
    const storageClass = (name: string, allowVolumeExpansion: boolean) =>
      registry.create('storageclasses.storage.k8s.io', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name },
        provisioner: 'x.example.com',
        allowVolumeExpansion,
      });
    await storageClass('fixed', false);
    await storageClass('elastic', true);
    const spec = (storageClassName: string) => ({
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: '1Gi' } },
    });
    const grow = (claim: KubeObject) =>
      registry.change('persistentvolumeclaims', claim, (copy) => {
        copy['spec'].resources.requests.storage = '2Gi';
      });
    const bind = (claim: KubeObject) =>
      registry.change(
        'persistentvolumeclaims',
        claim,
        (copy) => {
          copy['status'] = { phase: 'Bound' };
        },
        {
          subresource: 'status',
        },
      );
    const make = (name: string, className: string) =>
      registry.create('persistentvolumeclaims', object('PersistentVolumeClaim', name, { spec: spec(className) }));
    const elastic = await make('e', 'elastic');
    expect(elastic.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    // Validation comes first, and knows too that unbound claims stay as they are.
    await expect(grow(elastic)).rejects.toThrow(/immutable after creation|Only bound persistent volume claims/);
    await bind(elastic);
    expect((await grow(elastic))['spec'].resources.requests.storage).toBe('2Gi');
    const fixed = await make('f', 'fixed');
    await bind(fixed);
    await expect(grow(fixed)).rejects.toThrow(
      'persistentvolumeclaims "f" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  });
});

describe('certificates', () => {
  test('make nobody an administrator', async () => {
    const organization = Buffer.concat([
      Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 14]),
      Buffer.from('system:masters'),
    ]);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${organization.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const plugin = admissionPlugins.find(({ name }) => name === 'CertificateSubjectRestriction')!;
    const request = (signerName: string) => ({
      operation: 'CREATE' as const,
      resource: registry.machine.catalog.named('certificatesigningrequests.certificates.k8s.io')!,
      namespace: undefined,
      name: 'csr',
      object: {
        ...object('CertificateSigningRequest', 'csr'),
        spec: { signerName, request: Buffer.from(pem).toString('base64') },
      },
      previous: undefined,
      subresource: undefined,
      dryRun: false,
      user: nodeUser('n'),
      machine: registry.machine,
    });
    expect(() => plugin.check!(request('kubernetes.io/kube-apiserver-client'))).toThrow(
      'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
    expect(() => plugin.check!(request('kubernetes.io/kubelet-serving'))).not.toThrow();
  });
});

describe('ResourceQuota', () => {
  const quota = (name: string, hard: Record<string, string>, more: Record<string, unknown> = {}) =>
    registry.create('resourcequotas', object('ResourceQuota', name, { spec: { hard, ...more } }));
  const sized = (name: string, cpu: string, more: Record<string, unknown> = {}) =>
    pod(name, { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }], ...more });

  test('wants amounts where it limits them, of init containers too', async () => {
    await quota('q', { 'requests.cpu': '1', 'limits.memory': '1Gi' });
    const initContainers = [{ name: 'i', image: 'x' }];
    await expect(registry.create('pods', sized('p', '1', { initContainers }))).rejects.toThrow(
      'pods "p" is forbidden: failed quota: q: must specify limits.memory for: c,i; requests.cpu for: i',
    );
  });

  test('adds up what there is, and names what goes beyond', async () => {
    await quota('q', { 'requests.cpu': '1', pods: '2', 'count/configmaps': '1' });
    await registry.create('pods', sized('a', '600m'));
    await expect(registry.create('pods', sized('b', '500m'))).rejects.toThrow(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    await registry.create('pods', sized('b', '400m'));
    await expect(registry.create('pods', sized('c', '0'))).rejects.toThrow(
      'requested: pods=1, used: pods=2, limited: pods=2',
    );
    await registry.create('configmaps', object('ConfigMap', 'one'));
    await expect(registry.create('configmaps', object('ConfigMap', 'two'))).rejects.toThrow(
      'configmaps "two" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1',
    );
  });

  test('is about what its scopes say', async () => {
    await quota('across', { pods: '0' }, { scopes: ['CrossNamespacePodAffinity'] });
    await quota('short', { pods: '0' }, { scopes: ['Terminating'] });
    await registry.create('pods', pod('plain'));
    const term = { topologyKey: 'zone', labelSelector: {}, namespaces: ['other'] };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    await expect(registry.create('pods', pod('far', { affinity }))).rejects.toThrow('exceeded quota: across');
    await expect(registry.create('pods', pod('soon', { activeDeadlineSeconds: 5 }))).rejects.toThrow(
      'exceeded quota: short',
    );
  });

  test('takes nothing for a dry run, or for a write that fails', async () => {
    await quota('q', { services: '1', 'services.nodeports': '1' });
    const service = (name: string, spec: Record<string, unknown> = {}) =>
      object('Service', name, { spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec } });
    await expect(registry.create('services', service('bad', { type: 'Wrong' }))).rejects.toThrow();
    await registry.create('services', service('good'));
    await expect(registry.create('services', service('more'))).rejects.toThrow(
      /exceeded quota: q, requested: services(=|\.nodeports)/,
    );
  });
});
