import { describe, expect, test } from 'vitest';
import { cellMeanings } from '../../src/api/cell-meaning.ts';

/** What each cell of one row means, by the columns' names. */
function meanings(kind: string | undefined, row: Record<string, string>, deletionTimestamp?: string) {
  const columns = Object.keys(row).map((name) => ({ name, type: 'string' }));
  const of = cellMeanings(columns, kind)({ cells: Object.values(row), deletionTimestamp });
  return Object.fromEntries(columns.map(({ name }, index) => [name, of(index)]));
}

const pod = (Ready: string, Status: string, Restarts = '0', Age = '3d') =>
  meanings('Pod', { Name: 'web', Ready, Status, Restarts, Age });

describe('pods', () => {
  test.each([
    ['1/1', 'Running', { Ready: 'ok', Status: 'ok', Name: 'plain' }],
    ['0/1', 'Running', { Ready: 'warn', Status: 'warn' }],
    ['0/1', 'Completed', { Ready: 'done', Status: 'done', Name: 'done' }],
    ['0/1', 'Pending', { Ready: 'progress', Status: 'progress' }],
    ['0/1', 'Init:0/2', { Status: 'progress' }],
    ['0/1', 'Init:CrashLoopBackOff', { Status: 'error' }],
    ['0/1', 'CrashLoopBackOff', { Ready: 'error', Status: 'error', Name: 'error' }],
    ['0/1', 'ImagePullBackOff', { Status: 'error' }],
    ['0/1', 'ErrImagePull', { Status: 'error' }],
    ['0/1', 'OOMKilled', { Status: 'error' }],
    ['1/1', 'Terminating', { Status: 'warn' }],
    ['1/1', 'Nonsense', { Status: 'plain', Ready: 'ok' }],
  ])('%s %s', (ready, status, expected) => expect(pod(ready, status)).toMatchObject(expected));

  test.each([
    ['0', 'muted'],
    ['1 (10m ago)', 'warn'],
    ['7 (2m ago)', 'error'],
    ['7 (3h ago)', 'warn'],
    ['7 (2d ago)', 'plain'],
    ['3', 'plain'],
  ])('%s restarts', (restarts, expected) => expect(pod('1/1', 'Running', restarts).Restarts).toBe(expected));

  test.each([
    ['12s', 'fresh'],
    ['4m59s', 'fresh'],
    ['5m', 'old'],
    ['2y10d', 'old'],
    ['<unknown>', 'muted'],
  ])('%s old', (age, expected) => expect(pod('1/1', 'Running', '0', age).Age).toBe(expected));
});

describe('other kinds', () => {
  test('a workload without a status is broken where nothing of it is ready', () => {
    const deploy = (Ready: string, upToDate: string, Available: string) =>
      meanings('Deployment', { Name: 'web', Ready, 'Up-to-date': upToDate, Available });
    expect(deploy('3/3', '3', '3')).toMatchObject({ Ready: 'ok', 'Up-to-date': 'ok', Available: 'ok' });
    expect(deploy('2/3', '1', '2')).toMatchObject({ Ready: 'warn', 'Up-to-date': 'warn', Available: 'warn' });
    expect(deploy('0/3', '3', '0')).toMatchObject({ Ready: 'error', 'Up-to-date': 'ok', Available: 'error' });
    const fresh = meanings('Deployment', { Ready: '0/3', Available: '0', Age: '3s' });
    expect(fresh).toMatchObject({ Ready: 'progress', Available: 'progress' });
    expect(deploy('0/0', '0', '0')).toMatchObject({ Ready: 'done', Available: 'done' });
  });

  test('copies are held against those that are wanted', () => {
    expect(meanings('DaemonSet', { Name: 'a', Desired: '3', Current: '3', Ready: '1' })).toMatchObject({
      Current: 'ok',
      Ready: 'warn',
      Desired: 'plain',
    });
  });

  test.each([
    ['Node', { Status: 'Ready' }, 'ok'],
    ['Node', { Status: 'Ready,SchedulingDisabled' }, 'warn'],
    ['Node', { Status: 'NotReady' }, 'error'],
    ['Node', { Status: 'NotReady,SchedulingDisabled' }, 'error'],
    ['Pod', { Status: 'NotReady' }, 'warn'],
    ['PersistentVolumeClaim', { Status: 'Bound' }, 'ok'],
    ['PersistentVolumeClaim', { Status: 'Pending' }, 'progress'],
    ['PersistentVolumeClaim', { Status: 'Lost' }, 'error'],
    ['Job', { Status: 'Failed' }, 'error'],
    ['CertificateSigningRequest', { Condition: 'Denied' }, 'error'],
    ['APIService', { Available: 'False (MissingEndpoint)' }, 'error'],
    ['Certificate', { Ready: 'True' }, 'ok'],
    ['CronJob', { Suspend: 'True' }, 'warn'],
    ['PodDisruptionBudget', { 'Allowed Disruptions': '0' }, 'warn'],
    ['Service', { 'External-IP': '<pending>' }, 'progress'],
    ['Service', { 'External-IP': '<none>' }, 'muted'],
    ['Service', { Type: 'ClusterIP' }, 'plain'],
    ['Endpoints', { Endpoints: '<none>' }, 'warn'],
    ['HorizontalPodAutoscaler', { Targets: 'cpu: <unknown>/80%' }, 'warn'],
  ] as const)('%s %j', (kind, row, expected) => {
    expect(Object.values(meanings(kind, row))).toEqual([expected]);
  });

  test('events: what went wrong stands out, what is usual does not', () => {
    const event = (Type: string, Reason: string) => meanings('Event', { 'Last Seen': '3s', Type, Reason });
    expect(event('Normal', 'Pulled')).toEqual({ 'Last Seen': 'fresh', Type: 'muted', Reason: 'plain' });
    expect(event('Warning', 'Unhealthy')).toMatchObject({ Type: 'warn', Reason: 'warn' });
    expect(event('Warning', 'FailedScheduling')).toMatchObject({ Reason: 'error' });
  });

  test('what is being deleted is looked at, whatever its words say', () => {
    expect(meanings('Pod', { Ready: '1/1', Status: 'Running' }, '2026-01-01T00:00:00Z').Status).toBe('warn');
  });
});
