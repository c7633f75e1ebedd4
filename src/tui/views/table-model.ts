import { type HealthColumns, healthColumns, rowHealth } from '../../api/row-health.ts';
import type { SourceState } from '../../api/source.ts';
import { printedSpan } from '../../lib/printed-span.ts';
import type { CompactRow, TableSort } from '../../store/compact-row.ts';
import { Observable } from '../../store/observable.ts';
import { type RowFilter, type TableSelection, type TableSnapshot, TableStore } from '../../store/table-store.ts';
import type { Timing } from '../../store/timing.ts';
import type { Theme } from '../../theme/theme.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { AgeTicker } from './age-ticker.ts';
import { kindName, type OpenLocalTable } from './local/local-table.ts';
import { type ParsedFilter, parseFilter } from './row-filter.ts';
import { isFault } from './row-health.ts';
import { TableColumns } from './table-columns.ts';
import { ageCell, cellText, type DrawnColumn, headerLine, rowLine } from './table-lines.ts';
import { tableNotice } from './table-notice.ts';
import type { ObjectRef, TableView } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

/** What a row says about time, for telling whether it has to be drawn again. */
function timesOf(row: CompactRow, columns: readonly DrawnColumn[], now: number): string {
  const spans = columns.filter((column) => column.span).map((column) => cellText(row, column.cell, now, true));
  return [cellText(row, ageCell, now), ...spans].join();
}

/** Rows measured before the first frame. */
const sampleRows = 300;

interface CachedLine {
  signature: string;
  line: string;
}

/** A live table on the screen: the store's rows with cursor, marks, columns and scroll position. */
export class TableModel extends Observable<number> implements ViewModel {
  view: TableView;
  readonly store: TableStore;
  readonly #open: () => OpenLocalTable;
  readonly #timing: Timing;
  #running: OpenLocalTable | undefined;
  #selection: TableSelection = { key: undefined, index: 0 };
  #offset = 0;
  #height = 20;
  readonly #marked = new Set<string>();
  #parsed: ParsedFilter;
  #seen: TableSnapshot;
  #columns: TableColumns | undefined;
  /** Lines of the last frame, by row, and the columns that they were drawn with. */
  #lineCache: { columns: unknown; lines: Map<string, CachedLine> } = { columns: undefined, lines: new Map() };
  readonly #ages: AgeTicker;
  readonly #unsubscribe: () => void;

  constructor(view: TableView, open: () => OpenLocalTable, timing: Timing) {
    super(0);
    this.view = view;
    this.#open = open;
    this.#timing = timing;
    this.#ages = new AgeTicker(timing, () => this.#bump());
    this.#parsed = this.#parse(view.filter);
    this.store = new TableStore({ timing, ...(view.sort ? { sort: view.sort } : {}) });
    this.#seen = this.store.getSnapshot();
    this.#applyFilter();
    this.#unsubscribe = this.store.subscribe(() => this.#onFlush());
    this.#start();
  }

