import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { podStatus, restartsText } from '../../src/api/pod-status.ts';

const now = Date.parse('2024-01-01T01:00:00Z');
const running = { running: { startedAt: '2024-01-01T00:00:00Z' } };
const waiting = (reason: string) => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string, extra: object = {}) => ({
  terminated: { exitCode, reason, ...extra },
});
const status = (name: string, state: object, extra: object = {}) => ({
  name,
  state,
  ready: false,
  restartCount: 0,
  ...extra,
});
const condition = (type: string, value = 'True', extra: object = {}) => ({ type, status: value, ...extra });

function pod(
  podStatusFields: object,
  options: { apps?: string[]; inits?: object[]; metadata?: object } = {},
): KubeObject {
  const { apps = ['a'], inits = [], metadata = {} } = options;
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata } },
    spec: { containers: apps.map((name) => ({ name })), initContainers: inits },
    status: podStatusFields,
  };
}

const inits = [{ name: 'i' }, { name: 'j' }];
const sidecar = [{ name: 'i', restartPolicy: 'Always' }];
const ready = { ready: true };

test.each<[string, KubeObject, string, string]>([
  ['pending', pod({ phase: 'Pending' }), 'Pending', '0/1'],
  ['running', pod({ phase: 'Running', containerStatuses: [status('a', running, ready)] }), 'Running', '1/1'],
  ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', '0/1'],
  [
    'gated',
    pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', { reason: 'SchedulingGated' })] }),
    'SchedulingGated',
    '0/1',
  ],
  [
    'waiting',
    pod({ phase: 'Pending', containerStatuses: [status('a', waiting('ErrImagePull'))] }),
    'ErrImagePull',
    '0/1',
  ],
  ['exit code', pod({ phase: 'Failed', containerStatuses: [status('a', ended(3))] }), 'ExitCode:3', '0/1'],
  [
    'signal',
    pod({ phase: 'Failed', containerStatuses: [status('a', ended(0, '', { signal: 9 }))] }),
    'Signal:9',
    '0/1',
  ],
  [
    'the first container wins',
    pod(
      {
        phase: 'Running',
        containerStatuses: [status('a', waiting('CrashLoopBackOff')), status('b', ended(1, 'Error'))],
      },
      { apps: ['a', 'b'] },
    ),
    'CrashLoopBackOff',
    '0/2',
  ],
  [
    'completed beside a ready one',
    pod(
      {
        phase: 'Running',
        conditions: [condition('Ready')],
        containerStatuses: [status('a', ended(0, 'Completed')), status('b', running, ready)],
      },
      { apps: ['a', 'b'] },
    ),
    'Running',
    '1/2',
  ],
  [
    'completed beside a running one',
    pod(
      {
        phase: 'Running',
        conditions: [condition('Ready', 'False')],
        containerStatuses: [status('a', ended(0, 'Completed')), status('b', running, ready)],
      },
      { apps: ['a', 'b'] },
    ),
    'NotReady',
    '1/2',
  ],
  [
    'completed beside a failed one',
    pod(
      { phase: 'Running', containerStatuses: [status('a', ended(0, 'Completed')), status('b', ended(1, 'Error'))] },
      { apps: ['a', 'b'] },
    ),
    'Error',
    '0/2',
  ],
  [
    'completed',
    pod({ phase: 'Succeeded', containerStatuses: [status('a', ended(0, 'Completed'))] }),
    'Completed',
    '0/1',
  ],
  [
    'second init container',
    pod({ phase: 'Pending', initContainerStatuses: [status('i', ended(0)), status('j', running)] }, { inits }),
    'Init:1/2',
    '0/1',
  ],
  [
    'init fails',
    pod({ phase: 'Pending', initContainerStatuses: [status('i', ended(1, 'Error'))] }, { inits }),
    'Init:Error',
    '0/1',
  ],
  [
    'init exit code',
    pod({ phase: 'Pending', initContainerStatuses: [status('i', ended(7))] }, { inits }),
    'Init:ExitCode:7',
    '0/1',
  ],
  [
    'init waits',
    pod({ phase: 'Pending', initContainerStatuses: [status('i', waiting('ImagePullBackOff'))] }, { inits }),
    'Init:ImagePullBackOff',
    '0/1',
  ],
  [
    'init not begun',
    pod({ phase: 'Pending', initContainerStatuses: [status('i', waiting('PodInitializing'))] }, { inits }),
    'Init:0/2',
    '0/1',
  ],
  [
    'sidecar counts',
    pod(
      {
        phase: 'Running',
        initContainerStatuses: [status('i', running, { started: true, ready: true })],
        containerStatuses: [status('a', running, ready)],
      },
      { inits: sidecar },
    ),
    'Running',
    '2/2',
  ],
  [
    'terminating',
    pod(
      { phase: 'Running', containerStatuses: [status('a', running, ready)] },
      { metadata: { deletionTimestamp: 't' } },
    ),
    'Terminating',
    '1/1',
  ],
  [
    'finished is not terminating',
    pod(
      { phase: 'Succeeded', containerStatuses: [status('a', ended(0, 'Completed'))] },
      { metadata: { deletionTimestamp: 't' } },
    ),
    'Completed',
    '0/1',
  ],
  [
    'node lost',
    pod({ phase: 'Running', reason: 'NodeLost' }, { metadata: { deletionTimestamp: 't' } }),
    'Unknown',
    '0/1',
  ],
])('%s', (_, object, text, readyText) => {
  const summary = podStatus(object, now);
  expect(summary.status).toBe(text);
  expect(`${summary.ready}/${summary.containers}`).toBe(readyText);
});

test('restarts add up, and the newest end is told', () => {
  const last = (finishedAt: string) => ({ lastState: { terminated: { exitCode: 1, finishedAt } } });
  const object = pod(
    {
      phase: 'Running',
      containerStatuses: [
        status('a', running, { restartCount: 2, ...last('2024-01-01T00:55:00Z') }),
        status('b', running, { restartCount: 1, ...last('2024-01-01T00:30:00Z') }),
      ],
    },
    { apps: ['a', 'b'] },
  );
  expect(restartsText(podStatus(object, now), now)).toBe('3 (5m ago)');
  expect(restartsText(podStatus(pod({ phase: 'Pending' }), now), now)).toBe('0');
});
