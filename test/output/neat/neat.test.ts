import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { neat } from '../../../src/output/neat/neat.ts';

const token = {
  name: 'kube-api-access-x7',
  projected: { defaultMode: 420, sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] },
};

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    generateName: 'web-',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', 'pod-template-hash': '5d' },
    annotations: { 'cni.projectcalico.org/podIP': '10.0.0.1' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'r' }],
    finalizers: ['example.com/mine', 'foregroundDeletion'],
  },
  spec: {
    nodeName: 'one',
    serviceAccount: 'default',
    serviceAccountName: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    enableServiceLinks: true,
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    containers: [
      {
        name: 'c',
        image: 'nginx:1',
        imagePullPolicy: 'IfNotPresent',
        resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'kube-api-access-x7', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
        ],
      },
    ],
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'mine', operator: 'Exists' },
    ],
    volumes: [{ name: 'data', emptyDir: {} }, token],
  },
  status: { phase: 'Running' },
};

test('a pod is what one would have written, and stays as it was', () => {
  const before = structuredClone(pod);
  expect(neat(pod)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, finalizers: ['example.com/mine'] },
    spec: {
      containers: [
        {
          name: 'c',
          image: 'nginx:1',
          resources: { limits: { cpu: '1' } },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      tolerations: [{ key: 'mine', operator: 'Exists' }],
      volumes: [{ name: 'data' }],
    },
  });
  expect(pod).toEqual(before);
});

describe('what may be written as well as given out', () => {
  const service = (applied?: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      ...(applied && {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: applied }) },
      }),
    },
    spec: {
      type: 'NodePort',
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30080 }],
    },
  });

  test('goes where nobody is known to have written it', () => {
    expect(neat(service()).spec).toEqual({ type: 'NodePort', ports: [{ port: 80 }] });
  });

  test('stays where the manifest has it', () => {
    const applied = { clusterIP: '10.96.0.7', ports: [{ port: 80, nodePort: 30080 }] };
    expect(neat(service(applied)).spec).toEqual({
      type: 'NodePort',
      clusterIP: '10.96.0.7',
      ports: [{ port: 80, nodePort: 30080 }],
    });
    expect(neat(service(applied)).metadata).toEqual({ name: 'web' });
  });

  test('a headless service stays one', () => {
    const headless = { ...service(), spec: { clusterIP: 'None', clusterIPs: ['None'], type: 'ClusterIP' } };
    expect(neat(headless).spec).toEqual({ clusterIP: 'None' });
  });
});

test('a value that is a default in one object and none in the next is told apart', () => {
  const deployment = (image: string, imagePullPolicy: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec: { containers: [{ name: 'c', image, imagePullPolicy }] } } },
  });
  const policyOf = (object: KubeObject) => neat(object).spec.template.spec.containers[0].imagePullPolicy;
  expect(policyOf(deployment('nginx', 'Always'))).toBeUndefined();
  expect(policyOf(deployment('nginx:1', 'Always'))).toBe('Always');
  expect(policyOf(deployment('nginx', 'IfNotPresent'))).toBe('IfNotPresent');
  expect(policyOf(deployment('nginx:1', 'IfNotPresent'))).toBeUndefined();
});

test('of a custom object nothing is taken that may have been written', () => {
  const backup = {
    apiVersion: 'example.com/v1',
    kind: 'Backup',
    metadata: { name: 'b', uid: 'u', generation: 2 },
    spec: { replicas: 1, schedulerName: 'default-scheduler' },
    status: { done: true },
  };
  const { status: _, ...rest } = backup;
  expect(neat(backup)).toEqual({ ...rest, metadata: { name: 'b' } });
});

test('a job has neither the selector nor the labels that it was given', () => {
  const labels = { 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'm', app: 'm' };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'm' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [], restartPolicy: 'Never' } },
    },
  };
  expect(neat(job).spec.selector).toBeUndefined();
  expect(neat(job).spec.template.metadata.labels).toEqual({ app: 'm' });
  const manual = { ...job, spec: { ...job.spec, manualSelector: true } };
  expect(neat(manual).spec.selector).toEqual({ matchLabels: labels });
});
