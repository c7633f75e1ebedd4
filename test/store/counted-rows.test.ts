import { expect, test } from 'vitest';
import type { TableRow } from '../../src/api/meta.ts';
import { TableStore } from '../../src/store/table-store.ts';
import { troubleIn } from '../../src/tui/views/table-filter.ts';
import { ManualTiming } from './manual-timing.ts';

const columns = ['Name', 'Ready', 'Status'].map((name) => ({ name, type: 'string' }));

let version = 0;
const row = (name: string, status: string, ready = '1/1'): TableRow => ({
  cells: [name, ready, status],
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name, resourceVersion: String(++version) } },
});

test('rows in trouble are counted as they come, change and go, whatever the filter', () => {
  const timing = new ManualTiming();
  const store = new TableStore({ timing, counts: troubleIn });
  const counted = () => store.getSnapshot().counted;
  const change = (type: 'ADDED' | 'MODIFIED' | 'DELETED', one: TableRow) => {
    store.change(type, one, { columns });
    timing.advance(300);
  };
  const first = [row('a', 'Running'), row('b', 'Error', '0/1'), row('c', 'Pending', '0/1'), row('d', 'Completed')];
  store.replace(first, { columns, resourceVersion: '1' });
  expect(counted()).toBe(1);
  change('MODIFIED', row('a', 'CrashLoopBackOff'));
  expect(counted()).toBe(2);
  change('ADDED', row('e', 'Running', '0/1'));
  expect(counted()).toBe(3);
  store.setFilter((one) => one.name === 'a');
  expect(counted()).toBe(3);
  change('DELETED', row('b', 'Error'));
  expect(counted()).toBe(2);
  for (let index = 0; index < 100; index++) store.change('ADDED', row(`x${index}`, 'OOMKilled'), { columns });
  timing.advance(300);
  expect(counted()).toBe(102);
  // As it was, too.
  store.travel(timing.now() - 400);
  expect(counted()).toBe(2);
  store.travel(undefined);
  expect(counted()).toBe(102);
  store.replace([row('a', 'Running')], { columns, resourceVersion: '2' });
  expect(counted()).toBe(0);
});
