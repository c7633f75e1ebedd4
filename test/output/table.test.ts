import { describe, expect, test } from 'vitest';
import type { TableColumn, TableRow } from '../../src/api/meta.ts';
import { alignTabs, describeLayout } from '../../src/output/tab-writer.ts';
import { createTablePrinter } from '../../src/output/table.ts';

const columns: TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name' },
  { name: 'Status', type: 'string' },
  { name: 'N', type: 'integer' },
  { name: 'Wide', type: 'string', priority: 1 },
];
const row = (cells: unknown[], metadata: object = {}): TableRow => ({
  cells,
  object: { apiVersion: 'v1', kind: 'X', metadata },
});

describe('tables', () => {
  test('columns are at least six wide and three apart, the last one is not padded', () => {
    const table = createTablePrinter();
    expect(table.add(columns, [row(['a', 'Running', 1, 'w']), row(['longer-name', 'x', 22, 'w'])])).toBe(
      'NAME          STATUS    N\na             Running   1\nlonger-name   x         22\n',
    );
  });

  test('widths are remembered, the header is printed once, and again for other columns', () => {
    const table = createTablePrinter();
    expect(table.add(columns, [])).toBe('');
    expect(table.add(columns, [row(['abcdef', 'Running', 1])])).toBe('NAME     STATUS    N\nabcdef   Running   1\n');
    expect(table.add([], [row(['a', 'b', 1])])).toBe('a        b         1\n');
    expect(table.add([], [row(['a', 'Terminating', 1])])).toBe('a        Terminating   1\n');
    expect(table.add(columns.slice(0, 1), [row(['a'])])).toBe('NAME\na\n');
  });

  test('wide, namespace, kind, labels', () => {
    const table = createTablePrinter({
      wide: true,
      withNamespace: true,
      kindPrefix: 'deployment.apps',
      labelColumns: ['x.y/app', 'no'],
      showLabels: true,
    });
    expect(
      table.add(columns, [row(['a', 's', 1, 'w'], { namespace: 'ns', labels: { 'x.y/app': 'web', b: '1' } })]),
    ).toBe(
      'NAMESPACE   NAME                STATUS   N     WIDE   APP   NO    LABELS\n' +
        'ns          deployment.apps/a   s        1     w      web         b=1,x.y/app=web\n',
    );
  });

  test('events of a watch stand in front', () => {
    const table = createTablePrinter({ withNamespace: true });
    expect(table.add(columns.slice(0, 1), [row(['a'], { namespace: 'n' })], 'ADDED')).toBe(
      'EVENT      NAMESPACE   NAME\nADDED      n           a\n',
    );
    expect(table.add([], [row(['a'], { namespace: 'n' })], 'MODIFIED')).toBe('MODIFIED   n           a\n');
  });

  test('without headers', () => {
    expect(createTablePrinter({ noHeaders: true }).add(columns, [row(['a', 'b', null])])).toBe('a     b     \n');
  });

  test('a cell ends at its first line break, and is safe to show', () => {
    const table = createTablePrinter({ noHeaders: true });
    expect(table.add(columns, [row(['a\nb', '\u001b[31mred', true])])).toBe('a...   ^[[31mred   true\n');
  });

  test('Korean and emoji take two columns', () => {
    const table = createTablePrinter({ noHeaders: true });
    expect(table.add(columns, [row(['한국어', 'x', 1]), row(['abcdef', '😀', 2])])).toBe(
      '한국어   x     1\nabcdef   😀    2\n',
    );
  });

  test('ten thousand rows take less than a second', () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => row([`pod-${at}`, 'Running', at, 'w']));
    const start = performance.now();
    const text = createTablePrinter().add(columns, rows);
    expect(text.split('\n')).toHaveLength(10_002);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

test('a line without tabs ends the columns above it', () => {
  expect(alignTabs('a:\tb\nlong name:\tc\nstop\nx:\ty\tz\nxx:\tyyyy\tz\n', describeLayout)).toBe(
    'a:          b\nlong name:  c\nstop\nx:   y     z\nxx:  yyyy  z\n',
  );
});
