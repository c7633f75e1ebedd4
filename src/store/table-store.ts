import type { TableColumn, TableRow } from '../api/meta.ts';
import type { Sink, SourceState } from '../api/source.ts';
import { type CompactRow, compactRow, rowKey, sortValueOf, type TableSort } from './compact-row.ts';
import { CountedRows, type CountsRows } from './counted-rows.ts';
import { Observable } from './observable.ts';
import { SortedRows } from './sorted-rows.ts';
import { TableHistory } from './table-history.ts';
import type { ChangeMark, TableSelection, TableWindow } from './table-window.ts';
import { systemTiming, type Timing } from './timing.ts';

export type { ChangeMark, TableSelection, TableWindow } from './table-window.ts';

/** What a table shows besides its rows; a new object with each flush that changed something, else the same one. */
export interface TableSnapshot {
  /** Grows with every flush that changed something; `window` answers stay identical within one version. */
  version: number;
  columns: readonly TableColumn[];
  /** Rows held, before the filter. */
  total: number;
  /** Rows that pass the filter. */
  visible: number;
  /** Rows, before the filter, that are of the sort that is counted; 0 where none is. */
  counted: number;
  sort: TableSort;
  state: SourceState;
  resourceVersion: string;
  /** The moment that the rows are of (ms), while it is not the present. */
  past?: number;
}

export type RowFilter = (row: CompactRow) => boolean;

export interface TableStoreOptions {
  sort?: TableSort;
  filter?: RowFilter;
  /** Rows that are counted, whatever the filter. */
  counts?: CountsRows;
  /** How long a change stays marked. Default 3000 ms; 0 marks nothing. */
  markMs?: number;
  /** What may be kept of the past, bytes; default `historyBytes`. */
  historyBytes?: number;
  timing?: Timing;
}

/** Bounds of the flush timer in ms: quiet tables answer at once, busy ones batch. */
const FLUSH_MIN = 60;
const FLUSH_MAX = 250;

/**
 * A live table. Events collect until the flush timer (one, 60 to 250 ms, running only while
 * something waits) folds them into a sorted, filtered index; readers take the visible window.
 * Between flushes nothing that a reader sees changes.
 */
export class TableStore extends Observable<TableSnapshot> implements Sink<TableRow> {
  readonly #timing: Timing;
  readonly #markMs: number;
  readonly #all = new Map<string, CompactRow>();
  /** Every row in order. */
  readonly #order = new SortedRows();
  /** Those that pass the filter; the same as `#order` where there is none, so that clearing a filter costs nothing. */
  #shown = this.#order;
  readonly #marks = new Map<string, ChangeMark>();
  #pending = new Map<string, TableRow | undefined>();
  #filter: RowFilter | undefined;
  readonly #counted: CountedRows;
  #sort: TableSort;
  #sortValue: (row: CompactRow) => number | string;
  #columns: readonly TableColumn[] = [];
  #state: SourceState;
  #resourceVersion = '';
  #timer: { cancel(): void; due: number } | undefined;
  #flushDelay = FLUSH_MIN;
  #window: TableWindow | undefined;
  #windowHeight = 0;
  #dirty = false;
  #past: number | undefined;
  /** What was, for `travel`. */
  readonly history: TableHistory;
  /** Counters of work done, for cost bounds in tests and for the dashboard's own statistics. */
  readonly work = { events: 0, projections: 0, flushes: 0, resorts: 0, timers: 0 };

  constructor(options: TableStoreOptions = {}) {
    const timing = options.timing ?? systemTiming;
    const state: SourceState = { phase: 'connecting', since: timing.now() };
    const sort = options.sort ?? { column: 'Name', descending: false };
    super({ version: 0, columns: [], total: 0, visible: 0, counted: 0, sort, state, resourceVersion: '' });
    this.#timing = timing;
    this.#markMs = options.markMs ?? 3000;
    this.history = new TableHistory(options.historyBytes);
    this.#filter = options.filter;
    this.#counted = new CountedRows(options.counts);
    this.#state = state;
    this.#sort = sort;
    this.#sortValue = sortValueOf(sort, []);
    this.#order.descending = sort.descending;
  }

