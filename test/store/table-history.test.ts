import { describe, expect, test } from 'vitest';
import type { TableRow } from '../../src/api/meta.ts';
import { TableStore } from '../../src/store/table-store.ts';

const columns = [
  { name: 'Name', type: 'string' },
  { name: 'Status', type: 'string' },
];

let version = 0;
const row = (name: string, status: string): TableRow => ({
  cells: [name, status],
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(++version) },
  },
});

/** A store whose clock stands at seconds that the test sets; every change is folded in at once. */
function open(bytes?: number) {
  let now = 0;
  const timing = { now: () => now, after: () => ({ cancel() {} }) };
  const store = new TableStore({ timing, ...(bytes !== undefined && { historyBytes: bytes }) });
  const shown = () => store.visibleRows().map(({ cells }) => cells.join(' '));
  const at = (seconds: number, type?: 'ADDED' | 'MODIFIED' | 'DELETED', name = '', status = '') => {
    now = seconds * 1000;
    if (type) store.change(type, row(name, status), { columns });
    store.flush();
  };
  return { store, shown, at };
}

function story(bytes?: number) {
  const told = open(bytes);
  told.at(10);
  told.store.replace([row('a', 'Running'), row('b', 'Running')], { columns, resourceVersion: '1' });
  told.at(20, 'MODIFIED', 'b', 'Failed');
  told.at(30, 'DELETED', 'a');
  told.at(40, 'ADDED', 'c', 'Pending');
  return told;
}

describe('the past of a table', () => {
  test('is shown as it was at any moment since the first list, and the present again', () => {
    const { store, shown } = story();
    expect(shown()).toEqual(['b Failed', 'c Pending']);
    const then: Record<number, string[]> = {
      45: ['b Failed', 'c Pending'],
      30: ['b Failed'],
      29: ['a Running', 'b Failed'],
      20: ['a Running', 'b Failed'],
      15: ['a Running', 'b Running'],
      1: ['a Running', 'b Running'],
    };
    for (const second of [29, 1, 45, 20, 30, 15]) {
      store.travel(second * 1000);
      expect(shown(), `at ${second}`).toEqual(then[second]);
      expect(store.getSnapshot().past).toBe(second * 1000);
      expect(store.shownAt()).toBe(second * 1000);
    }
    store.travel(undefined);
    expect(shown()).toEqual(['b Failed', 'c Pending']);
    expect(store.getSnapshot().past).toBeUndefined();
  });

  test('is not touched by what comes in meanwhile, which is there afterwards', () => {
    const { store, shown, at } = story();
    store.travel(15_000);
    at(50, 'MODIFIED', 'b', 'Running again');
    at(51, 'DELETED', 'b');
    at(52, 'ADDED', 'a', 'New');
    at(53);
    store.replace([row('a', 'New'), row('d', 'Listed')], { columns, resourceVersion: '9' });
    expect(shown()).toEqual(['a Running', 'b Running']);
    expect(store.history.ahead).toBeGreaterThan(3);
    store.travel(50_000);
    expect(shown()).toEqual(['b Running again', 'c Pending']);
    store.travel(undefined);
    expect(shown()).toEqual(['a New', 'd Listed']);
  });

  test('goes by steps of what changed', () => {
    const { history } = story().store;
    expect(history.momentBefore(undefined)).toBe(30_000);
    expect(history.momentBefore(30_000)).toBe(20_000);
    expect(history.momentBefore(20_000)).toBe(10_000);
    expect(history.momentBefore(10_000)).toBeUndefined();
    expect(history.momentAfter(10_000)).toBe(20_000);
    expect(history.momentAfter(39_999)).toBe(40_000);
    expect(history.momentAfter(40_000)).toBeUndefined();
  });

  test('is filtered and sorted as the present is', () => {
    const { store, shown } = story();
    store.travel(25_000);
    store.setFilter(({ cells }) => cells[1] === 'Running');
    expect(shown()).toEqual(['a Running']);
    store.setFilter(undefined);
    store.setSort({ column: 'Status', descending: false });
    expect(shown()).toEqual(['b Failed', 'a Running']);
    store.travel(undefined);
    expect(shown()).toEqual(['b Failed', 'c Pending']);
  });

  test('is bounded: the oldest is forgotten, and `since` says so', () => {
    const { store, at, shown } = story(2000);
    for (let second = 41; second < 141; second++) at(second, 'MODIFIED', 'b', `Restart ${second}`);
    expect(store.history.bytes).toBeLessThanOrEqual(2000);
    expect(store.history.length).toBeLessThan(8);
    expect(store.history.since).toBeGreaterThan(130_000);
    store.travel(1000);
    // The earliest that is known, and not a guess.
    expect(shown()[0]).toBe(`b Restart ${store.history.since / 1000}`);
    // What is shown is forgotten while it is shown: it goes along.
    const before = store.history.since;
    for (let second = 141; second < 161; second++) at(second, 'MODIFIED', 'b', `Restart ${second}`);
    expect(store.history.since).toBeGreaterThan(before);
    expect(shown()[0]).toBe(`b Restart ${store.history.since / 1000}`);
    expect(store.shownAt()).toBe(store.history.since);
    store.travel(undefined);
    expect(shown()[0]).toBe('b Restart 160');
  });

  test('costs nothing while nothing changes', () => {
    const { store } = open();
    store.replace(
      Array.from({ length: 5000 }, (_, index) => row(`pod-${index}`, 'Running')),
      { columns, resourceVersion: '1' },
    );
    expect(store.history.bytes).toBe(0);
    expect(store.history.length).toBe(0);
  });
});
