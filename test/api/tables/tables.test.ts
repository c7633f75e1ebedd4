import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { crdTablePrinter, tablePrinter } from '../../../src/api/tables/index.ts';

interface Golden {
  resource: string;
  object: Partial<KubeObject>;
  cells: Record<string, unknown>;
}

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as Golden[];
const now = Date.parse('2024-01-01T01:00:00Z');
const metadata = { name: 'x', namespace: 'n', creationTimestamp: '2024-01-01T00:00:00Z' };

function rowOf({ resource, object }: Golden): Record<string, unknown> {
  const printer = tablePrinter(resource);
  const cells = printer.cells(
    { apiVersion: '', kind: '', ...object, metadata: { ...metadata, ...object.metadata } },
    now,
  );
  expect(cells.length, resource).toBe(printer.columns.length);
  return Object.fromEntries(
    printer.columns.map((column, index) => [column.name + (column.priority ? '*' : ''), cells[index]]),
  );
}

describe('rows', () => {
  for (const [index, entry] of golden.entries()) {
    test(`${index} ${entry.resource}`, () => expect(rowOf(entry)).toEqual(entry.cells));
  }
});

test('an unknown resource has name and age', () => {
  expect(tablePrinter('widgets.example.com').columns.map((column) => column.name)).toEqual(['Name', 'Age']);
  expect(tablePrinter('constructor').columns).toHaveLength(2);
});

test('a printer stands an object without spec and status', () => {
  for (const { resource } of golden) {
    expect(() => tablePrinter(resource).cells({ apiVersion: '', kind: '', metadata: {} }, now)).not.toThrow();
  }
});

test('finished pods say so in their conditions', () => {
  const { conditions } = tablePrinter('pods');
  const pod = (phase: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata, status: { phase } });
  expect(conditions?.(pod('Succeeded'))[0]).toMatchObject({ type: 'Completed', reason: 'Succeeded' });
  expect(conditions?.(pod('Running'))).toEqual([]);
});

describe('custom resources', () => {
  const object = {
    ...{ apiVersion: 'e/v1', kind: 'W', metadata },
    ...{ spec: { size: 3, on: true, tags: ['a'], since: '2024-01-01T00:50:00Z', bad: 'x' } },
  };
  test('columns of the definition, dates as ages', () => {
    const printer = crdTablePrinter([
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'On', type: 'boolean', jsonPath: '.spec.on', priority: 1 },
      { name: 'Tags', type: 'string', jsonPath: '.spec.tags' },
      { name: 'Since', type: 'date', jsonPath: '.spec.since' },
      { name: 'Bad', type: 'date', jsonPath: '.spec.bad' },
      { name: 'None', type: 'string', jsonPath: '.spec.none' },
      { name: 'Broken', type: 'string', jsonPath: '.spec[' },
    ]);
    expect(printer.cells(object, now)).toEqual(['x', 3, true, '["a"]', '10m', '<invalid>', null, null]);
    expect(printer.columns.map(({ name, priority }) => `${name}${priority}`).join()).toBe(
      'Name0,Size0,On1,Tags0,Since0,Bad0,None0,Broken0',
    );
  });

  test('name and age where there are none', () => {
    expect(crdTablePrinter([]).cells(object, now)).toEqual(['x', '60m']);
  });
});
