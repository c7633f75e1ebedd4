import type { ShapedColumn } from '../../api/row-shape.ts';
import type { SourceState } from '../../api/source.ts';
import type { CompactRow, TableSort } from '../../store/compact-row.ts';
import { Observable } from '../../store/observable.ts';
import { type TableSnapshot, TableStore } from '../../store/table-store.ts';
import type { Timing } from '../../store/timing.ts';
import type { Theme } from '../../theme/theme.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import type { OpenLocalTable } from './local/local-table.ts';
import type { ParsedFilter } from './row-filter.ts';
import { TableColumns } from './table-columns.ts';
import { TableCursor } from './table-cursor.ts';
import { tableFilter, troubleIn } from './table-filter.ts';
import { type ColumnChoice, cellText, chooseColumns, columnAt, everyColumn } from './table-lines.ts';
import { TableMarks } from './table-marks.ts';
import { tableNotice } from './table-notice.ts';
import { TablePainter } from './table-painter.ts';
import { TableSight } from './table-sight.ts';
import { tableTitle } from './table-title.ts';
import type { ObjectRef, TableView, ViewScope } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

/** What a table shows and how it is kept up to date, for as long as it is asked by the same selectors. */
export interface OpenTable extends OpenLocalTable {
  /** What the title says besides. */
  notes?(): readonly string[];
  close?(): void;
}

interface TableHooks {
  /** Opens a table for `view`. @param rows how many there were before it */
  open(view: TableView, rows: number, model: Pick<TableModel, 'reopen' | 'sortAs' | 'store'>): OpenTable;
  /** What the user has set, to be remembered for this kind. */
  learn?(change: { sort?: TableSort; columns?: ColumnChoice }): void;
}

/** Rows measured before the first frame. */
const sampleRows = 300;
/** A selector that is typed goes to the server when nothing has been typed for so long, ms. */
const typingMs = 400;

/** A live table on the screen: the store's rows with cursor, marks, columns and scroll position. */
export class TableModel extends Observable<number> implements ViewModel {
  view: TableView;
  readonly store: TableStore;
  readonly #hooks: TableHooks;
  readonly #timing: Timing;
  readonly #cursor: TableCursor;
  readonly #marks = new TableMarks();
  readonly #painter: TablePainter;
  readonly #sight: TableSight;
  #isSeen = false;
  readonly #unsubscribe: () => void;
  #running: OpenTable | undefined;
  /** What the server is asked by, beside the view's own scope. */
  #asked: Pick<ViewScope, 'labelSelector' | 'fieldSelector'> = {};
  #asking: { cancel(): void } | undefined;
  #parsed: ParsedFilter;
  #seen: TableSnapshot;
  #columns: TableColumns | undefined;
  /** The column that a key would sort by. */
  #column: string | undefined;
  /** The user has changed what is shown, so that the next flush is his doing. */
  #own = false;

