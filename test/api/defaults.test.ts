import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultPullPolicy } from '../../src/api/defaults/pods.ts';
import { applyDefaults } from '../../src/api/defaults.ts';
import type { KubeObject } from '../../src/api/meta.ts';

interface Exchange {
  method: string;
  status: number;
  request: KubeObject;
  body: KubeObject;
}
const exchanges = JSON.parse(
  readFileSync(new URL('../fixtures/api/exchanges.json', import.meta.url), 'utf8'),
) as Record<string, Exchange[]>;

/** Fields that a server gives out or its admission sets; they are no defaults. */
const notDefaults = new Set([
  ...['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'namespace', 'finalizers', 'name', 'qosClass'],
  ...['serviceAccountName', 'serviceAccount', 'tolerations', 'priority', 'preemptionPolicy'],
  ...['clusterIP', 'clusterIPs', 'nodePort'],
]);

/** What of `want` is missing or different in `got`. The recording hides durations and CPU figures as AGE, volatile values as `*`. */
function lacks(want: unknown, got: unknown, path = ''): string[] {
  if (want === '*' || want === 'AGE') return [];
  if (typeof want !== 'object' || want === null)
    return want === got ? [] : [`${path}: ${want} is ${JSON.stringify(got)}`];
  if (typeof got !== 'object' || got === null) return [`${path} is ${JSON.stringify(got)}`];
  return Object.entries(want).flatMap(([key, value]) =>
    notDefaults.has(key) ? [] : lacks(value, (got as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

const made = (object: Record<string, unknown>): KubeObject => {
  const copy = structuredClone(object) as KubeObject;
  copy.metadata ??= {};
  applyDefaults(copy);
  return copy;
};

describe('gives what a server gave', () => {
  const created = Object.entries(exchanges).flatMap(([name, steps]) =>
    steps.filter((step) => step.method === 'POST' && step.status === 201).map((step) => [name, step] as const),
  );
  for (const [name, { request, body }] of created) {
    if (body.kind !== request.kind) continue;
    test(`${name}: ${request.kind} ${request.metadata.name ?? ''}`, () => {
      // The phase of a pod is set as it is made; those of other kinds are defaults.
      const want = body.kind === 'Pod' ? { ...body, status: { ...body.status, phase: '*' } } : body;
      expect(lacks(want, made(request))).toEqual([]);
    });
  }
});

describe('rules that depend on other fields', () => {
  test('image tags', () => {
    const policies = ['nginx', 'nginx:latest', 'nginx:1', 'r:5000/nginx', 'r:5000/n:2', 'nginx@sha256:ab'].map(
      defaultPullPolicy,
    );
    expect(policies).toEqual(['Always', 'Always', 'IfNotPresent', 'Always', 'IfNotPresent', 'IfNotPresent']);
  });

  test('a volume without a source is an empty directory', () => {
    const pod = made({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: { volumes: [{ name: 'v' }, { name: 'c', configMap: { name: 'x' } }] },
    });
    expect(pod.spec.volumes).toEqual([
      { name: 'v', emptyDir: {} },
      { name: 'c', configMap: { name: 'x', defaultMode: 420 } },
    ]);
  });

  test('host network makes host ports', () => {
    const containers = [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }];
    const pod = made({ apiVersion: 'v1', kind: 'Pod', spec: { hostNetwork: true, containers } });
    expect(pod.spec.containers[0].ports[0]).toEqual({ containerPort: 80, hostPort: 80, protocol: 'TCP' });
  });

  test('service traffic policies follow the type', () => {
    const spec = (more: object): unknown =>
      made({ apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }], ...more } }).spec;
    expect(spec({})).toEqual({
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    expect(spec({ type: 'LoadBalancer', sessionAffinity: 'ClientIP' })).toMatchObject({
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    });
  });

  test('job counts', () => {
    const spec = (more: object): Record<string, unknown> =>
      made({ apiVersion: 'batch/v1', kind: 'Job', spec: { template: { spec: {} }, ...more } }).spec;
    expect(spec({})).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
    });
    expect(spec({ parallelism: 3 })).not.toHaveProperty('completions');
    expect(spec({ backoffLimitPerIndex: 1 })).toMatchObject({ backoffLimit: 2147483647 });
  });

  test('a cron job completes the pod template but not the job', () => {
    const object = made({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never' } } } } },
    });
    expect(object.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: { dnsPolicy: 'ClusterFirst', restartPolicy: 'Never' } } } },
    });
    expect(object.spec.jobTemplate.spec).not.toHaveProperty('backoffLimit');
  });

  test('a recreate strategy has no rolling update', () => {
    const object = made({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { strategy: { type: 'Recreate' } } });
    expect(object.spec.strategy).toEqual({ type: 'Recreate' });
  });

  test('secrets keep what data has and take stringData over it', () => {
    const object = made({ apiVersion: 'v1', kind: 'Secret', data: { a: 'eA==', b: 'eQ==' }, stringData: { a: 'z' } });
    expect(object).toMatchObject({ type: 'Opaque', data: { a: 'eg==', b: 'eQ==' } });
    expect(object).not.toHaveProperty('stringData');
  });

  test('namespaces carry their name as a label', () => {
    const object = made({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'n' });
    expect(object).toMatchObject({ status: { phase: 'Active' } });
  });

  test('autoscalers', () => {
    const spec = made({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', spec: { behavior: {} } }).spec;
    expect(spec.minReplicas).toBe(1);
    expect(spec.metrics[0].resource.target.averageUtilization).toBe(80);
    expect(spec.behavior.scaleUp.policies.length).toBe(2);
    const old = made({ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', spec: {} }).spec;
    expect(old).toMatchObject({ minReplicas: 1 });
    expect(old.metrics).toBeUndefined();
  });

  test('defaulting twice changes nothing, and a custom kind is left alone', () => {
    for (const steps of Object.values(exchanges)) {
      for (const { method, request } of steps) {
        if (method !== 'POST' || typeof request !== 'object') continue;
        const once = made(request);
        expect(made(once)).toEqual(once);
      }
    }
    const widget = { apiVersion: 'example.com/v1', kind: 'Deployment', metadata: {}, spec: {} };
    expect(made(widget)).toEqual(widget);
  });
});
