import { expect, test } from 'vitest';
import { dearColumns, essentialColumns, fitColumns } from '../../../src/tui/views/table-lines.ts';

/** Columns of pods as wide as those of a busy namespace want to be. */
const podColumns = {
  Namespace: 12,
  Name: 38,
  PF: 6,
  Ready: 6,
  Status: 16,
  Restarts: 12,
  CPU: 6,
  Mem: 8,
  '%CPU/R': 7,
  Age: 5,
  IP: 12,
  Node: 24,
};

function fitted(width: number, without: readonly string[], ...wanted: string[]) {
  const columns = Object.entries(podColumns)
    .filter(([name]) => !without.includes(name))
    .map(([name, natural]) => ({
      title: name.toUpperCase(),
      sortName: name,
      cell: 0,
      span: false,
      width: natural,
    }));
  const fits = fitColumns(columns, width, { keep: [...essentialColumns, ...wanted], dear: dearColumns });
  const used = 4 + fits.reduce((sum, column) => sum + column.width + 2, -2);
  return {
    names: fits.map(({ sortName }) => sortName),
    used,
    name: fits.find((one) => one.sortName === 'Name')!.width,
  };
}

const one = ['Namespace', 'PF'];

test.each([
  ['by name', one, 'Name', ['Name', 'Ready', 'Status', 'Restarts', 'Age']],
  ['by CPU', one, 'CPU', ['Name', 'Ready', 'Status', 'Restarts', 'CPU', 'Age']],
  ['by what stands far right', one, 'Node', ['Name', 'Ready', 'Status', 'Restarts', 'Node']],
  ['of all namespaces', ['PF'], 'Name', ['Namespace', 'Name', 'Ready', 'Status', 'Restarts']],
])('80 columns hold name, readiness, status and restarts of pods, sorted %s', (_, without, sort, names) => {
  const found = fitted(80, without, sort);
  expect(found.names).toEqual(names);
  expect(found.used).toBeLessThanOrEqual(80);
  expect(found.name).toBeGreaterThanOrEqual(16);
});

test('where even those have no room, names are cut last', () => {
  expect(fitted(60, one, 'Name')).toMatchObject({ names: ['Name', 'Ready', 'Status'], used: 60 });
  expect(fitted(40, [], 'Name').names).toEqual(['Name', 'Status']);
});
