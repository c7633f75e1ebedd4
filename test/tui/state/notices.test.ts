import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { noticesOf } from '../../../src/tui/state/notices.ts';
import { verdictOf } from '../../../src/tui/state/verdict.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { podRow } from '../fake-services.ts';
import { type ObjectCluster, objectCluster, objectOf } from '../object/object-cluster.ts';
import type { TestScreen } from '../render-test.ts';

let s: TestScreen | undefined;
afterEach(() => {
  s?.close();
  speak('en');
});

const pod = (phase: string, ready: boolean, waiting?: string): KubeObject =>
  objectOf('Pod', 'web-1', {
    spec: { containers: [{ name: 'app', image: 'nginx' }] },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'app', ready, state: waiting ? { waiting: { reason: waiting } } : { running: {} } }],
    },
  });

/** A dashboard whose bells and desktop notifications are kept. */
async function open(cluster: ObjectCluster, line: string): Promise<string[]> {
  const rung: string[] = [];
  cluster.services.env.TERM = 'xterm-256color';
  s = await cluster.open(100, 24, 'none');
  s.dashboard.writeTerminal = (sequence) => void rung.push(sequence);
  await s.press(':');
  await s.type(`${line}\r`);
  return rung;
}

describe('an object', () => {
  test.each([
    ['is ready', pod('Pending', false), pod('Running', true), 'pod shop/web-1 is ready'],
    [
      'fails',
      pod('Pending', false),
      pod('Pending', false, 'ImagePullBackOff'),
      'pod shop/web-1 has failed: ImagePullBackOff',
    ],
    ['ends', pod('Running', true), pod('Succeeded', false), 'pod shop/web-1 has ended'],
    [
      'is not ready any more',
      pod('Running', true),
      pod('Running', false),
      'pod shop/web-1 is not ready any more: Running',
    ],
  ])('is told of once when it %s', async (_, before, after, told) => {
    const cluster = objectCluster();
    cluster.put('pods', before);
    const rung = await open(cluster, 'notify');
    expect(s!.text()).toContain('You will be told of pod shop/web-1.');
    expect(rung).toEqual([]);
    // What is waited for is told also where something else is on the screen.
    await s!.press(':');
    await s!.type('deploy\r');
    cluster.put('pods', after);
    await s!.waitFor(told);
    expect(rung).toEqual([`\u0007\u001b]9;kctl: ${told}\u0007`]);
    cluster.put('pods', before);
    cluster.put('pods', after);
    await s!.settle();
    expect(rung).toHaveLength(1);
    expect(noticesOf(cluster.services).list).toEqual([]);
  });

  test('is told of when it is gone, in Korean too', async () => {
    speak('ko');
    const cluster = objectCluster();
    cluster.put('pods', pod('Running', true));
    const rung = await open(cluster, 'notify');
    cluster.drop('pods', pod('Running', true));
    await s!.waitFor('x pod shop/web-1 사라짐');
    expect(rung).toHaveLength(1);
  });

  test('can be let go of: from the list, and all at once', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending', false));
    const rung = await open(cluster, 'notify');
    await s!.press(':');
    await s!.type('notify list\r');
    await s!.waitFor('Waited for; Enter ends it');
    await s!.press('enter');
    await s!.waitFor('No longer waiting for pod shop/web-1');
    await s!.press(':');
    await s!.type('notify\r');
    await s!.press(':');
    await s!.type('notify off\r');
    await s!.waitFor('Nothing is waited for any more.');
    cluster.put('pods', pod('Running', true));
    await s!.settle();
    expect(rung).toEqual([]);
    await s!.press(':');
    await s!.type('notify list\r');
    await s!.waitFor('Nothing is waited for: :notify');
  });
});

test('rows that come to pass the filter are told by name, those of before are not', async () => {
  const cluster = objectCluster();
  const rung = await open(cluster, 'notify /status=CrashLoopBackOff');
  await s!.waitFor('You will be told of pods');
  const pods = cluster.tables.get('pods')!;
  pods.change('MODIFIED', podRow('shop', 'web-1', { restarts: '1' }));
  await s!.settle();
  expect(rung).toEqual([]);
  pods.change('MODIFIED', podRow('shop', 'web-1', { status: 'CrashLoopBackOff', ready: '0/1' }));
  pods.change('ADDED', podRow('shop', 'evil\u001b]0;x\u0007', { status: 'CrashLoopBackOff' }));
  await s!.waitFor('shop/web-1');
  expect(rung).toHaveLength(1);
  expect(rung[0]).toMatch(/^\u0007\u001b\]9;kctl: pods shop \/status=CrashLoopBackOff: [^\u0007\u001b]*\u0007$/);
  pods.change('MODIFIED', podRow('shop', 'web-1', { status: 'CrashLoopBackOff', restarts: '9' }));
  await s!.settle();
  expect(rung).toHaveLength(1);
});

test('what is waited for ends with the dashboard', async () => {
  const cluster = objectCluster();
  cluster.put('pods', pod('Pending', false));
  const rung = await open(cluster, 'notify');
  s!.close();
  s = undefined;
  cluster.put('pods', pod('Running', true));
  expect(rung).toEqual([]);
  expect(noticesOf(cluster.services).list).toEqual([]);
});

test('the setting says by what', async () => {
  const cluster = objectCluster();
  cluster.put('pods', pod('Pending', false));
  const rung = await open(cluster, 'notify');
  Object.defineProperty(s!.dashboard, 'userFiles', {
    value: { ...s!.dashboard.userFiles, settings: { notify: 'bell' } },
  });
  cluster.put('pods', pod('Running', true));
  await s!.waitFor('is ready');
  expect(rung).toEqual(['\u0007']);
});

test.each([
  [
    'a node by its condition',
    { kind: 'Node', status: { conditions: [{ type: 'Ready', status: 'False' }] } },
    'waiting',
  ],
  ['a job that has failed', { kind: 'Job', status: { conditions: [{ type: 'Failed', status: 'True' }] } }, 'failed'],
  ['a claim that is bound', { kind: 'PersistentVolumeClaim', status: { phase: 'Bound' } }, 'ready'],
  ['a custom kind', { kind: 'Certificate', status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'ready'],
  ['what has no state', { kind: 'ConfigMap' }, undefined],
  [
    'a deployment past its deadline',
    {
      kind: 'Deployment',
      spec: { replicas: 1 },
      status: { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
    },
    'failed',
  ],
] as const)('%s', (_, object, kind) => {
  expect(verdictOf({ apiVersion: 'v1', metadata: { name: 'x' }, ...object } as unknown as KubeObject)?.kind).toBe(kind);
});
