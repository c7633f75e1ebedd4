import { expect, test } from 'vitest';
import type { NodePulls } from '../../../src/api/node-pulls.ts';
import { RolloutFetcher, type RolloutReader } from '../../../src/store/rollout/fetcher.ts';
import { RolloutStore } from '../../../src/store/rollout/rollout-store.ts';
import { ManualTiming } from '../manual-timing.ts';
import { deployment, pod, replicaSet } from './objects.ts';

const image = 'shop/web:v2';
const crashed = {
  node: 'n2',
  restarts: 2,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { reason: 'Error', exitCode: 3 } },
};

function watching(reader: Partial<RolloutReader>) {
  const asked: string[] = [];
  const timing = new ManualTiming();
  const store = new RolloutStore(timing);
  store.dispatch({ type: 'list', kind: 'workload', objects: [deployment(image)] });
  store.dispatch({ type: 'list', kind: 'revision', objects: [replicaSet(2, image, 2)] });
  store.dispatch({
    type: 'list',
    kind: 'pod',
    objects: [pod('a', 2, image, { node: 'n1' }), pod('b', 2, image, crashed)],
  });
  store.flush();
  const fails = async () => {
    throw new Error('forbidden');
  };
  const told =
    (what: string, answer: (...args: string[]) => Promise<unknown>) =>
    async (...args: string[]) => {
      asked.push(`${what} ${args.join('/')}`);
      return answer(...args);
    };
  const all = { image: fails, node: fails, pulls: fails, log: fails, ...reader } as unknown as Record<
    keyof RolloutReader,
    (...args: string[]) => Promise<unknown>
  >;
  const fetcher = new RolloutFetcher(
    store,
    Object.fromEntries(
      Object.entries(all).map(([what, answer]) => [what, told(what, answer)]),
    ) as unknown as RolloutReader,
    () => timing.now(),
  );
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    store.flush();
  };
  return { asked, timing, store, fetcher, settle };
}

test('asks for each thing once, for pulls each second as long as a node tells', async () => {
  const pulls = async (node: string): Promise<NodePulls> => ({ node, now: '2026-03-01T10:02:00Z', pulls: [] });
  const { asked, timing, fetcher, settle } = watching({ pulls, log: async () => ['no queue'] });
  fetcher.look();
  fetcher.look();
  expect(asked.toSorted()).toEqual(['image shop/web:v2', 'log b/web', 'node n1', 'node n2', 'pulls n1', 'pulls n2']);
  await settle();
  asked.length = 0;
  fetcher.look();
  expect(asked).toEqual([]);
  timing.advance(1000);
  fetcher.look();
  expect(asked.toSorted()).toEqual(['pulls n1', 'pulls n2']);
  await settle();
  timing.advance(9000);
  asked.length = 0;
  fetcher.look();
  expect(asked.toSorted()).toEqual(['node n1', 'node n2', 'pulls n1', 'pulls n2']);
});

test('what may not be read is not asked for again, and a log that cannot be had is no reason to wait', async () => {
  const { asked, timing, store, fetcher, settle } = watching({});
  fetcher.look();
  expect(fetcher.readsLogs).toBe(true);
  await settle();
  expect(fetcher.readsLogs).toBe(false);
  expect(store.getSnapshot().state.logs.get('uid-b/web')).toMatchObject({ lines: [], problem: 'forbidden' });
  asked.length = 0;
  timing.advance(1000);
  fetcher.look();
  expect(asked).toEqual([]);
});

test('a log that was read and does not stand in the picture yet is worth waiting for', async () => {
  const { store, fetcher } = watching({ log: async () => ['no queue'] });
  fetcher.look();
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  expect(store.getSnapshot().failures[0]?.log).toBeUndefined();
  expect(fetcher.readsLogs).toBe(true);
  store.flush();
  expect(store.getSnapshot().failures[0]?.log).toEqual(['no queue']);
  expect(fetcher.readsLogs).toBe(false);
});

test('the last words stand with the failure', async () => {
  const { store, fetcher, settle } = watching({ log: async () => ['starting', 'no queue'] });
  fetcher.look();
  await settle();
  expect(store.getSnapshot().failures[0]).toMatchObject({
    code: 'crash',
    final: true,
    pod: 'b',
    message: 'container "web" keeps crashing (exit code 3, 2 restarts)',
    log: ['starting', 'no queue'],
  });
});

test('after its end nothing is taken up any more', async () => {
  const { store, fetcher, settle } = watching({ log: async () => ['late'] });
  fetcher.look();
  fetcher.close();
  await settle();
  expect(store.getSnapshot().state.logs.size).toBe(0);
});