  #start(): void {
    this.#running = this.#open();
    this.#running.source.start(this.store);
  }

  #onFlush(): void {
    const next = this.store.getSnapshot();
    const newColumns = next.columns !== this.#seen.columns;
    this.#seen = next;
    if (newColumns && (this.view.filter !== '' || this.view.faults)) {
      // The filter could not know the columns while their first rows came in.
      this.#parsed = this.#parse(this.view.filter);
      this.#applyFilter();
      return;
    }
    const before = this.#selection;
    this.#selection = this.store.follow(before);
    // Rows that come in above must not move what the user looks at: the window goes along with its object.
    if (this.#offset > 0) this.#offset += this.#selection.index - before.index;
    for (const key of this.#marked) if (!this.store.row(key)) this.#marked.delete(key);
    this.#reveal();
    this.#bump();
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  /** Keeps the cursor inside the window and the window inside the table. */
  #reveal(): void {
    const { index } = this.#selection;
    const height = Math.max(1, this.#height);
    if (index < this.#offset) this.#offset = index;
    if (index >= this.#offset + height) this.#offset = index - height + 1;
    this.#offset = Math.max(0, Math.min(this.#offset, this.#seen.visible - height));
  }

  #select(index: number): void {
    const at = Math.max(0, Math.min(index, this.#seen.visible - 1));
    this.#selection = { key: this.store.window(at, 1).rows[0]?.key, index: at };
    this.#reveal();
    this.#bump();
  }

  move(move: Move, steps = 1): void {
    if (move === 'left' || move === 'right') {
      this.#drawn().scroll(move === 'left' ? -1 : 1);
      this.#bump();
      return;
    }
    const page = Math.max(1, this.#height - 1);
    const { index } = this.#selection;
    const goals = {
      up: index - steps,
      down: index + steps,
      'page-up': index - page * steps,
      'page-down': index + page * steps,
      top: 0,
      bottom: this.#seen.visible - 1,
    };
    this.#select(goals[move]);
  }

  click(line: number): void {
    if (line >= 1 && this.#offset + line - 1 < this.#seen.visible) this.#select(this.#offset + line - 1);
  }

  selectedRow(): CompactRow | undefined {
    return this.#selection.key === undefined ? undefined : this.store.row(this.#selection.key);
  }

  target(): ObjectRef | undefined {
    const row = this.selectedRow();
    return row && this.#refOf(row);
  }

  #refOf(row: CompactRow): ObjectRef | undefined {
    const { refOf } = this.#running ?? {};
    if (refOf) return refOf(row);
    return { resource: this.view.resource, namespace: row.namespace || undefined, name: row.name, uid: row.uid };
  }

  /** The marked objects, else the one under the cursor. */
  targets(): ObjectRef[] {
    if (this.#marked.size === 0) {
      const target = this.target();
      return target ? [target] : [];
    }
    return [...this.#marked].flatMap((key) => {
      const row = this.store.row(key);
      return (row && this.#refOf(row)) ?? [];
    });
  }

  /** Marks or unmarks the row under the cursor and steps on. */
  toggleMark(): void {
    const { key } = this.#selection;
    if (key === undefined) return;
    if (!this.#marked.delete(key)) this.#marked.add(key);
    this.move('down');
  }

  clearMarks(): void {
    this.#marked.clear();
    this.#bump();
  }

  get markCount(): number {
    return this.#marked.size;
  }

  filter(): string {
    return this.view.filter;
  }

  setFilter(text: string): void {
    if (text === this.view.filter) return;
    this.view = { ...this.view, filter: text };
    this.#parsed = this.#parse(text);
    this.#applyFilter();
  }

  setFaults(faults: boolean): void {
    this.view = { ...this.view, faults };
    this.#applyFilter();
  }

  setWide(wide: boolean): void {
    this.view = { ...this.view, wide };
    this.#columns = undefined;
    // Other cells are on the screen now, so other rows may match.
    this.#parsed = this.#parse(this.view.filter);
    this.#applyFilter();
    this.#bump();
  }

  #parse(text: string): ParsedFilter {
    let from: unknown;
    let shown: number[] = [];
    const columns = () => this.store.getSnapshot().columns;
    const visible = () => {
      if (from !== columns()) {
        from = columns();
        shown = columns().flatMap((column, index) => (this.view.wide || (column.priority ?? 0) === 0 ? [index] : []));
      }
      return shown;
    };
    return parseFilter(text, visible, { columns, now: () => this.#timing.now() });
  }

  #applyFilter(): void {
    const { owner } = this.view;
    const typed = this.#parsed.matches;
    const matches: RowFilter | undefined = owner
      ? (row) => row.owner?.uid === owner && (typed === undefined || typed(row))
      : typed;
    if (!this.view.faults) {
      this.store.setFilter(matches);
      return;
    }
    let columns: unknown;
    let health: HealthColumns = { status: -1, ready: -1 };
    this.store.setFilter((row) => {
      const now = this.store.getSnapshot().columns;
      if (columns !== now) {
        columns = now;
        health = healthColumns(now);
      }
      return isFault(rowHealth(row, health)) && (matches === undefined || matches(row));
    });
  }

  /** Sorts by `column`; the column that is sorted by already turns round. */
  sortBy(column: string): void {
    const { sort } = this.#seen;
    const same = sort.column.toLowerCase() === column.toLowerCase();
    this.#setSort({ column, descending: same ? !sort.descending : false });
  }

  /** Moves the sorted column to its neighbour on the screen. */
  sortNeighbour(step: 1 | -1): void {
    const { names } = this.#drawn();
    const at = names.findIndex((name) => name.toLowerCase() === this.#seen.sort.column.toLowerCase());
    const next = names[(at + step + names.length) % names.length];
    if (next) this.#setSort({ column: next, descending: false });
  }

  #setSort(sort: TableSort): void {
    this.view = { ...this.view, sort };
    this.store.setSort(sort);
  }

  hasColumn(name: string): boolean {
    return this.#drawn().names.includes(name);
  }

  title(): ViewTitle {
    const { total, visible, state } = this.#seen;
    const { scope, resource, filter, faults, wide } = this.view;
    const place = resource.namespaced ? (scope.namespace ?? 'all') : '';
    const hidden = this.#columns?.hidden ?? 0;
    const known = total > 0 || state.phase === 'synced' || state.phase === 'stale';
    return {
      kind: kindName(resource),
      scope: this.view.of ? [place, this.view.of].filter(Boolean).join(' · ') : place,
      // Rows of other owners are no part of this table, so there is nothing to compare with.
      count: !known
        ? state.phase === 'connecting'
          ? '…'
          : '-'
        : visible === total || this.view.owner
          ? String(visible)
          : `${visible}/${total}`,
      filter: filter ? `/${filter}` : '',
      notes: [
        ...(this.#parsed.error ? [`filter: ${this.#parsed.error}`] : []),
        ...(faults ? ['faults'] : []),
        ...(wide ? ['wide'] : []),
        ...(hidden > 0 ? [`→ ${hidden} more column${hidden === 1 ? '' : 's'}`] : []),
        ...(this.#marked.size > 0 ? [`${this.#marked.size} marked`] : []),
      ],
    };
  }

  connection(): SourceState | undefined {
    return this.#seen.state;
  }

  #drawn(): TableColumns {
    const { columns } = this.#seen;
    if (this.#columns?.from !== columns) {
      const { resource, scope, wide } = this.view;
      this.#columns = new TableColumns(columns, {
        kind: resource.kind,
        wide,
        allNamespaces: resource.namespaced && !isOneNamespace(scope.namespace),
        sample: this.store.window(0, sampleRows).rows,
        now: this.#timing.now(),
      });
    }
    return this.#columns;
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    if (this.#height !== height - 1) {
      this.#height = height - 1;
      this.#reveal();
    }
    const notice = tableNotice(this.#seen, this.view);
    if (notice) return notice(width, theme);
    const now = this.store.shownAt();
    const window = this.store.window(this.#offset, this.#height);
    const drawn = this.#drawn();
    const columns = drawn.fit(window.rows, width, this.#seen.sort.column, now);
    const lines = [headerLine(columns, this.#seen.sort, width, theme)];
    const previous = this.#lineCache.columns === columns ? this.#lineCache.lines : new Map<string, CachedLine>();
    const next = new Map<string, CachedLine>();
    for (const row of window.rows) {
      const look = {
        selected: row.key === this.#selection.key,
        marked: this.#marked.has(row.key),
        health: rowHealth(row, drawn.health),
        statusCell: drawn.health.status,
        meanings: drawn.meanings,
        mark: window.marks.get(row.key),
      };
      const age = timesOf(row, columns, now);
      const signature = `${theme.name} ${width} ${row.resourceVersion} ${look.selected} ${look.marked} ${look.mark?.expires} ${age}`;
      const cached = previous.get(row.key);
      const line = cached?.signature === signature ? cached.line : rowLine(row, columns, look, width, now, theme);
      next.set(row.key, { signature, line });
      lines.push(line);
    }
    this.#lineCache = { columns, lines: next };
    this.#watchAges(window.rows, columns);
    return lines;
  }

  #watchAges(rows: readonly CompactRow[], columns: readonly DrawnColumn[]): void {
    // While nothing comes in, the header says since when.
    if (this.#seen.state.phase === 'stale') this.#ages.wakeSoon();
    else {
      const moments = rows.flatMap((row) => [
        Date.parse(row.creationTimestamp ?? ''),
        ...columns.flatMap((column) => {
          const ms = column.span ? printedSpan(String(row.cells[column.cell] ?? '')) : undefined;
          return ms === undefined ? [] : [row.receivedAt - ms];
        }),
      ]);
      this.#ages.watch(moments, (now) => rows.map((row) => timesOf(row, columns, now)).join());
    }
  }

  /** False where the list, up to date, no longer has `ref`; an object that took its name since is another one. */
  holds(ref: ObjectRef): boolean {
    if (this.#seen.state.phase !== 'synced') return true;
    const row = this.store.row(ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name);
    return row !== undefined && (ref.uid === undefined || row.uid === ref.uid);
  }

  /** Lists and watches again; what is shown stays until the new list is there. */
  refresh(): void {
    this.#running?.source.stop();
    this.#start();
  }

  close(): void {
    this.#running?.source.stop();
    this.#ages.stop();
    this.#unsubscribe();
    this.store.dispose();
  }
}
