import { humanDuration } from '../../lib/age.ts';
import { toCompactJson } from '../../lib/json.ts';
import { compileJsonPath, type JsonPath } from '../../lib/jsonpath.ts';
import type { TableColumn } from '../meta.ts';
import { defaultPrinter, type TablePrinter } from './define.ts';

/** apiextensions.k8s.io/v1 CustomResourceColumnDefinition. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

/** Name and age, which is a date for custom resources. */
const agePrinter: TablePrinter = {
  ...defaultPrinter,
  columns: defaultPrinter.columns.map((column) => (column.name === 'Age' ? { ...column, type: 'date' } : column)),
};

/**
 * The printer of a custom resource: its name, then the columns that its definition asks for; name and age
 * where it asks for none.
 */
export function crdTablePrinter(additionalPrinterColumns: readonly PrinterColumn[] | undefined): TablePrinter {
  if (!additionalPrinterColumns || additionalPrinterColumns.length === 0) return agePrinter;
  const extra = additionalPrinterColumns.map((column) => ({ column, path: compiled(column.jsonPath) }));
  const columns: TableColumn[] = [
    ...defaultPrinter.columns.slice(0, 1),
    ...extra.map(({ column: { name, type, format = '', description = '', priority = 0 } }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
  ];
  return {
    columns,
    cells: (object, nowMs) => [
      object.metadata.name,
      ...extra.map(({ column, path }) => cellOf(column.type, firstFound(path, object), nowMs)),
    ],
  };
}

function compiled(jsonPath: string): JsonPath | undefined {
  try {
    return compileJsonPath(`{${jsonPath}}`);
  } catch {
    // A server refuses such a definition; where one is stored all the same, its column stays empty.
    return undefined;
  }
}

function firstFound(path: JsonPath | undefined, object: unknown): unknown {
  try {
    return path?.find(object)[0];
  } catch {
    return undefined;
  }
}

function cellOf(type: string, value: unknown, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : toCompactJson(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'date': {
      const then = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(then) ? '<invalid>' : humanDuration(nowMs - then);
    }
    default:
      return typeof value === type || (type === 'number' && typeof value === 'number') ? value : null;
  }
}
