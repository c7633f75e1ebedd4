import type { KubeObject, OwnerReference, TableColumn, TableRow } from '../api/meta.ts';

/** What a table keeps of an object: its printed cells and what identifies and relates it. The object itself is fetched when someone asks. */
export interface CompactRow {
  /** `namespace/name`; `name` for cluster-scoped kinds. Stays the same when an object is replaced under its name. */
  key: string;
  cells: readonly unknown[];
  uid: string;
  resourceVersion: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  creationTimestamp: string | undefined;
  deletionTimestamp: string | undefined;
  /** The controller, else the first owner. */
  owner: OwnerReference | undefined;
  /** When it came in, ms since 1970: spans of time that the server printed count from here. */
  receivedAt: number;
  /** Value of the sort column in comparable form; the store's own. */
  sortValue: number | string;
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

export function rowKey(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name ?? ''}` : (name ?? '');
}

/** Projects a server's table row that came in at `receivedAt`; `sortValue` is left for the store to fill. */
export function compactRow(row: TableRow, receivedAt: number): CompactRow {
  const meta = row.object.metadata;
  const owners = meta.ownerReferences;
  return {
    key: rowKey(row.object),
    cells: row.cells,
    uid: meta.uid ?? '',
    resourceVersion: meta.resourceVersion ?? '',
    namespace: meta.namespace ?? '',
    name: meta.name ?? '',
    labels: meta.labels ?? NO_LABELS,
    creationTimestamp: meta.creationTimestamp,
    deletionTimestamp: meta.deletionTimestamp,
    owner: owners?.find((owner) => owner.controller) ?? owners?.[0],
    receivedAt,
    sortValue: '',
  };
}

/** What a table is sorted by: a column's name as the server prints it, or `Namespace`. */
export interface TableSort {
  column: string;
  descending: boolean;
}

/** Columns that print a span of time: a greater value is a longer one. */
const SPAN_COLUMNS = new Set(['age', 'last seen', 'first seen', 'duration', 'last schedule']);
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
  '%': 1,
};
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/**
 * A function from rows to comparable values for one sort: numbers for numbers, quantities (`250Mi`),
 * restarts (`3 (5m ago)`), ratios (`1/2`) and spans of time (`5m10s`), text with its digit runs in
 * numeric order for the rest. Ages come from the creation time, so they never change with the clock.
 */
export function sortValueOf(sort: TableSort, columns: readonly TableColumn[]): (row: CompactRow) => number | string {
  const wanted = sort.column.toLowerCase();
  const index = columns.findIndex((column) => column.name.toLowerCase() === wanted);
  if (wanted === 'age') {
    return (row) => (row.creationTimestamp ? -Date.parse(row.creationTimestamp) : 0);
  }
  if (wanted === 'namespace' && index < 0) return (row) => naturalKey(row.namespace);
  if (wanted === 'name' || index < 0) return (row) => naturalKey(row.name);
  const spans = SPAN_COLUMNS.has(wanted);
  return (row) => {
    const cell = row.cells[index];
    if (typeof cell === 'number') return cell;
    const text = cell === null || cell === undefined ? '' : String(cell);
    return (spans ? spanValue(text) : numericValue(text)) ?? naturalKey(text);
  };
}

/** Leading number of a quantity, a count with a remark or a ratio; undefined where the text is no number. */
export function numericValue(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)(%|[KMGTPE]i|[numkMGTPE])?(?:$| \(|\/(\d+)$)/.exec(text);
  if (!match) return undefined;
  const value = Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1);
  // Of two ratios with the same numerator the fuller one is the greater: 1/1 after 1/2.
  return match[3] === undefined ? value : value + 1 / (Number(match[3]) + 2);
}

/** Seconds of a printed span (`5m10s`); undefined where the text is none. */
export function spanValue(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdy]))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdy])/g)) seconds += Number(count) * SECONDS[unit!]!;
  return seconds;
}

/** Text whose plain comparison puts `web-9` before `web-10`: every digit run is led by its length. */
function naturalKey(text: string): string {
  return /\d\d/.test(text)
    ? text.replace(/\d+/g, (run) => `${String.fromCharCode(0x2f + Math.min(run.length, 10))}${run}`)
    : text.replace(/\d/g, '0$&');
}
