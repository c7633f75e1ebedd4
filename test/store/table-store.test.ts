import { describe, expect, test } from 'vitest';
import type { TableColumn, TableRow } from '../../src/api/meta.ts';
import { TableStore } from '../../src/store/table-store.ts';
import { ManualTiming } from './manual-timing.ts';

const columns: TableColumn[] = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'Memory', 'Duration'].map((name) => ({
  name,
  type: 'string',
}));

let revision = 0;
function row(name: string, cells: Partial<Record<string, unknown>> = {}, created = '2026-01-01T00:00:00Z'): TableRow {
  const values: Record<string, unknown> = {
    Name: name,
    Ready: '1/1',
    Status: 'Running',
    Restarts: '0',
    Age: '1m',
    ...cells,
  };
  return {
    cells: columns.map((column) => values[column.name] ?? ''),
    object: {
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadata',
      metadata: {
        name,
        namespace: 'default',
        uid: `uid-${name}`,
        resourceVersion: String(++revision),
        creationTimestamp: created,
        labels: { app: name },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Other', name: 'o', uid: 'o' },
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true },
        ],
      },
      secretPayload: 'x'.repeat(10),
    },
  };
}

function storeWith(rows: TableRow[], options: ConstructorParameters<typeof TableStore>[0] = {}) {
  const timing = new ManualTiming();
  const store = new TableStore({ timing, ...options });
  store.replace(rows, { columns, resourceVersion: '1' });
  return { store, timing };
}

const names = (store: TableStore) => store.visibleRows().map((r) => r.name);
const change = { columns: [] as TableColumn[] };

describe('rows', () => {
  test('keep what identifies and relates an object and drop the object', () => {
    const { store } = storeWith([row('a')]);
    const kept = store.row('default/a')!;
    expect(kept.owner?.kind).toBe('ReplicaSet');
    expect(kept.labels).toEqual({ app: 'a' });
    expect(JSON.stringify(kept)).not.toContain('secretPayload');
  });
});

describe('sorting', () => {
  const sorted = (column: string, descending: boolean, ...rows: TableRow[]) =>
    names(storeWith(rows, { sort: { column, descending } }).store);

  test('names put numbers in numeric order', () => {
    expect(sorted('Name', false, row('web-10'), row('web-9'), row('web-1'), row('db-2'))).toEqual([
      'db-2',
      'web-1',
      'web-9',
      'web-10',
    ]);
  });
  test('restarts count, whatever the remark says', () => {
    const rows = [
      row('a', { Restarts: '12 (1m ago)' }),
      row('b', { Restarts: '3 (5d ago)' }),
      row('c', { Restarts: '0' }),
    ];
    expect(sorted('Restarts', true, ...rows)).toEqual(['a', 'b', 'c']);
  });
  test('quantities compare by amount and text comes after figures', () => {
    const rows = [
      row('gi', { Memory: '1Gi' }),
      row('mi', { Memory: '900Mi' }),
      row('none', { Memory: '<none>' }),
      row('m', { Memory: '100m' }),
    ];
    expect(sorted('Memory', false, ...rows)).toEqual(['m', 'mi', 'gi', 'none']);
  });
  test('ages come from the creation time, not from the printed cell', () => {
    const rows = [
      row('old', { Age: '9m' }, '2025-01-01T00:00:00Z'),
      row('new', { Age: '10m' }, '2026-01-01T00:00:00Z'),
    ];
    expect(sorted('Age', false, ...rows)).toEqual(['new', 'old']);
    expect(sorted('Age', true, ...rows)).toEqual(['old', 'new']);
  });
  test('spans of time and ready ratios', () => {
    expect(sorted('Duration', false, row('h', { Duration: '1h2m' }), row('s', { Duration: '90s' }))).toEqual([
      's',
      'h',
    ]);
    expect(
      sorted('Ready', false, row('full', { Ready: '1/1' }), row('half', { Ready: '1/2' }), row('no', { Ready: '0/3' })),
    ).toEqual(['no', 'half', 'full']);
  });
  test('changing the sort leaves windows already handed out as they were', () => {
    const { store } = storeWith([row('a', { Restarts: '1' }), row('b', { Restarts: '2' })]);
    const before = store.window(0, 10);
    store.setSort({ column: 'Restarts', descending: true });
    expect(before.rows.map((r) => r.name)).toEqual(['a', 'b']);
    expect(store.window(0, 10).rows.map((r) => r.name)).toEqual(['b', 'a']);
  });
});

