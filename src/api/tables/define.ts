import { ageSince } from '../../lib/age.ts';
import type { KubeObject, TableColumn, TableRow } from '../meta.ts';

/** How one kind becomes a row. Cells are in the order of `columns`, those of wide output included. */
export interface TablePrinter {
  columns: TableColumn[];
  cells(object: KubeObject, nowMs: number): unknown[];
  /** What the row says of the object beside its cells: pods that are `Completed`. */
  conditions?(object: KubeObject): RowCondition[];
}

export type RowCondition = NonNullable<TableRow['conditions']>[number];

export type Cells = (object: KubeObject, nowMs: number) => unknown[];

/**
 * A printer from short column names: `IP*` is shown in wide output only, `Desired:integer` names a type
 * other than string. The first column is the name.
 */
export function printer(columns: string, cells: Cells, conditions?: TablePrinter['conditions']): TablePrinter {
  return { columns: columns.split(' | ').map(columnOf), cells, ...(conditions ? { conditions } : {}) };
}

function columnOf(text: string): TableColumn {
  const [, name = '', wide, type] = /^(.*?)(\*?)(?::(\w+))?$/.exec(text) ?? [];
  return {
    name,
    type: type ?? 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: wide ? 1 : 0,
  };
}

export const NONE = '<none>';
export const UNKNOWN = '<unknown>';
export const UNSET = '<unset>';

export function age(object: KubeObject, nowMs: number): string {
  return ageSince(object.metadata.creationTimestamp, nowMs);
}

/** `a=b,c=d` in the order of keys, `<none>` where there are none. */
export function labelsText(labels: Record<string, string> | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return NONE;
  return entries
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

interface PodSpecLike {
  containers?: { name: string; image?: string }[];
}

export function containerNames(spec: PodSpecLike | undefined): string {
  return (spec?.containers ?? []).map((container) => container.name).join(',');
}

export function containerImages(spec: PodSpecLike | undefined): string {
  return (spec?.containers ?? []).map((container) => container.image ?? '').join(',');
}

/** `True`, `False`, `<unset>`. */
export function boolText(value: boolean | undefined): string {
  return value === undefined ? UNSET : value ? 'True' : 'False';
}

/** At most `max` entries, then `+ N more...`. */
export function listWithMore(list: readonly string[], max: number, empty: string): string {
  if (list.length === 0) return empty;
  const shown = list.slice(0, max).join(',');
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}

interface LoadBalancerStatus {
  ingress?: { ip?: string; hostname?: string }[];
}

/** IPs, or host names where there is no IP, sorted and without duplicates. */
export function loadBalancerAddresses(status: LoadBalancerStatus | undefined): string[] {
  const addresses = (status?.ingress ?? []).map((entry) => entry.ip || entry.hostname || '');
  return [...new Set(addresses)].filter((address) => address !== '').sort();
}

/** Name and age: what a server prints for kinds without a printer of their own. */
export const defaultPrinter: TablePrinter = printer('Name | Age', (o, now) => [o.metadata.name, age(o, now)]);

/** Name and creation time, as text for the client to show. */
export const createdAtPrinter: TablePrinter = printer('Name | Created At:date', (o) => [
  o.metadata.name,
  o.metadata.creationTimestamp ?? null,
]);
