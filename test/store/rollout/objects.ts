import type { KubeObject } from '../../../src/api/meta.ts';

/** Builders for the objects of one rollout; times are seconds after 10:00. */
export const at = (seconds: number): string =>
  `2026-03-01T10:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}Z`;

const template = (image: string, hash?: string) => ({
  metadata: { labels: { app: 'web', ...(hash ? { 'pod-template-hash': hash } : {}) } },
  spec: { containers: [{ name: 'web', image }] },
});

export function deployment(
  image: string,
  overrides: { spec?: object; status?: object; generation?: number } = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'dep',
      generation: overrides.generation ?? 2,
      creationTimestamp: at(0),
      annotations: { 'deployment.kubernetes.io/revision': '2' },
    },
    spec: {
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: template(image),
      ...overrides.spec,
    },
    status: { observedGeneration: 2, ...overrides.status },
  };
}

export function replicaSet(revision: number, image: string, replicas: number): KubeObject {
  const hash = `hash${revision}`;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${hash}`,
      namespace: 'shop',
      uid: `rs${revision}`,
      creationTimestamp: at(revision * 60),
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'dep', controller: true }],
    },
    spec: { replicas, template: template(image, hash) },
  };
}

export interface PodShape {
  node?: string;
  ready?: boolean;
  restarts?: number;
  /** Container state as the kubelet writes it. */
  state?: object;
  lastState?: object;
  conditions?: object[];
  deleting?: boolean;
  phase?: string;
}

export function pod(name: string, revision: number, image: string, shape: PodShape = {}): KubeObject {
  const since = at(revision * 60 + 5);
  const ready = shape.ready ?? false;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      creationTimestamp: at(revision * 60),
      ...(shape.deleting ? { deletionTimestamp: at(300) } : {}),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `web-hash${revision}`,
          uid: `rs${revision}`,
          controller: true,
        },
      ],
    },
    spec: { ...(shape.node ? { nodeName: shape.node } : {}), containers: [{ name: 'web', image }] },
    status: {
      phase: shape.phase ?? 'Pending',
      conditions: shape.conditions ?? [
        { type: 'PodScheduled', status: shape.node ? 'True' : 'False', lastTransitionTime: since },
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since },
      ],
      containerStatuses: [
        {
          name: 'web',
          ready,
          restartCount: shape.restarts ?? 0,
          state: shape.state ?? (ready ? { running: { startedAt: since } } : {}),
          lastState: shape.lastState ?? {},
        },
      ],
    },
  };
}

export function event(reason: string, podName: string, seconds: number, message = ''): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${podName}.${reason}`, namespace: 'shop', creationTimestamp: at(seconds) },
    involvedObject: { kind: 'Pod', name: podName, uid: `uid-${podName}` },
    reason,
    message,
    type: reason === 'Failed' ? 'Warning' : 'Normal',
    lastTimestamp: at(seconds),
  };
}