describe('flushing', () => {
  test('a change shows only after the flush, once per row, and then nothing runs', () => {
    const { store, timing } = storeWith([row('a')], { markMs: 0 });
    let calls = 0;
    store.subscribe(() => calls++);
    const snapshot = store.getSnapshot();
    const window = store.window(0, 5);
    for (let i = 0; i < 20; i++) store.change('MODIFIED', row('a', { Restarts: String(i) }), change);
    expect(store.getSnapshot()).toBe(snapshot);
    expect(store.window(0, 5)).toBe(window);
    expect(timing.pending).toBe(1);
    const projected = store.work.projections;
    timing.advance(60);
    expect(calls).toBe(1);
    expect(store.work.projections - projected).toBe(1);
    expect(store.window(0, 5).rows[0]!.cells[3]).toBe('19');
    expect(timing.pending).toBe(0);
    timing.advance(3_600_000);
    expect(calls).toBe(1);
  });
  test('flush() shows at once', () => {
    const { store, timing } = storeWith([], { markMs: 0 });
    store.change('ADDED', row('b'), change);
    store.flush();
    expect(names(store)).toEqual(['b']);
    expect(timing.pending).toBe(0);
  });
  test('added then deleted before the flush leaves nothing', () => {
    const { store, timing } = storeWith([row('a')], { markMs: 0 });
    store.change('ADDED', row('b'), change);
    store.change('DELETED', row('b'), change);
    timing.advance(100);
    expect(names(store)).toEqual(['a']);
  });
  test('a state change reaches readers', () => {
    const { store, timing } = storeWith([]);
    store.state({ phase: 'stale', since: 5 });
    timing.advance(0);
    expect(store.getSnapshot().state.phase).toBe('stale');
  });
});

describe('marks', () => {
  test('tell which cells changed and vanish after their time', () => {
    const { store, timing } = storeWith([row('a'), row('b')], { markMs: 3000 });
    store.change('MODIFIED', row('a', { Status: 'CrashLoopBackOff', Restarts: '1', Age: '2m' }), change);
    store.change('ADDED', row('c'), change);
    timing.advance(60);
    const { marks } = store.window(0, 10);
    expect(marks.get('default/a')).toMatchObject({ kind: 'changed', cells: [2, 3] });
    expect(marks.get('default/c')).toMatchObject({ kind: 'added' });
    expect(marks.has('default/b')).toBe(false);
    timing.advance(3100);
    expect(store.window(0, 10).marks.size).toBe(0);
    expect(timing.pending).toBe(0);
  });
  test('parts of a first list that come one after the other mark nothing', () => {
    const { store } = storeWith([row('a')]);
    store.replace([row('a'), row('b')], { columns, resourceVersion: '' });
    store.replace([row('a'), row('b'), row('c')], { columns, resourceVersion: '' });
    expect(store.window(0, 9).marks.size).toBe(0);
  });
  test('a relist marks what is new and forgets what is gone, never through an empty table', () => {
    const { store } = storeWith([row('a'), row('b')]);
    const totals: number[] = [];
    store.subscribe(() => totals.push(store.getSnapshot().total));
    store.state({ phase: 'synced', since: 0 });
    store.replace([row('b'), row('c')], { columns, resourceVersion: '9' });
    expect(totals).toEqual([2]);
    expect(store.window(0, 9).marks.get('default/c')?.kind).toBe('added');
    expect(names(store)).toEqual(['b', 'c']);
  });
});

