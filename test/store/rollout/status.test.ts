import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { rolloutStatusMessage } from '../../../src/store/rollout/status.ts';
import { deployment } from './objects.ts';

const line = (object: KubeObject, revision?: number): string => {
  const { message, done } = rolloutStatusMessage(object, revision);
  return `${done ? 'done' : 'wait'}: ${message}`;
};

describe('deployments', () => {
  test.each([
    [{ generation: 3 }, 'wait: Waiting for deployment spec update to be observed...'],
    [
      { status: { observedGeneration: 2, replicas: 3, updatedReplicas: 1 } },
      'wait: Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
    ],
    [
      { status: { observedGeneration: 2, replicas: 4, updatedReplicas: 3 } },
      'wait: Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
    ],
    [
      { status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 2 } },
      'wait: Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...',
    ],
    [
      { status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 } },
      'done: deployment "web" successfully rolled out',
    ],
    [{ spec: { replicas: 0 } }, 'done: deployment "web" successfully rolled out'],
  ])('%j', (overrides, expected) => {
    expect(line(deployment('i', overrides))).toBe(expected);
  });

  test('the deadline is an error', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(() => line(deployment('i', { status: { observedGeneration: 2, conditions } }))).toThrow(
      'deployment "web" exceeded its progress deadline',
    );
  });
  test('another revision than asked for is an error', () => {
    expect(() => line(deployment('i'), 1)).toThrow('desired revision (1) is different from the running revision (2)');
    expect(line(deployment('i', { spec: { replicas: 0 } }), 2)).toMatch(/^done/);
  });
});

const of = (kind: string, spec: object, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'x', generation: 1 },
  spec: { updateStrategy: { type: 'RollingUpdate' }, ...spec },
  status: { observedGeneration: 1, ...status },
});

describe('daemon sets', () => {
  test.each([
    [{ observedGeneration: 0 }, 'wait: Waiting for daemon set spec update to be observed...'],
    [
      { desiredNumberScheduled: 3, updatedNumberScheduled: 1 },
      'wait: Waiting for daemon set "x" rollout to finish: 1 out of 3 new pods have been updated...',
    ],
    [
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      'wait: Waiting for daemon set "x" rollout to finish: 2 of 3 updated pods are available...',
    ],
    [
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      'done: daemon set "x" successfully rolled out',
    ],
  ])('%j', (status, expected) => {
    expect(line(of('DaemonSet', {}, status))).toBe(expected);
  });
});

describe('stateful sets', () => {
  const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
  test.each([
    [{}, { observedGeneration: 0 }, 'wait: Waiting for statefulset spec update to be observed...'],
    [{ replicas: 3 }, { readyReplicas: 1 }, 'wait: Waiting for 2 pods to be ready...'],
    [
      { replicas: 3, ...partition },
      { readyReplicas: 3, updatedReplicas: 1 },
      'wait: Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...',
    ],
    [
      { replicas: 3, ...partition },
      { readyReplicas: 3, updatedReplicas: 2 },
      'done: partitioned roll out complete: 2 new pods have been updated...',
    ],
    [
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 1, updateRevision: 'x-2', currentRevision: 'x-1' },
      'wait: waiting for statefulset rolling update to complete 1 pods at revision x-2...',
    ],
    [
      { replicas: 2 },
      { readyReplicas: 2, currentReplicas: 2, updateRevision: 'x-2', currentRevision: 'x-2' },
      'done: statefulset rolling update complete 2 pods at revision x-2...',
    ],
  ])('%j %j', (spec, status, expected) => {
    expect(line(of('StatefulSet', spec, status))).toBe(expected);
  });
  test('OnDelete has no status to wait for', () => {
    expect(() => line(of('StatefulSet', { updateStrategy: { type: 'OnDelete' } }, {}))).toThrow(
      'rollout status is only available for RollingUpdate strategy type',
    );
  });
});

test('other kinds have no viewer', () => {
  expect(() => line(of('ReplicaSet', {}, {}))).toThrow('no status viewer has been implemented for ReplicaSet.apps');
});
