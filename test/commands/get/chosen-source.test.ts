import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Sink, Source } from '../../../src/api/source.ts';
import { chosenSource } from '../../../src/commands/get/chosen-source.ts';

const object = (name: string, size: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name, uid: name },
  size,
});
const info = { columns: [], resourceVersion: '1' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A source by hand, and what comes out of the chosen one. */
function chosen(matches: (object: KubeObject) => boolean, dependsOnTime = false) {
  const told: string[] = [];
  let sink!: Sink<KubeObject>;
  const source: Source<KubeObject> = {
    start(given) {
      sink = given;
    },
    stop: () => void told.push('stopped'),
  };
  const filtered = chosenSource(source, (item) => item, { matches, dependsOnTime, tell: () => {} });
  filtered.start({
    replace: (items) => void told.push(`= ${items.map(({ metadata }) => metadata.name)}`),
    change: (type, { metadata }) => void told.push(`${type} ${metadata.name}`),
    state: ({ phase }) => void told.push(phase),
  });
  return { told, sink, filtered };
}

test('what comes to fit is added, what no longer fits is deleted, the rest is not told', () => {
  const { told, sink } = chosen(({ size }) => size > 3);
  sink.replace([object('a', 5), object('b', 1)], info);
  sink.change('MODIFIED', object('a', 6), info);
  sink.change('MODIFIED', object('b', 2), info);
  sink.change('MODIFIED', object('b', 4), info);
  sink.change('MODIFIED', object('a', 1), info);
  sink.change('MODIFIED', object('a', 1), info);
  sink.change('DELETED', object('a', 1), info);
  sink.change('ADDED', object('c', 1), info);
  sink.change('DELETED', object('b', 4), info);
  sink.state({ phase: 'stale', since: 0 });
  expect(told).toEqual(['= a', 'MODIFIED a', 'ADDED b', 'DELETED a', 'DELETED b', 'stale']);
});

test('after a list anew only what fits is known', () => {
  const { told, sink } = chosen(({ size }) => size > 3);
  sink.replace([object('a', 5)], info);
  sink.replace([object('b', 5), object('a', 1)], info);
  sink.change('MODIFIED', object('a', 2), info);
  expect(told).toEqual(['= a', '= b']);
});

test('time alone brings and takes', () => {
  let now = 0;
  const { told, sink, filtered } = chosen(({ size }) => now >= size && now < size + 2, true);
  sink.replace([object('a', 0), object('b', 1)], info);
  now = 1;
  vi.advanceTimersByTime(1000);
  now = 2;
  vi.advanceTimersByTime(1000);
  sink.change('DELETED', object('b', 1), info);
  now = 1;
  vi.advanceTimersByTime(1000);
  filtered.stop();
  now = 5;
  vi.advanceTimersByTime(5000);
  expect(told).toEqual(['= a', 'ADDED b', 'DELETED a', 'DELETED b', 'ADDED a', 'stopped']);
});