  get comparisons(): number {
    return this.#order.comparisons;
  }

  replace(items: TableRow[], info: { columns: TableColumn[]; resourceVersion: string }): void {
    // Parts of a first list that come one after the other are no news to each other.
    const first = this.#all.size === 0 || this.#state.phase === 'connecting';
    this.#pending.clear();
    this.#setColumns(info.columns);
    this.#resourceVersion = info.resourceVersion;
    const now = this.#timing.now();
    const rows = new Map(items.map((item) => [rowKey(item.object), this.#project(item)]));
    if (Number.isNaN(this.history.since)) this.history.begin(now);
    else this.#noteAll(rows, now);
    if (this.#past !== undefined) {
      this.#dirty = true;
      this.flush();
      return;
    }
    const before = new Map(this.#all);
    this.#all.clear();
    for (const row of rows.values()) {
      if (!first) this.#mark(before.get(row.key), row);
      this.#all.set(row.key, row);
    }
    for (const key of this.#marks.keys()) if (!this.#all.has(key)) this.#marks.delete(key);
    this.#counted.recount(this.#all.values());
    this.#rebuild();
    this.flush();
  }

  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: TableRow, info: { columns: TableColumn[] }): void {
    this.work.events++;
    if (info.columns.length > 0) this.#setColumns(info.columns);
    this.#pending.set(rowKey(item.object), type === 'DELETED' ? undefined : item);
    this.#wake(this.#flushDelay);
  }

  state(state: SourceState): void {
    this.#state = state;
    this.#dirty = true;
    this.#wake(0);
  }

  /** What the ages on the screen count to: now, or the moment that is shown. */
  shownAt(): number {
    return this.#past ?? this.#timing.now();
  }

  /**
   * Shows the rows as they were at `at` (ms), as far back as `history` knows; what comes in meanwhile is noted
   * and not shown. Undefined goes back to the present.
   */
  travel(at: number | undefined): void {
    this.#apply();
    if (at === this.#past) return;
    this.#past = at;
    this.#become(this.history.move(at));
    this.#dirty = true;
    this.flush();
  }

  /** Puts rows into the places of others, or takes them away (undefined). */
  #become(rows: ReadonlyMap<string, CompactRow | undefined>): void {
    const bulk = rows.size > 64;
    for (const [key, row] of rows) {
      const before = this.#all.get(key);
      if (row) {
        row.sortValue = this.#sortValue(row);
        this.#put(before, row, bulk);
      } else this.#drop(before, bulk);
    }
    if (bulk) this.#rebuild();
  }

  /** What a list says that nobody has told of: what came, went and changed while nobody watched. */
  #noteAll(rows: ReadonlyMap<string, CompactRow>, at: number): void {
    const known = new Map<string, CompactRow | undefined>([...this.#all, ...this.history.latest()]);
    for (const [key, before] of known) {
      const after = rows.get(key);
      const same = before?.uid === after?.uid && before?.resourceVersion === after?.resourceVersion;
      if (!same) this.#note(at, key, before, after);
    }
    for (const [key, after] of rows) if (!known.has(key)) this.#note(at, key, undefined, after);
  }

  #note(at: number, key: string, before: CompactRow | undefined, after: CompactRow | undefined): void {
    this.history.note({ at, key, before, after }, this.#past === undefined);
  }

  /** Sorts by another column at once; the same sort again changes nothing. */
  setSort(sort: TableSort): void {
    if (sort.column === this.#sort.column && sort.descending === this.#sort.descending) return;
    this.#sort = sort;
    this.#resort();
    this.flush();
  }

  /** Shows only rows for which `filter` holds; undefined shows all. */
  setFilter(filter: RowFilter | undefined): void {
    // What waits goes where the old filter says; then all is sifted by the new one.
    this.#apply();
    this.#filter = filter;
    this.#sift();
    this.flush();
  }

  /**
   * Puts other cells into rows where `cellsOf` has some. What is measured anew is no event: nothing is marked
   * as changed.
   */
  recell(cellsOf: (row: CompactRow) => readonly unknown[] | undefined): void {
    // What was measured now is not of the moment that is shown.
    if (this.#past !== undefined) return;
    this.#apply();
    let changed = false;
    let moved = false;
    for (const row of this.#all.values()) {
      const cells = cellsOf(row);
      if (!cells) continue;
      changed = true;
      row.cells = cells;
      const value = this.#sortValue(row);
      moved ||= value !== row.sortValue;
      row.sortValue = value;
    }
    if (moved) this.#rebuild();
    else if (changed) this.#sift();
    this.flush();
  }

  row(key: string): CompactRow | undefined {
    return this.#all.get(key);
  }

  /** Every row that passes the filter, in order; for whole-table actions, not for drawing. */
  visibleRows(): readonly CompactRow[] {
    return this.#shown.slice(0, this.#shown.length);
  }

  /** The rows from `offset` on, at most `height`; the same object until the next flush that changed something. */
  window(offset: number, height: number): TableWindow {
    const version = this.getSnapshot().version;
    const from = Math.max(0, Math.min(offset, this.#shown.length - height));
    const cached = this.#window;
    if (cached?.version === version && cached.offset === from && this.#windowHeight === height) return cached;
    const rows = this.#shown.slice(from, from + height);
    const marks = new Map<string, ChangeMark>();
    for (const { key } of rows) {
      const mark = this.#marks.get(key);
      if (mark) marks.set(key, mark);
    }
    this.#window = { version, offset: from, rows, marks };
    this.#windowHeight = height;
    return this.#window;
  }

  /** Position of a row among the visible ones, -1 where it is not shown. */
  indexOf(key: string): number {
    const row = this.#all.get(key);
    return row ? this.#shown.indexOf(row) : -1;
  }

  /** Where a selection stands now: on its row where that is shown, else on the row that took its place. */
  follow(selection: TableSelection): TableSelection {
    const index = selection.key === undefined ? -1 : this.indexOf(selection.key);
    if (index >= 0) return index === selection.index ? selection : { key: selection.key, index };
    const nearest = Math.max(0, Math.min(selection.index, this.#shown.length - 1));
    return { key: this.#shown.at(nearest)?.key, index: nearest };
  }

  /** Folds in what has come and tells readers, now instead of at the next tick (after a key press). */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const started = this.#timing.now();
    this.#apply();
    this.#expireMarks(started);
    if (this.#dirty) {
      this.#dirty = false;
      this.work.flushes++;
      this.publish({
        version: this.getSnapshot().version + 1,
        columns: this.#columns,
        total: this.#all.size,
        visible: this.#shown.length,
        counted: this.#counted.count,
        sort: this.#sort,
        state: this.#state,
        resourceVersion: this.#resourceVersion,
        ...(this.#past !== undefined && { past: this.#past }),
      });
    }
    this.#scheduleExpiry();
  }

  /** Stops the timer; the rows stay readable. */
  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #apply(): void {
    const pending = this.#pending;
    if (pending.size === 0) return;
    this.#pending = new Map();
    // A burst of a tenth of the table is cheaper to sort in than to insert one by one.
    const bulk = pending.size > 64 && pending.size * 10 > this.#all.size;
    this.#flushDelay = Math.max(FLUSH_MIN, Math.min(FLUSH_MAX, pending.size));
    const now = this.#timing.now();
    const latest = this.#past === undefined ? undefined : this.history.latest();
    for (const [key, item] of pending) {
      const before = latest?.has(key) ? latest.get(key) : this.#all.get(key);
      const row = item && this.#project(item);
      if (before || row) this.#note(now, key, before, row);
      if (latest) this.#dirty = true;
      else if (row) this.#put(before, row, bulk);
      else this.#drop(before, bulk);
    }
    if (bulk && !latest) this.#rebuild();
    const overtaken = this.history.trim();
    if (overtaken.length === 0) return;
    // The moment that is on the screen has been forgotten: it goes along with the oldest that is known.
    this.#past = this.history.since;
    this.#become(new Map(overtaken.map(({ key, after }) => [key, after])));
  }

  #drop(row: CompactRow | undefined, bulk: boolean): void {
    if (!row) return;
    this.#counted.change(row, undefined);
    this.#all.delete(row.key);
    this.#marks.delete(row.key);
    this.#dirty = true;
    if (bulk) return;
    this.#order.remove(row);
    if (this.#shown !== this.#order) this.#shown.remove(row);
  }

  #put(before: CompactRow | undefined, row: CompactRow, bulk: boolean): void {
    this.#mark(before, row);
    this.#counted.change(before, row);
    this.#all.set(row.key, row);
    this.#dirty = true;
    if (bulk) return;
    if (before) this.#order.replace(before, row);
    else this.#order.insert(row);
    if (this.#filter === undefined) return;
    // A filter may have changed its mind about `before`, so the index is asked and not the filter.
    if (!this.#filter(row)) {
      if (before) this.#shown.remove(before);
    } else if (before) this.#shown.replace(before, row);
    else this.#shown.insert(row);
  }

  #project(item: TableRow): CompactRow {
    this.work.projections++;
    const row = compactRow(item, this.#timing.now());
    row.sortValue = this.#sortValue(row);
    return row;
  }

  #mark(before: CompactRow | undefined, row: CompactRow): void {
    if (this.#markMs === 0) return;
    const cells: number[] = [];
    if (before) {
      if (before.resourceVersion === row.resourceVersion && before.uid === row.uid) return;
      for (let index = 0; index < row.cells.length; index++) {
        if (row.cells[index] !== before.cells[index] && !this.#isAge(index)) cells.push(index);
      }
      if (cells.length === 0) return;
    }
    // Deleted first, so that the map stays in order of expiry.
    this.#marks.delete(row.key);
    const expires = this.#timing.now() + this.#markMs;
    this.#marks.set(row.key, { kind: before ? 'changed' : 'added', cells, expires });
  }

  /** An age is another with every event, which is no news. */
  #isAge(index: number): boolean {
    return this.#columns[index]?.name === 'Age';
  }

  #expireMarks(now: number): void {
    for (const [key, mark] of this.#marks) {
      if (mark.expires > now) return;
      this.#marks.delete(key);
      this.#dirty = true;
    }
  }

  #scheduleExpiry(): void {
    const next = this.#marks.values().next().value;
    if (next) this.#wake(Math.max(FLUSH_MIN, next.expires - this.#timing.now()));
  }

  #setColumns(columns: readonly TableColumn[]): void {
    const same =
      columns === this.#columns ||
      (columns.length === this.#columns.length && columns.every((c, i) => c.name === this.#columns[i]!.name));
    if (same) return;
    this.#columns = columns;
    this.#counted.recount(this.#all.values(), columns);
    this.#resort();
  }

  #resort(): void {
    this.#sortValue = sortValueOf(this.#sort, this.#columns);
    // The value is the store's own: rows that were handed out show nothing of it.
    for (const row of this.#all.values()) row.sortValue = this.#sortValue(row);
    this.#rebuild();
  }

  #rebuild(): void {
    this.work.resorts++;
    this.#order.descending = this.#sort.descending;
    this.#order.reset([...this.#all.values()]);
    this.#sift();
  }

  /** Takes what passes the filter out of the order. */
  #sift(): void {
    this.#shown = this.#filter ? this.#order.filtered(this.#filter) : this.#order;
    this.#dirty = true;
  }

  /** Makes sure that a flush comes within `ms`; an earlier one already due stays. */
  #wake(ms: number): void {
    const due = this.#timing.now() + ms;
    if (this.#timer && this.#timer.due <= due) return;
    this.#timer?.cancel();
    this.work.timers++;
    const timer = this.#timing.after(ms, () => {
      this.#timer = undefined;
      this.flush();
    });
    this.#timer = { cancel: () => timer.cancel(), due };
  }
}
