import type { TableColumn, TableRow } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import type { Source } from '../../../api/source.ts';
import type { CompactRow } from '../../../store/compact-row.ts';
import type { TableStore } from '../../../store/table-store.ts';
import type { DashboardServices } from '../../services.ts';
import type { NewTable, ObjectRef, TableView } from '../view.ts';
import type { ViewModel } from '../view-model.ts';

/** Tables that no server serves, in the shape of resources so that one table view shows them all. */
export function localResource(plural: string, singular: string, kind: string, shortNames: string[] = []): ResourceInfo {
  const base = { group: localGroup, version: 'v1', namespaced: false, categories: [], verbs: [], subresources: [] };
  return { ...base, plural, singular, kind, shortNames };
}

export const localGroup = 'kctl.dev';

/** A kind as messages and titles name it: `deployments.apps`; our own tables without their group. */
export function kindName(resource: ResourceInfo): string {
  return resource.group === localGroup ? resource.plural : groupResource(resource);
}

/** What enter on a row may do to the dashboard. */
export interface OpeningHost {
  readonly services: DashboardServices;
  current(): ViewModel;
  push(model: ViewModel): void;
  openTable(view: NewTable): void;
  /** Runs a line as if it had been typed after `:`. */
  command(line: string): void;
}

/** A table of the dashboard's own making. */
export interface LocalTable {
  resource: ResourceInfo;
  /** Undefined where a view lacks what the table needs: the pod of its containers. */
  open(services: DashboardServices, view: TableView): OpenLocalTable | undefined;
  /** What enter does on a row, where it is not what enter does on the row's object. */
  enter?(host: OpeningHost, row: CompactRow, view: TableView): void | Promise<void>;
}

export interface OpenLocalTable {
  source: Source<TableRow>;
  /** The object that a row stands for, where rows are of several kinds; default: a row of the table's own kind. */
  refOf?(row: CompactRow): ObjectRef | undefined;
  /** What the title says besides: how far a search has come. */
  notes?(): readonly string[];
  /** What has no watch, and is polled for only while the table is seen. */
  usage?: { needed?(): boolean; run(store: TableStore, on: boolean): void; stop(): void };
}

export function columns(...names: string[]): TableColumn[] {
  return names.map((name) => ({ name, type: 'string' }));
}

export function localRow(name: string, cells: unknown[], namespace?: string): TableRow {
  const metadata = { name, uid: name, resourceVersion: JSON.stringify(cells), ...(namespace ? { namespace } : {}) };
  return { cells, object: { apiVersion: `${localGroup}/v1`, kind: 'Row', metadata } };
}

/** A source that loads once; refreshing the view loads again. */
export const loadedSource = (columnNames: string[], load: () => Promise<TableRow[]>): Source<TableRow> =>
  growingSource(columnNames, async (show) => show(await load()));

/**
 * The same for what comes in pieces.
 * @param load shows all rows each time that it knows more; what it does ends with `signal`
 */
export function growingSource(
  columnNames: string[],
  load: (show: (rows: TableRow[]) => void, signal: AbortSignal) => Promise<void>,
): Source<TableRow> {
  const stopping = new AbortController();
  const { signal } = stopping;
  return {
    start(sink) {
      const show = (rows: TableRow[]) => {
        if (signal.aborted) return;
        sink.replace(rows, { columns: columns(...columnNames), resourceVersion: '' });
        sink.state({ phase: 'synced', since: Date.now() });
      };
      load(show, signal).catch(
        (error: Error) => !signal.aborted && sink.state({ phase: 'failed', since: Date.now(), error }),
      );
    },
    stop() {
      stopping.abort();
    },
  };
}
