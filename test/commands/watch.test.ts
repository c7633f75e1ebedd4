import { describe, expect, test } from 'vitest';
import type { KubeObject, TableColumn, TableRow } from '../../src/api/meta.ts';
import type { Sink, Source } from '../../src/api/source.ts';
import { follow } from '../../src/commands/get/follow.ts';
import { compareNaturally } from '../../src/commands/get/natural-order.ts';
import { cutPainted, renderFrame } from '../../src/commands/get/watch-frame.ts';
import { readKeys } from '../../src/commands/get/watch-keys.ts';
import { WatchTable } from '../../src/commands/get/watch-table.ts';

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
    { name: 'Restarts', type: 'string' },
    { name: 'Age', type: 'string' },
  ];
  const row = (name: string, restarts = '0'): TableRow => ({
    cells: [name, restarts, '0s'],
    object: { ...object(name, '1'), metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' } },
  });
  const now = Date.parse('2026-01-01T00:01:30Z');
  const options = { size: { columns: 40, rows: 6 }, now, serverNow: now, notices: [], offset: 0, keys: '' };
  const tableOf = (...rows: TableRow[]) => {
    const table = new WatchTable();
    table.begin(rows, columns, now);
    return table;
  };
  const linesOf = (table: WatchTable, more: object = {}) =>
    renderFrame([{ table, layout: {} }], { ...options, ...more });

  test('ages and spans of time go on; deleted rows are marked, and gone after a while', () => {
    const table = tableOf(row('a', '3 (10s ago)'), row('b'));
    table.take('DELETED', row('b'), [], now);
    expect(linesOf(table).lines).toEqual([
      'NAME   RESTARTS      AGE',
      'a      3 (10s ago)   90s',
      '\u001b[2;9mb      0             90s\u001b[0m',
    ]);
    expect(linesOf(table, { now: now + 6000, serverNow: now + 6000 }).lines).toEqual([
      'NAME   RESTARTS      AGE',
      'a      3 (16s ago)   96s',
    ]);
  });

  test('what has just changed stands out for a while; time alone is no change', () => {
    const table = tableOf(row('a', '0'), row('b', '3 (10s ago)'));
    table.take('MODIFIED', row('a', '1 (1s ago)'), [], now);
    table.take('MODIFIED', row('b', '3 (11s ago)'), [], now);
    table.take('ADDED', row('c'), [], now);
    const plain = { cell: (_index: number, text: string) => text, own: (_column: string, text: string) => text };
    const paint = { header: (text: string) => text, rows: () => () => plain };
    const frame = (at: number) =>
      renderFrame([{ table, layout: { paint }, changed: (text) => `<${text}>` }], { ...options, now: at }).lines.join();
    expect(frame(now)).toMatch(/a +<1 \(1s ago\)>/);
    expect(frame(now)).toContain(',b      3 (11s ago)');
    expect(frame(now)).toContain(',<c> ');
    expect(frame(now + 3000)).not.toContain('<');
  });

  test('it never takes the last line of the screen, and the header stays while rows are scrolled', () => {
    const table = tableOf(...['a', 'b', 'c', 'd', 'e'].map((name) => row(name)));
    const first = linesOf(table, { notices: ['reconnecting: gone'], keys: ' (q ends)' });
    expect(first.lines.map((line) => line.replace(/ +0 +90s/, ''))).toEqual([
      'NAME   RESTARTS   AGE',
      'a',
      'b',
      '\u001b[2m... 3 more (q ends)\u001b[0m',
      '\u001b[2mreconnecting: gone\u001b[0m',
    ]);
    const last = linesOf(table, { offset: 99 }).lines.map((line) => line.replace(/ +0 +90s/, ''));
    expect(last).toEqual(['NAME   RESTARTS   AGE', 'c', 'd', 'e', '\u001b[2m... 2 above\u001b[0m']);
  });

  test('columns are as wide as rows that are out of sight need them; tables stand apart', () => {
    const wide = tableOf(row('a'), row('b'), row('c'.repeat(12)));
    const frame = renderFrame(
      [
        { table: wide, layout: { noHeaders: true } },
        { table: tableOf(row('x')), layout: {} },
      ],
      { ...options, offset: 1 },
    );
    expect(frame.lines.slice(0, 4)).toEqual([
      'b              0     90s',
      'cccccccccccc   0     90s',
      '',
      'NAME   RESTARTS   AGE',
    ]);
    const first = renderFrame([{ table: wide, layout: {} }], { ...options, size: { columns: 40, rows: 4 } });
    expect(first.lines.slice(0, 2)).toEqual(['NAME           RESTARTS   AGE', 'a              0          90s']);
  });

  test('lines are cut to the width, colours or not', () => {
    const [, line] = linesOf(tableOf(row('a'.repeat(60)))).lines;
    expect(line).toBe(`${'a'.repeat(38)}…`);
    expect(cutPainted('\u001b[31m가나\u001b[0m   \u001b[32mok\u001b[0m', 80)).toContain('ok');
    expect(cutPainted('\u001b[31m가나다\u001b[0m   ok', 5)).toBe('\u001b[31m가나…\u001b[0m');
  });

  test('events come with the newest first, however long ago they were received', () => {
    const event = (name: string, ago: string): TableRow => ({ ...row(name), cells: [ago, name] });
    const table = new WatchTable();
    const seen = [{ name: 'Last Seen', type: 'string' }, columns[0]!];
    table.begin([event('a', '5m'), event('b', '10s')], seen, now);
    table.take('ADDED', event('c', '30s'), [], now + 60_000);
    expect(table.rows(now).map((each) => each.row.cells[1])).toEqual(['c', 'b', 'a']);
  });

  test('rows stay in the order that is asked for', () => {
    const table = new WatchTable((rows) =>
      rows.toSorted((a, b) => String(a.cells[1]).localeCompare(String(b.cells[1]))),
    );
    table.begin([row('a', '5'), row('b', '1')], columns, now);
    table.take('ADDED', row('c', '3'), [], now);
    expect(table.rows(now).map((each) => each.row.cells[0])).toEqual(['b', 'c', 'a']);
  });

  test('names are sorted with their numbers', () => {
    expect(['p-10', 'p-9', 'p-1', 'a'].sort(compareNaturally)).toEqual(['a', 'p-1', 'p-9', 'p-10']);
  });
});

test('keys that come together are told apart', () => {
  expect(readKeys('\u001b[B\u001b[Bq')).toEqual(['down', 'down', 'quit']);
  expect(readKeys('\u001b[6~x\r\u0003')).toEqual(['page-down', 'interrupt']);
});
