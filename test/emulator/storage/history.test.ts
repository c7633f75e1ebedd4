import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventLog } from '../../../src/emulator/storage/event-log.ts';
import { type TestCluster, testCluster } from '../server/cluster.ts';

const event = (revision: number) => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${revision}` } };
  return { type: 'ADDED' as const, resource: 'configmaps', revision, object, previous: undefined };
};

/** A history of `count` changes that began at `start` ms and got one every `every` ms. */
function history(count: number, every: number, start = 1_000_000): EventLog {
  const log = new EventLog(100);
  for (let at = 1; at <= count; at++) log.append(event(100 + at), start + at * every);
  return log;
}

describe('the history of a cluster', () => {
  test('reaches back to where it began, and to every change since', () => {
    const log = history(500, 1);
    expect(log.since(100)).toHaveLength(500);
    expect(log.since(599)?.map((one) => one.revision)).toEqual([600]);
    expect(log.since(600)).toEqual([]);
    expect(log.since(99)).toBeUndefined();
  });

  test('forgets by number, oldest first, and never more than it must', () => {
    const log = history(30_000, 1);
    const kept = log.since(log.compacted)!;
    expect(kept.length).toBeGreaterThanOrEqual(10_000);
    expect(kept.length).toBeLessThan(11_000);
    expect(kept[0]!.revision).toBe(log.compacted + 1);
    expect(kept.at(-1)!.revision).toBe(30_100);
    expect(log.since(log.compacted - 1)).toBeUndefined();
  });

  test('forgets by age what is older than five minutes, but keeps the last thousand however old', () => {
    const log = history(5_000, 200);
    const [first] = log.since(log.compacted)!;
    const age = (5_000 - (first!.revision - 100)) * 200;
    expect(age).toBeGreaterThan(5 * 60_000);
    expect(age).toBeLessThan(10 * 60_000);
    const old = history(1_500, 1);
    old.append(event(1_601), 100_000_000);
    expect(old.since(100)).toHaveLength(1_501);
  });
});

describe('who asks for what is forgotten', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await testCluster();
  });
  afterAll(() => cluster.stop());
  const maps = '/api/v1/namespaces/default/configmaps';

  test('in a watch is told so in the stream, with how far back it reaches, and the stream ends', async () => {
    // Nobody can have seen what was before the cluster was ready.
    const { metadata } = (await cluster.call('GET', `${maps}?limit=1`)).body;
    const said = [];
    for await (const line of cluster.lines(`${maps}?watch=1&resourceVersion=1`)) said.push(line);
    expect(said).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
    const oldest = Number(/\((\d+)\)/.exec(said[0].object.message)![1]);
    expect(oldest).toBeLessThanOrEqual(Number(metadata.resourceVersion));
    // What it names is the oldest version that a watch can begin at.
    const watch = cluster.lines(`${maps}?watch=1&resourceVersion=${oldest}&fieldSelector=metadata.name%3Dfirst`);
    const first = watch.next();
    await cluster.call('POST', maps, { body: { metadata: { name: 'first' } } });
    expect((await first).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'first' } } });
    await watch.return(undefined);
  });

  test('in an exact list gets 410', async () => {
    const answer = await cluster.call('GET', `${maps}?resourceVersion=1&resourceVersionMatch=Exact`);
    expect(answer.body).toMatchObject({
      code: 410,
      reason: 'Expired',
      message: 'The resourceVersion for the provided list is too old.',
    });
  });
});
