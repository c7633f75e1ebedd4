import { describe, expect, test } from 'vitest';
import type { TableColumn, TableRow } from '../../src/api/meta.ts';
import type { Sink, Source, SourceState } from '../../src/api/source.ts';
import { mergeSources } from '../../src/commands/get/merge-sources.ts';

const name: TableColumn = { name: 'Name', type: 'string', format: 'name' };
const zone: TableColumn = { name: 'Zone', type: 'string' };
const age: TableColumn = { name: 'Age', type: 'string' };
const row = (uid: string, ...cells: string[]): TableRow => ({
  cells,
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: uid, uid } },
});

/** Two sources that the test plays, and what comes out of both. */
function merged() {
  const sinks: Sink<TableRow>[] = [];
  const stopped: number[] = [];
  const source = (at: number): Source<TableRow> => ({
    start(sink) {
      sinks[at] = sink;
    },
    stop: () => void stopped.push(at),
  });
  const told: string[] = [];
  const states: SourceState[] = [];
  const failures: string[] = [];
  const parts = ['one', 'two'].map((label, at) => ({ source: source(at), label }));
  const cells = (rows: readonly TableRow[]) => rows.map((each) => each.cells.join('/')).join(' ');
  mergeSources(
    parts,
    ({ object }) => object.metadata.uid!,
    (error) => failures.push((error as Error).message),
  ).start({
    replace: (items, { columns }) => void told.push(`${columns.map((each) => each.name)}: ${cells(items)}`),
    change: (type, item) => void told.push(`${type} ${cells([item])}`),
    state: (state) => void states.push(state),
  });
  const list = (at: number, columns: TableColumn[], ...rows: TableRow[]) =>
    sinks[at]!.replace(rows, { columns, resourceVersion: '1' });
  return { sinks, told, states, failures, stopped, list };
}

describe('several sources as one', () => {
  test('begin together, in their order, under the columns of all', () => {
    const { told, list, sinks } = merged();
    list(1, [name, zone, age], row('b', 'b', 'z', '1d'));
    sinks[1]!.change('ADDED', row('c', 'c', 'z', '2d'), { columns: [] });
    expect(told).toEqual([]);
    list(0, [name, age], row('a', 'a', '3d'));
    expect(told).toEqual(['Name,Age,Zone: a/3d/ b/1d/z c/2d/z']);
    sinks[1]!.change('DELETED', row('b', 'b', 'z', '1d'), { columns: [] });
    list(0, [name, age], row('d', 'd', '4d'));
    expect(told.slice(1)).toEqual(['DELETED b/1d/z', 'Name,Age,Zone: d/4d/ c/2d/z']);
  });

  test('one that fails is told and asked no more; the others go on, and what lags is told with its name', () => {
    const { told, list, sinks, states, failures, stopped } = merged();
    sinks[0]!.state({ phase: 'failed', since: 0, error: new Error('no') });
    expect(failures).toEqual(['no']);
    expect(stopped).toEqual([0]);
    list(1, [name], row('b', 'b'));
    expect(told).toEqual(['Name: b']);
    sinks[1]!.state({ phase: 'stale', since: 5, error: new Error('gone') });
    expect(states.at(-1)).toMatchObject({ phase: 'stale', since: 5 });
  });

  test('all that fail are one failure', () => {
    const { sinks, states, failures } = merged();
    for (const sink of sinks) sink.state({ phase: 'failed', since: 0, error: new Error('no') });
    expect(states.at(-1)).toMatchObject({ phase: 'failed', error: { message: 'no\nno' } });
    expect(failures).toEqual(['no']);
  });
});
