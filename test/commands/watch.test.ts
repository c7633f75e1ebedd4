import { describe, expect, test } from 'vitest';
import type { KubeObject, TableColumn, TableRow } from '../../src/api/meta.ts';
import type { Sink, Source } from '../../src/api/source.ts';
import { follow } from '../../src/commands/get/follow.ts';
import { compareNaturally } from '../../src/commands/get/natural-order.ts';
import { renderFrame } from '../../src/commands/get/watch-frame.ts';

const object = (name: string, version: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion: version },
});
const info = { columns: [], resourceVersion: '' };

/** A source whose sink the test plays. */
function played(play: (sink: Sink<KubeObject>) => void): Source<KubeObject> & { stopped: boolean } {
  return {
    stopped: false,
    start: (sink) => play(sink),
    stop() {
      this.stopped = true;
    },
  };
}

async function told(play: (sink: Sink<KubeObject>, stop: () => void) => void): Promise<string[]> {
  const controller = new AbortController();
  const lines: string[] = [];
  const source = played((sink) => play(sink, () => controller.abort()));
  await follow(
    source,
    (each) => each,
    {
      initial: (items) => lines.push(`initial ${items.map(({ metadata }) => metadata.name).join(' ')}`),
      change: (type, { metadata }) => lines.push(`${type} ${metadata.name}@${metadata.resourceVersion}`),
    },
    controller.signal,
  );
  expect(source.stopped).toBe(true);
  return lines;
}

describe('following', () => {
  test('a list that comes again is told as what was missed', async () => {
    const lines = await told((sink, stop) => {
      sink.replace([object('a', '1'), object('b', '1'), object('c', '1')], info);
      sink.change('MODIFIED', object('a', '2'), info);
      sink.change('DELETED', object('c', '1'), info);
      sink.state({ phase: 'stale', since: 0 });
      sink.replace([object('a', '2'), object('d', '5')], info);
      stop();
    });
    expect(lines).toEqual(['initial a b c', 'MODIFIED a@2', 'DELETED c@1', 'DELETED b@1', 'ADDED d@5']);
  });

  test('a source that fails ends the watch with its error', async () => {
    const failing = told((sink) => sink.state({ phase: 'failed', since: 0, error: new Error('forbidden') }));
    await expect(failing).rejects.toThrow('forbidden');
  });
});

describe('the frame on a terminal', () => {
  const columns: TableColumn[] = [
    { name: 'Name', type: 'string', format: 'name' },
    { name: 'Age', type: 'string' },
  ];
  const row = (name: string): { row: TableRow } => ({
    row: {
      cells: [name, '0s'],
      object: { ...object(name, '1'), metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' } },
    },
  });
  const now = Date.parse('2026-01-01T00:01:30Z');
  const options = { layout: {}, size: { columns: 40, rows: 5 }, now, notice: undefined };

  test('ages are counted anew; deleted rows are marked', () => {
    expect(renderFrame(columns, [row('a'), { ...row('b'), deletedAt: now }], options)).toEqual([
      'NAME   AGE',
      'a      90s',
      '\u001b[2;9mb      90s\u001b[0m',
    ]);
  });

  test('it never takes the last line of the screen', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map(row);
    const lines = renderFrame(columns, many, { ...options, notice: 'reconnecting: gone' });
    expect(lines).toEqual([
      'NAME   AGE',
      'a      90s',
      '\u001b[2m... 4 more\u001b[0m',
      '\u001b[2mreconnecting: gone\u001b[0m',
    ]);
  });

  test('lines are cut to the width', () => {
    const [, line] = renderFrame(columns, [row('a'.repeat(60))], options);
    expect(line).toBe(`${'a'.repeat(38)}…`);
  });

  test('names are sorted with their numbers', () => {
    expect(['p-10', 'p-9', 'p-1', 'a'].sort(compareNaturally)).toEqual(['a', 'p-1', 'p-9', 'p-10']);
  });
});
