import type { KubeList, KubeObject, Table, TableColumn, TableRow } from '../api/meta.ts';
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

/** Rows as the server prints them; a server that prints nothing sends objects, which become name and age. */
export function tableDecoder(now: () => number): Decoder<TableRow> {
  const rowOf = (object: KubeObject): TableRow => ({
    cells: [object.metadata.name, ageSince(object.metadata.creationTimestamp, now())],
    object,
  });
  return {
    accept: tableAccept,
    page(page) {
      if (page.kind === 'Table') {
        const table = page as Table;
        return { items: table.rows ?? [], columns: table.columnDefinitions ?? [] };
      }
      return { items: objectDecoder.page(page).items.map(rowOf), columns: plainColumns };
    },
    event(object) {
      if (object.kind !== 'Table') {
        return { item: rowOf(object), columns: plainColumns, version: object.metadata?.resourceVersion };
      }
      const table = object as unknown as Table;
      const row = table.rows?.[0];
      return {
        item: row,
        columns: table.columnDefinitions ?? [],
        // Not every server repeats the version of the row in the table's own metadata.
        version: row?.object?.metadata?.resourceVersion || table.metadata?.resourceVersion,
      };
    },
  };
}
