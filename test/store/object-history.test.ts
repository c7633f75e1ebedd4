import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Sink, Source } from '../../src/api/source.ts';
import { keptVersions, ObjectHistory } from '../../src/store/object-history.ts';

function version(resourceVersion: number, data: Record<string, string> = {}): KubeObject {
  const metadata = { name: 'one', uid: 'u', resourceVersion: String(resourceVersion) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

function watched() {
  let now = 0;
  const sinks: Sink<KubeObject>[] = [];
  const log: string[] = [];
  const open = (): Source<KubeObject> => ({
    start: (sink) => {
      log.push('start');
      sinks.push(sink);
    },
    stop: () => log.push('stop'),
  });
  const history = new ObjectHistory(open, () => ++now);
  const tell = (object: KubeObject) => sinks.at(-1)!.change('MODIFIED', object, { columns: [] });
  return { history, log, tell, sink: () => sinks.at(-1)! };
}

test('keeps the newest 64 versions, each once', () => {
  const { history, tell } = watched();
  history.use();
  for (let index = 1; index <= 80; index++) {
    tell(version(index));
    tell(version(index));
  }
  const { versions } = history.getSnapshot();
  expect(versions).toHaveLength(keptVersions);
  expect(versions[0]!.object.metadata.resourceVersion).toBe('17');
  expect(history.latest?.metadata.resourceVersion).toBe('80');
});

test('large objects leave room for fewer versions, and for two at least', () => {
  const { history, tell } = watched();
  history.use();
  for (let index = 1; index <= 12; index++) tell(version(index, { text: 'x'.repeat(1_000_000) }));
  expect(history.getSnapshot().versions).toHaveLength(7);
  for (let index = 13; index <= 15; index++) tell(version(index, { text: 'x'.repeat(9_000_000) }));
  expect(history.getSnapshot().versions).toHaveLength(2);
});

test('one watch serves all who look, ends with the last of them, and what was seen stays', () => {
  const { history, log, tell } = watched();
  const first = history.use();
  const second = history.use();
  tell(version(1));
  first();
  first();
  expect(log).toEqual(['start']);
  second();
  expect(log).toEqual(['start', 'stop']);
  history.use();
  expect(log).toEqual(['start', 'stop', 'start']);
  expect(history.getSnapshot().versions).toHaveLength(1);
});

test('tells of an object that goes and of one that comes back', () => {
  const { history, tell, sink } = watched();
  history.use();
  tell(version(1));
  sink().change('DELETED', version(2), { columns: [] });
  expect(history.getSnapshot().goneAt).toBeDefined();
  expect(history.latest?.metadata.resourceVersion).toBe('1');
  tell(version(3));
  expect(history.getSnapshot().goneAt).toBeUndefined();
});
