import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Sink } from '../../../src/api/source.ts';
import { LogFeed, type LogFeedOptions } from '../../../src/store/logs/log-feed.ts';
import { LogRing } from '../../../src/store/logs/log-ring.ts';

const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid: name },
  spec: { containers: [{ name: 'c' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'c', restartCount: 0, state: { running: {} } }] },
});

const stamp = (count: number) => `2026-01-02T03:04:05.${String(count).padStart(9, '0')}Z`;
const text = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${stamp(from + index)} line ${from + index}\n`).join('');
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

function feed(pods: KubeObject[], more: Partial<LogFeedOptions> = {}, ring = new LogRing()) {
  const streams = new Map<string, PassThrough>();
  let sink: Sink<KubeObject> | undefined;
  const timers: (() => void)[] = [];
  const timing = {
    now: () => 0,
    after(_: number, run: () => void) {
      timers.push(run);
      return { cancel: () => void timers.splice(timers.indexOf(run), 1) };
    },
  };
  const log = new LogFeed({
    clusters: [
      {
        context: '',
        timing,
        look: async () => undefined,
        sources: [
          {
            start(to) {
              sink = to;
              to.replace(pods, { columns: [], resourceVersion: '1' });
              to.state({ phase: 'synced', since: 0 });
            },
            stop() {},
          },
        ],
        async open({ pod: name, signal }) {
          const stream = new PassThrough();
          streams.set(name, stream);
          signal.addEventListener('abort', () => stream.destroy());
          return stream;
        },
      },
    ],
    ring,
    timing,
    containers: () => ['c'],
    start: {},
    previous: false,
    keepsFirst: false,
    most: 1000,
    onChange() {},
    ...more,
  });
  /** Lets everything that waits have its turn. */
  const settle = async () => {
    for (let round = 0; round < 8; round++) {
      await tick();
      for (const run of timers.splice(0)) run();
    }
  };
  return { log, ring, streams, settle, sink: () => sink! };
}

test('where the beginning is kept, reading stands still when memory is full, and goes on when asked', async () => {
  const { log, ring, streams, settle } = feed([pod('a')], { keepsFirst: true }, new LogRing({ maxLines: 3000 }));
  await settle();
  streams.get('a')!.write(text(0, 20_000));
  await settle();
  expect(log.state.phase).toBe('full');
  expect(ring.at(ring.first).text).toBe('line 0');
  expect(ring.dropped).toBe(0);
  log.release();
  await settle();
  expect(log.state.phase).toBe('live');
  expect([ring.lines + ring.dropped, ring.lines]).toEqual([20_000, 3000]);
  expect(ring.at(ring.next - 1).text).toBe('line 19999');
  log.stop();
});

test('logs of pods that have long gone are forgotten', async () => {
  const { log, streams, settle, sink } = feed([], {}, new LogRing({ maxLines: 10 }));
  for (let count = 0; count < 300; count++) {
    const name = `job-${count}`;
    sink().change('ADDED', pod(name), { columns: [] });
    await tick();
    streams.get(name)!.end(text(count * 10, count * 10 + 10));
    await tick();
    sink().change('DELETED', pod(name), { columns: [] });
    if (count % 20 === 0) await settle();
  }
  await settle();
  expect(log.sources.length).toBeLessThan(130);
  expect(log.sources.at(-1)!.of.pod).toBe('job-299');
  log.stop();
});
