import type { TableColumn, TableRow } from '../../../api/meta.ts';
import type { Source } from '../../../api/source.ts';
import type { DashboardServices } from '../../services.ts';
import { forwardColumn } from '../forward-signs.ts';

/** The signs of all rows as they are at this moment, by what `keyOf` says of a row. */
type Signs = ReadonlyMap<string, string>;

/**
 * A source whose rows say behind their name what they are forwarded to (`⇄8080`). The column is there while one of them
 * is; what is in it follows without a request.
 */
export function signedSource(
  services: DashboardServices,
  source: Source<TableRow>,
  { signs, keyOf }: { signs(): Signs; keyOf(row: TableRow): string },
): Source<TableRow> {
  const { forwards } = services;
  if (!forwards) return source;
  const rows = new Map<string, TableRow>();
  let columns: readonly TableColumn[] = [];
  let resourceVersion = '';
  let now: Signs = new Map();
  let detach = () => {};
  const at = () => columns.findIndex(({ name }) => name === 'Name') + 1;
  const shownColumns = () => (now.size > 0 ? columns.toSpliced(at(), 0, forwardColumn) : [...columns]);
  const shown = (row: TableRow): TableRow =>
    now.size > 0 ? { ...row, cells: row.cells.toSpliced(at(), 0, now.get(keyOf(row)) ?? '') } : row;
  return {
    start(sink) {
      let isListed = false;
      now = signs();
      detach = forwards.desk.subscribe(() => {
        const next = signs();
        if (next.size === now.size && [...next].every(([key, sign]) => now.get(key) === sign)) return;
        now = next;
        if (isListed) sink.replace([...rows.values()].map(shown), { columns: shownColumns(), resourceVersion });
      });
      source.start({
        replace(items, info) {
          isListed = true;
          ({ columns, resourceVersion } = info);
          rows.clear();
          for (const row of items) rows.set(keyOf(row), row);
          sink.replace(items.map(shown), { ...info, columns: shownColumns() });
        },
        change(type, row, info) {
          if (info.columns.length > 0) columns = info.columns;
          if (type === 'DELETED') rows.delete(keyOf(row));
          else rows.set(keyOf(row), row);
          sink.change(type, shown(row), { ...info, columns: shownColumns() });
        },
        state: (state) => sink.state(state),
      });
    },
    stop() {
      detach();
      source.stop();
    },
  };
}
