import { expect, test } from 'vitest';
import { objectState } from '../../../src/commands/tree/state.ts';

const condition = (type: string, status: string, reason?: string) => ({ type, status, ...(reason && { reason }) });

test.each([
  [
    'apps/v1',
    'Deployment',
    { replicas: 3 },
    { readyReplicas: 2, conditions: [condition('Available', 'True')] },
    '2/3 Available ',
  ],
  [
    'apps/v1',
    'Deployment',
    { replicas: 1 },
    { conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] },
    '0/1 Failed ProgressDeadlineExceeded',
  ],
  ['apps/v1', 'ReplicaSet', { replicas: 0 }, {}, '0/0  '],
  [
    'apps/v1',
    'ReplicaSet',
    {},
    { conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] },
    '0/1 Failed FailedCreate',
  ],
  ['apps/v1', 'DaemonSet', {}, { numberReady: 1, desiredNumberScheduled: 4 }, '1/4  '],
  ['batch/v1', 'Job', { completions: 2 }, { succeeded: 1 }, '1/2 Running '],
  ['batch/v1', 'Job', {}, { succeeded: 1, conditions: [condition('Complete', 'True')] }, '1/1 Complete '],
  [
    'batch/v1',
    'Job',
    {},
    { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] },
    '0/1 Failed BackoffLimitExceeded',
  ],
  [
    'v1',
    'Pod',
    { containers: [{ name: 'c' }] },
    { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] },
    '0/1 Pending Unschedulable',
  ],
  ['v1', 'PersistentVolumeClaim', {}, { phase: 'Bound' }, ' Bound '],
  ['example.com/v1', 'Certificate', {}, { conditions: [condition('Ready', 'False', 'Expired')] }, 'False  Expired'],
  ['example.com/v1', 'Odd', {}, { conditions: 'none' }, '  '],
])('%s %s', (apiVersion, kind, spec, status, expected) => {
  const { ready, status: word, reason } = objectState({ apiVersion, kind, metadata: { name: 'x' }, spec, status });
  expect(`${ready} ${word} ${reason}`).toBe(expected);
});

test('what is being deleted says so', () => {
  const metadata = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' };
  expect(objectState({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata }).status).toBe('Terminating');
});
