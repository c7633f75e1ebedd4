import type { KubeList, KubeObject, Table, TableColumn, TableRow } from '../api/meta.ts';
import type { RowShape } from '../api/row-shape.ts';
import { ageSince } from '../lib/age.ts';
import { tableAccept } from './list.ts';

/** How list pages and watch events become the items of a reflector. */
export interface Decoder<T> {
  accept: string;
  page(page: KubeList | Table): { items: T[]; columns: TableColumn[] };
  /** `item` is undefined for a bookmark. */
  event(object: KubeObject): { item: T | undefined; columns: TableColumn[]; version: string | undefined };
}

/** Lists leave kind and apiVersion to the list; objects that travel alone need their own. */
export const objectDecoder: Decoder<KubeObject> = {
  accept: 'application/json',
  page(page) {
    const list = page as KubeList;
    const kind = list.kind.replace(/List$/, '');
    const items = (list.items ?? []).map((item) => (item.kind ? item : { ...item, apiVersion: list.apiVersion, kind }));
    return { items, columns: [] };
  },
  event: (object) => ({ item: object, columns: [], version: object.metadata?.resourceVersion }),
};

const plainColumns: TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Age', type: 'string', priority: 0 },
];

/**
 * Rows as the server prints them; a server that prints nothing sends objects, which become name and age.
 * @param shape what is made of each row before the next is looked at
 */
export function tableDecoder(now: () => number, shape?: RowShape): Decoder<TableRow> {
  const rowOf = (object: KubeObject): TableRow => ({
    cells: [object.metadata.name, ageSince(object.metadata.creationTimestamp, now())],
    object,
  });
  const columnsOf = (columns: TableColumn[] | undefined): TableColumn[] => {
    if (!columns || columns.length === 0) return [];
    return shape ? shape.columns(columns) : columns;
  };
  const shaped = (rows: TableRow[]): TableRow[] => (shape ? rows.map((row) => shape.row(row)) : rows);
  return {
    accept: tableAccept,
    page(page) {
      if (page.kind === 'Table') {
        const { columnDefinitions, rows } = page as Table;
        // In this order: a row is shaped for the columns it has.
        return { columns: columnsOf(columnDefinitions), items: shaped(rows ?? []) };
      }
      return { columns: columnsOf(plainColumns), items: shaped(objectDecoder.page(page).items.map(rowOf)) };
    },
    event(object) {
      if (object.kind !== 'Table') {
        const version = object.metadata?.resourceVersion;
        return { columns: columnsOf(plainColumns), item: shaped([rowOf(object)])[0], version };
      }
      const table = object as unknown as Table;
      const row = table.rows?.[0];
      return {
        columns: columnsOf(table.columnDefinitions),
        item: row && shaped([row])[0],
        // Not every server repeats the version of the row in the table's own metadata.
        version: row?.object?.metadata?.resourceVersion || table.metadata?.resourceVersion,
      };
    },
  };
}