describe('filter, window and selection', () => {
  test('rows enter and leave as the filter says', () => {
    const { store, timing } = storeWith([row('a'), row('b', { Status: 'Failed' })], { markMs: 0 });
    store.setFilter((r) => r.cells[2] === 'Failed');
    expect(names(store)).toEqual(['b']);
    store.change('MODIFIED', row('a', { Status: 'Failed' }), change);
    store.change('MODIFIED', row('b', { Status: 'Running' }), change);
    timing.advance(60);
    expect(names(store)).toEqual(['a']);
    expect(store.getSnapshot()).toMatchObject({ total: 2, visible: 1 });
  });
  test('a window is clamped to what there is', () => {
    const { store } = storeWith(['a', 'b', 'c', 'd'].map((n) => row(n)));
    expect(store.window(99, 2)).toMatchObject({ offset: 2 });
    expect(store.window(0, 99).rows).toHaveLength(4);
  });
  test('the selection follows its row and moves to the neighbour when it goes', () => {
    const { store } = storeWith(
      ['b', 'c', 'd'].map((n) => row(n)),
      { markMs: 0 },
    );
    const selection = { key: 'default/c', index: 1 };
    expect(store.follow(selection)).toBe(selection);
    store.change('ADDED', row('a'), change);
    store.flush();
    expect(store.follow(selection)).toEqual({ key: 'default/c', index: 2 });
    store.change('DELETED', row('c'), change);
    store.flush();
    expect(store.follow({ key: 'default/c', index: 2 })).toEqual({ key: 'default/d', index: 2 });
  });
});

describe('cost at 50,000 rows', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => row(`pod-${i}`));

  test('1,000 changes in a second cost a few thousand comparisons and at most 17 flushes', () => {
    const { store, timing } = storeWith(many, { markMs: 0 });
    const comparisons = store.comparisons;
    const before = { ...store.work };
    for (let ms = 0; ms < 1000; ms++) {
      store.change('MODIFIED', row(`pod-${(ms * 37) % 50_000}`, { Restarts: String(ms) }), change);
      timing.advance(1);
    }
    timing.advance(250);
    expect(store.comparisons - comparisons).toBeLessThan(1000 * 2 * 17);
    expect(store.work.flushes - before.flushes).toBeLessThanOrEqual(17);
    expect(store.work.projections - before.projections).toBe(1000);
    expect(store.work.resorts - before.resorts).toBe(0);
    expect(store.work.timers - before.timers).toBeLessThanOrEqual(18);
  });
  test('a storm over the whole table is one sort', () => {
    const { store, timing } = storeWith(many, { markMs: 0 });
    const before = store.work.resorts;
    for (let i = 0; i < 20_000; i++) store.change('MODIFIED', row(`pod-${i}`, { Restarts: '1' }), change);
    timing.advance(60);
    expect(store.work.resorts - before).toBe(1);
    expect(store.getSnapshot().total).toBe(50_000);
  });
});

describe('the filter and the order', () => {
  test('what waits when the filter changes is there once', () => {
    const { store } = storeWith([row('a'), row('b'), row('c')]);
    store.change('MODIFIED', row('b', { Status: 'Pending' }), change);
    store.setFilter((r) => r.name !== 'c');
    expect(names(store)).toEqual(['a', 'b']);
    store.change('ADDED', row('d'), change);
    store.change('DELETED', row('a'), change);
    store.setFilter(undefined);
    expect(names(store)).toEqual(['b', 'c', 'd']);
    store.setSort({ column: 'Status', descending: false });
    store.change('MODIFIED', row('b', { Status: 'Zombie' }), change);
    store.setFilter((r) => r.name !== 'd');
    expect(names(store)).toEqual(['c', 'b']);
    store.setFilter(undefined);
    expect(names(store)).toEqual(['c', 'd', 'b']);
  });

  test('neither putting a filter on nor taking it off compares rows', () => {
    const { store } = storeWith(Array.from({ length: 1000 }, (_, index) => row(`web-${index}`)));
    const { comparisons } = store;
    store.setFilter((r) => r.name.endsWith('7'));
    expect(store.getSnapshot().visible).toBe(100);
    store.setFilter(undefined);
    expect(store.getSnapshot().visible).toBe(1000);
    expect(store.comparisons).toBe(comparisons);
  });
});
