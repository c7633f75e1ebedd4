import type { KubeObject, ObjectMeta, TableColumn } from '../../api/meta.ts';
import type { RowShape, ShapedColumn } from '../../api/row-shape.ts';
import { ageSince } from '../../lib/age.ts';
import { compileJsonPath } from '../../lib/jsonpath.ts';
import type { ColumnSpec, ViewSpec } from './table-specs.ts';

/** One step from the server's rows to those of a table. */
export interface ShapeStep {
  readonly wholeObjects: boolean;
  columns(columns: readonly ShapedColumn[]): ShapedColumn[];
  cells(cells: readonly unknown[], object: KubeObject): readonly unknown[];
}

/**
 * What a table keeps of each row: the cells that `steps` make, and of the object what identifies and relates it.
 */
export function tableShape(steps: readonly ShapeStep[]): RowShape {
  return {
    wholeObjects: steps.some((step) => step.wholeObjects),
    columns: (server) => steps.reduce<ShapedColumn[]>((columns, step) => step.columns(columns), [...server]),
    row: ({ cells, object }) => ({
      cells: steps.reduce<readonly unknown[]>((before, step) => step.cells(before, object), cells) as unknown[],
      object: { apiVersion: object.apiVersion, kind: object.kind, metadata: keptOf(object.metadata) },
    }),
  };
}

/** Annotations and managed fields are most of what metadata weighs, and no table shows them. */
const keptFields = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'labels',
  'ownerReferences',
] as const;

function keptOf(metadata: ObjectMeta): ObjectMeta {
  const kept: Record<string, unknown> = {};
  for (const field of keptFields) if (metadata[field] !== undefined) kept[field] = metadata[field];
  return kept;
}

/** Chooses, orders and adds columns as a spec says. What it does not name comes with the wide columns. */
export function specStep(spec: ViewSpec, options: { allNamespaces: boolean; now(): number }): ShapeStep {
  const wanted = spec.columns.filter(({ name, attributes }) => {
    return !attributes.has('H') && (options.allNamespaces || name.toLowerCase() !== 'namespace');
  });
  const paths = wanted.map(({ path }) => (path === undefined ? undefined : pathReader(path)));
  /** For each column that is made: the cell it comes from, or -1 less the index of its wish. */
  let from: number[] = [];
  return {
    wholeObjects: wanted.some(({ path }) => path !== undefined),
    columns(columns) {
      const find = (name: string) => columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
      const own = wanted.map(({ name, path }) => (path === undefined ? find(name) : -1));
      const rest = columns.flatMap((_, index) => (own.includes(index) ? [] : [index]));
      const hidden = new Set(
        spec.columns.filter(({ attributes }) => attributes.has('H')).map(({ name }) => find(name)),
      );
      const others = rest.filter((index) => !hidden.has(index));
      from = [...own.map((index, at) => (index >= 0 ? index : -1 - at)), ...others];
      return [
        ...wanted.map((one, at) => columnOf(one, columns[own[at]!])),
        ...others.map((index) => ({ ...columns[index]!, priority: 1 })),
      ];
    },
    cells(cells, object) {
      return from.map((index) => {
        if (index >= 0) return cells[index];
        const { name, attributes } = wanted[-1 - index]!;
        const read = paths[-1 - index];
        if (!read) return name.toLowerCase() === 'namespace' ? (object.metadata.namespace ?? '') : '';
        const text = read(object);
        return attributes.has('T') ? ageOf(text, options.now()) : text;
      });
    },
  };
}

function columnOf({ name, path, attributes }: ColumnSpec, own: TableColumn | undefined): ShapedColumn {
  const isNamespace = path === undefined && name.toLowerCase() === 'namespace';
  const priority = attributes.has('W') ? 1 : attributes.has('S') ? 0 : (own?.priority ?? 0);
  return {
    ...(own ?? { name: isNamespace ? 'Namespace' : name, type: attributes.has('N') ? 'number' : 'string' }),
    priority,
    ...(attributes.has('R') && { align: 'right' as const }),
    ...(path !== undefined && attributes.has('T') && { span: true }),
  };
}

function ageOf(text: string, now: number): string {
  return Number.isNaN(Date.parse(text)) ? text : ageSince(text, now);
}

/** The values that a path finds, as one text. */
function pathReader(path: string): (object: KubeObject) => string {
  const compiled = compileJsonPath(path, { explains: false });
  return (object) => {
    try {
      const values = compiled.find(object);
      return values.length === 0 ? '<none>' : values.map(textOf).join(',');
    } catch {
      // A path that does not fit this object: it has no such list, or not that long a one.
      return '<none>';
    }
  };
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