  constructor(view: TableView, hooks: TableHooks, timing: Timing) {
    super(0);
    this.view = view;
    this.#hooks = hooks;
    this.#timing = timing;
    this.#painter = new TablePainter(timing, () => this.#bump());
    this.#sight = new TableSight(
      timing,
      () => this.#bump(),
      (seen) => {
        this.#isSeen = seen;
        this.#poll();
      },
    );
    this.store = new TableStore({ timing, counts: troubleIn, ...(view.sort ? { sort: view.sort } : {}) });
    this.#cursor = new TableCursor(this.store, timing, () => this.#bump());
    this.#seen = this.store.getSnapshot();
    this.#parsed = this.#parse();
    this.#applyFilter();
    this.#asked = this.#selectors();
    this.#unsubscribe = this.store.subscribe(() => this.#onFlush());
    this.#start();
  }

  #start(): void {
    const scope = { ...this.view.scope };
    const both = (own: string | undefined, asked: string | undefined) => [own, asked].filter(Boolean).join(',');
    const { labelSelector, fieldSelector } = this.#asked;
    if (labelSelector) scope.labelSelector = both(scope.labelSelector, labelSelector);
    if (fieldSelector) scope.fieldSelector = both(scope.fieldSelector, fieldSelector);
    this.#running = this.#hooks.open({ ...this.view, scope }, this.#seen.total, this);
    this.#running.source.start(this.store);
  }

  #stop(): void {
    this.#running?.usage?.stop();
    this.#running?.source.stop();
    this.#running?.close?.();
  }

  /** Lists and watches again, with what is asked for now; what is shown stays until the new list is there. */
  reopen(): void {
    this.#stop();
    this.#start();
    this.#bump();
  }

  refresh(): void {
    this.reopen();
  }

  #onFlush(): void {
    const next = this.store.getSnapshot();
    const newColumns = next.columns !== this.#seen.columns;
    const travelled = next.past !== this.#seen.past;
    this.#seen = next;
    if (newColumns && (this.view.filter !== '' || this.view.faults)) {
      // The filter could not know the columns while their first rows came in.
      this.#applyFilter();
      return;
    }
    this.#cursor.follow(this.#own || travelled);
    this.#marks.prune((key) => this.store.row(key), this.#isPart);
    this.#poll();
    // What the user has done shows in the title, too.
    if (this.#painter.isStale(this.store, this.#cursor) || this.#own || travelled) this.#bump();
  }

  /** True where the server is asked for what the filter selects: what is not there may still be in the cluster. */
  get #isPart(): boolean {
    return Boolean(this.#asked.labelSelector || this.#asked.fieldSelector);
  }

  #poll(): void {
    this.#running?.usage?.run(this.store, this.#isSeen && this.#seen.state.phase === 'synced');
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  /** Does what changes the rows that are shown because the user wants it. */
  #byUser(change: () => void): void {
    this.#own = true;
    try {
      change();
    } finally {
      this.#own = false;
    }
  }

  move(move: Move, steps = 1): void {
    if (move === 'left' || move === 'right') this.#drawn().scroll(move === 'left' ? -1 : 1);
    else this.#cursor.move(move, steps);
    this.#bump();
  }

  /** A click on a row puts the cursor there, one on a heading sorts. */
  click(line: number, column: number): void {
    if (line === 0) {
      const heading = columnAt(this.#columns?.fitted ?? [], column);
      if (heading) this.sortBy(heading.sortName);
      return;
    }
    const stones = this.#cursor.tombstone ? 1 : 0;
    if (this.#cursor.offset + line - 1 >= this.#seen.visible + stones) return;
    this.#cursor.select(this.#cursor.offset + line - 1);
    this.#bump();
  }

  selectedRow(): CompactRow | undefined {
    const { key } = this.#cursor;
    return key === undefined ? undefined : this.store.row(key);
  }

  target(): ObjectRef | undefined {
    const row = this.selectedRow();
    return row && this.#refOf(row);
  }

  /** Why nothing harmful may be done just now: what the cursor stood on has gone, and a key may have been meant for it. */
  disarmed(): string | undefined {
    return this.#cursor.disarmed ? 'the object under the cursor has just gone' : undefined;
  }

  #refOf(row: CompactRow): ObjectRef | undefined {
    const { refOf } = this.#running ?? {};
    if (refOf) return refOf(row);
    return { resource: this.view.resource, namespace: row.namespace || undefined, name: row.name, uid: row.uid };
  }

  /** The marked objects, else the one under the cursor. */
  targets(): ObjectRef[] {
    if (this.#marks.size > 0) return this.#marks.refs();
    const target = this.target();
    return target ? [target] : [];
  }

  /** Marks or unmarks the row under the cursor and steps on. */
  toggleMark(): void {
    const row = this.selectedRow();
    if (!row) return;
    this.#marks.toggle(row, this.#refOf(row));
    this.move('down');
  }

  /** Marks the rows between the one that was marked last and the cursor. */
  markRange(): void {
    const row = this.selectedRow();
    if (!row) return;
    const anchor = this.#marks.anchor === undefined ? -1 : this.store.indexOf(this.#marks.anchor);
    const [from, to] = [Math.min(anchor, this.#cursor.index), Math.max(anchor, this.#cursor.index)];
    const rows = anchor < 0 ? [row] : this.store.window(from, to - from + 1).rows;
    for (const one of rows) this.#marks.add(one, this.#refOf(one));
    this.#bump();
  }

  clearMarks(): void {
    this.#marks.clear();
    this.#bump();
  }

  unmark(refs: readonly ObjectRef[]): void {
    this.#marks.remove(refs);
    this.#bump();
  }

  get markCount(): number {
    return this.#marks.size;
  }

  /** Marked objects that the filter hides. */
  get hiddenMarkCount(): number {
    return [...this.#marks.keys()].filter((key) => this.store.indexOf(key) < 0).length;
  }

  filter(): string {
    return this.view.filter;
  }

  setFilter(text: string): void {
    if (text === this.view.filter) return;
    this.view = { ...this.view, filter: text };
    this.#applyFilter();
    this.#askLater();
  }

  /** Selectors that are typed make the server choose, once they stand. */
  #askLater(): void {
    this.#asking?.cancel();
    this.#asking = undefined;
    const { labelSelector, fieldSelector } = this.#selectors();
    if (labelSelector === this.#asked.labelSelector && fieldSelector === this.#asked.fieldSelector) return;
    this.#asking = this.#timing.after(typingMs, () => {
      this.#asking = undefined;
      this.#asked = this.#selectors();
      this.reopen();
    });
  }

  /** Tables of our own making have no server that could choose. */
  #selectors(): Pick<ViewScope, 'labelSelector' | 'fieldSelector'> {
    const { labels, fields, error } = this.#parsed;
    if (error !== undefined || !this.view.resource.verbs.includes('list')) return {};
    return { ...(labels && { labelSelector: labels }), ...(fields && { fieldSelector: fields }) };
  }

  setFaults(faults: boolean): void {
    this.view = { ...this.view, faults };
    this.#applyFilter();
  }

  setWide(wide: boolean): void {
    this.#rearrange({ wide });
  }

  /** Shows these columns, by name, and no others. */
  setColumns(names: readonly string[]): void {
    const { columns } = this.store.getSnapshot();
    const usual = chooseColumns(columns, { ...this.#columnOptions, choice: undefined }).map((one) => one.sortName);
    const choice = {
      shown: names.filter((name) => !usual.includes(name)),
      hidden: usual.filter((name) => !names.includes(name)),
    };
    this.#rearrange({ columns: choice });
    this.#hooks.learn?.({ columns: choice });
  }

  #rearrange(change: Partial<Pick<TableView, 'wide' | 'columns'>>): void {
    this.view = { ...this.view, ...change };
    this.#columns = undefined;
    // Other cells are on the screen now, so other rows may match.
    this.#applyFilter();
    this.#bump();
  }

  /** Every column there is, and whether it is shown. */
  columnChoices(): { name: string; on: boolean }[] {
    const shown = new Set(this.#drawn().names);
    const all = everyColumn(this.#seen.columns, this.#columnOptions.allNamespaces);
    return all.map(({ sortName }) => ({ name: sortName, on: shown.has(sortName) }));
  }

  get #columnOptions() {
    const { resource, scope, wide, columns } = this.view;
    return { wide, allNamespaces: resource.namespaced && !isOneNamespace(scope.namespace), choice: columns };
  }

  #parse(): ParsedFilter {
    let from: readonly ShapedColumn[] | undefined;
    let shown: number[] = [];
    const columns = () => this.store.getSnapshot().columns;
    return tableFilter(this.view, {
      columns,
      now: () => this.#timing.now(),
      shown: () => {
        if (from !== columns()) {
          from = columns();
          shown = chooseColumns(from, this.#columnOptions).flatMap(({ cell, sortName }) =>
            cell >= 0 ? [cell] : from!.flatMap(({ name }, index) => (name === sortName ? [index] : [])),
          );
        }
        return shown;
      },
    });
  }

  #applyFilter(): void {
    this.#parsed = this.#parse();
    this.#byUser(() => this.store.setFilter(this.#parsed.matches));
  }

  /** Sorts by `column`; the column that is sorted by already turns round. */
  sortBy(column: string): void {
    const { sort } = this.#seen;
    const same = sort.column.toLowerCase() === column.toLowerCase();
    this.sortAs({ column, descending: same ? !sort.descending : false });
    this.#hooks.learn?.({ sort: this.#seen.sort });
  }

  sortAs(sort: TableSort): void {
    this.view = { ...this.view, sort };
    this.#byUser(() => this.store.setSort(sort));
  }

  /** Sorts by the column under the column cursor, else turns the order round. */
  sortByCursor(): void {
    this.sortBy(this.#column ?? this.#seen.sort.column);
  }

  /** Moves the column cursor to a neighbour on the screen; it begins where the table is sorted by. */
  moveColumn(step: 1 | -1): void {
    const { names } = this.#drawn();
    const from = (this.#column ?? this.#seen.sort.column).toLowerCase();
    const at = names.findIndex((name) => name.toLowerCase() === from);
    this.#column = names[(at + step + names.length) % names.length];
    this.#bump();
  }

  hasColumn(name: string): boolean {
    return this.#drawn().names.includes(name);
  }

  /** Every row that passes the filter with every column that is chosen: headings, then texts. */
  texts(): string[][] {
    const { drawn } = this.#drawn();
    const now = this.store.shownAt();
    const rows = this.store.visibleRows();
    return [
      drawn.map((column) => column.title),
      ...rows.map((row) => drawn.map((column) => cellText(row, column.cell, now, column.span))),
    ];
  }

  title(): ViewTitle {
    return tableTitle(this.view, this.#seen, {
      error: this.#parsed.error,
      asking: this.#asking !== undefined || (this.#isPart && this.#seen.state.phase === 'connecting'),
      notes: this.#running?.notes?.() ?? [],
      hiddenColumns: this.#columns?.hidden ?? 0,
      marks: this.#marks.size,
      hiddenMarks: this.hiddenMarkCount,
    });
  }

  connection(): SourceState | undefined {
    return this.#seen.state;
  }

  #drawn(): TableColumns {
    const { columns } = this.#seen;
    if (this.#columns?.from !== columns) {
      this.#columns = new TableColumns(columns, {
        ...this.#columnOptions,
        kind: this.view.resource.kind,
        sample: this.store.window(0, sampleRows).rows,
        now: this.store.shownAt(),
      });
    }
    return this.#columns;
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    this.#cursor.height = height - 1;
    if (this.#running?.usage && (this.#running.usage.needed?.() ?? true)) this.#sight.drawn();
    const notice = this.#cursor.tombstone ? undefined : tableNotice(this.#seen, this.view);
    if (notice) return notice(width, theme);
    return this.#painter.lines(
      {
        store: this.store,
        columns: this.#drawn(),
        cursor: this.#cursor,
        marks: this.#marks,
        column: this.#column,
        now: this.store.shownAt(),
        // While nothing comes in, the header says since when.
        stale: this.#seen.state.phase === 'stale' || this.#seen.state.phase === 'failed',
      },
      width,
      theme,
    );
  }

  /** False where the list, up to date, no longer has `ref`; an object that took its name since is another one. */
  holds(ref: ObjectRef): boolean {
    if (this.#seen.state.phase !== 'synced' || this.#isPart) return true;
    const row = this.store.row(ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name);
    return row !== undefined && (ref.uid === undefined || row.uid === ref.uid);
  }

  close(): void {
    this.#asking?.cancel();
    this.#stop();
    this.#cursor.close();
    this.#painter.stop();
    this.#sight.stop();
    this.#unsubscribe();
    this.store.dispose();
  }
}
