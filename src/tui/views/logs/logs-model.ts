import { findBuiltin } from '../../../api/resources.ts';
import type { SourceState } from '../../../api/source.ts';
import { type LogLevel, logLevels } from '../../../store/logs/level.ts';
import type { EntryList } from '../../../store/logs/line-selection.ts';
import type { LogEntry } from '../../../store/logs/log-entry.ts';
import { LogRing, type LogRingOptions } from '../../../store/logs/log-ring.ts';
import { Observable } from '../../../store/observable.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { DashboardServices } from '../../services.ts';
import type { LogsView, ObjectRef } from '../view.ts';
import type { Move, ViewModel, ViewTitle } from '../view-model.ts';
import { entryAt } from './entry-at.ts';
import { filterHints } from './filter-hints.ts';
import { levelOfFilter, withLevel } from './log-filter.ts';
import { entryRows, type SourceColumns, sourceColumns } from './log-lines.ts';
import { LogMatches } from './log-matches.ts';
import { emptyLines, logNotes } from './log-notes.ts';
import { type LogQuery, type LogRange, logsView, usualRangeOf, usualRing } from './log-query.ts';
import { LogReader } from './log-reader.ts';
import { LogWindow } from './log-window.ts';
import { paintSpans, type Span } from './spans.ts';

export interface LogsOptions {
  services: DashboardServices;
  query: LogQuery;
  filter?: string;
  /** The object that the logs are of, where it is one. */
  target?: ObjectRef;
  /** How lines are shown at first: what `look` gave. */
  look?: Readonly<Record<string, boolean>>;
  /** How much is kept. */
  ring?: LogRingOptions;
}

export type LogToggle = 'wrap' | 'timestamps' | 'fields' | 'lock' | 'margin';

/** Toggles of taste. */
export const keptToggles = ['wrap', 'timestamps', 'fields'] as const satisfies readonly LogToggle[];

/** Screens are drawn at most so often (ms) while lines come. */
const drawMs = 50;
const sideStep = 8;

/** Logs of any number of containers: followed, merged by time, filtered, searched. */
export class LogsModel extends Observable<number> implements ViewModel {
  view: LogsView;
  readonly #services: DashboardServices;
  readonly #options: LogsOptions;
  readonly ring: LogRing;
  readonly #matches: LogMatches;
  readonly #window = new LogWindow();
  readonly #reader: LogReader;
  #toggles: Record<LogToggle, boolean> = { wrap: false, timestamps: false, fields: false, lock: false, margin: true };
  #fieldNames: readonly string[] = [];
  /** The entry that a reader is at: a match, or the one that was clicked. */
  #here: number | undefined;
  #left = 0;
  #width = 80;
  #columns: { count: number; width: number; value: SourceColumns } | undefined;
  #drawn: { version: number; width: number; height: number; theme: Theme; lines: readonly string[] } | undefined;
  #drawTimer: { cancel(): void } | undefined;
  #onClose: (() => void) | undefined;

  constructor(options: LogsOptions) {
    super(0);
    this.#options = options;
    this.#services = options.services;
    this.view = logsView(options.query);
    for (const name of keptToggles) this.#toggles[name] = options.look?.[name] ?? false;
    this.ring = new LogRing(options.ring ?? usualRing(options.services));
    this.#matches = new LogMatches(this.ring, options.services.timing, () => this.#wake());
    this.#reader = new LogReader({
      services: options.services,
      query: options.query,
      ring: this.ring,
      onOpen: () => this.#startAnew(),
      onChange: () => this.#wake(),
    });
    if (options.filter) this.setFilter(options.filter);
    void this.#reader.open();
  }

  // --- where lines come from

  #startAnew(): void {
    this.#here = undefined;
    this.#bump();
  }

  get query(): LogQuery {
    return this.#reader.query;
  }

  /** Reads anew. */
  setQuery(change: Partial<LogQuery>): void {
    const query = { ...this.query, ...change };
    this.view = logsView(query);
    this.#window.isFollowing = query.range.kind !== 'head';
    if (query.range.kind === 'head') this.#window.toTop(this.#list());
    void this.#reader.open(change);
  }

  setRange(range: LogRange): void {
    this.setQuery({ range });
  }

  toggleAllContainers(): void {
    this.setQuery({ containers: this.query.containers === '*' ? '' : '*' });
  }

  togglePrevious(): void {
    this.setQuery({ previous: !this.query.previous, range: usualRangeOf(this.#services) });
  }

  /** Names of containers of the pods that were seen, and whether each is read. */
  containerNames(): { name: string; on: boolean }[] {
    return this.#reader.containerNames();
  }

  /** Pods that have been read, by short name, and whether each is shown. */
  podNames(): { uid: string; name: string; on: boolean }[] {
    const names = new Map(this.#reader.sources.map(({ of, name }) => [of.uid, name]));
    return [...names].map(([uid, name]) => ({ uid, name, on: !this.#matches.hidden.has(uid) }));
  }

  hidePods(uids: ReadonlySet<string>): void {
    this.#matches.hidden = uids;
    this.#bump();
  }

  togglePause(): boolean {
    return this.#reader.togglePause();
  }

  mark(time: string): void {
    this.#reader.mark(time);
  }

  clearLines(): void {
    this.ring.clear();
    this.#startAnew();
  }

  // --- what is shown of them

  #list(): EntryList {
    return this.#matches.shown;
  }

  #wake(): void {
    this.#drawTimer ??= this.#services.timing.after(drawMs, () => {
      this.#drawTimer = undefined;
      this.#bump();
    });
  }

  #bump(): void {
    this.#matches.catchUp();
    if (this.#here !== undefined && this.#here < this.ring.first) this.#here = undefined;
    this.publish(this.getSnapshot() + 1);
  }

  /** What of the look is worth keeping for the next logs. */
  get look(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(keptToggles.map((name) => [name, this.#toggles[name]]));
  }

  isOn(name: LogToggle): boolean {
    return this.#toggles[name];
  }

  toggle(name: LogToggle): void {
    this.#toggles = { ...this.#toggles, [name]: !this.#toggles[name] };
    if (name === 'wrap') this.#left = 0;
    this.#bump();
  }

  get isFollowing(): boolean {
    return this.#window.isFollowing;
  }

  toggleFollow(): void {
    if (this.#window.isFollowing) this.#window.stop(this.#list(), this.#rowsOf);
    else this.#follow();
    this.#bump();
  }

  #follow(): void {
    this.#window.isFollowing = true;
    this.#here = undefined;
    if (!this.#toggles.lock) this.#left = 0;
  }

  filter(): string {
    return this.#matches.text;
  }

  filterHints(): readonly (readonly [string, string])[] {
    return filterHints();
  }

  setFilter(text: string): void {
    if (text === this.#matches.text) return;
    this.#matches.text = text;
    this.#here = undefined;
    this.#bump();
  }

  /** The next higher least level, and none after the highest. */
  nextLevel(): LogLevel | undefined {
    const now = levelOfFilter(this.#matches.text);
    const next = logLevels[now === undefined ? logLevels.indexOf('info') : logLevels.indexOf(now) + 1];
    this.setFilter(withLevel(this.#matches.text, next));
    return next;
  }

  get fieldNames(): readonly string[] {
    return this.#fieldNames;
  }

  /** Shows these fields of lines that are data; none: all of them. */
  setFieldNames(names: readonly string[]): void {
    this.#fieldNames = names;
    this.#toggles = { ...this.#toggles, fields: true };
    this.#bump();
  }

  /** Goes to the next match, or the one before; round the ends. @returns false where there is none */
  nextMatch(step: 1 | -1): boolean {
    const { found } = this.#matches;
    if (!found || found.length === 0) return false;
    const from = this.#here ?? this.#lastSeen();
    const index = found.indexOf(from);
    const isAt = index < found.length && found.seqAt(index) === from;
    const goal = this.#here === undefined ? (isAt ? index : index - 1) : step > 0 ? index + (isAt ? 1 : 0) : index - 1;
    this.goTo(found.seqAt((goal + found.length) % found.length));
    return true;
  }

  goTo(seq: number): void {
    this.#here = seq;
    this.#window.show(seq, this.#list(), this.#rowsOf);
    this.#bump();
  }

  travel(at: number | undefined): void {
    const seq = at === undefined ? undefined : entryAt(this.ring, at);
    if (seq !== undefined) this.goTo(seq);
    else if (at === undefined && !this.isFollowing) this.toggleFollow();
  }

  #lastSeen(): number {
    return this.#window.rows(this.#list(), this.#rowsOf).at(-1)?.seq ?? this.ring.next;
  }

  /** The place of the entry that a reader means: the one they went to, else the last one on the screen. */
  hereOrLast(): number | undefined {
    return this.#here ?? this.#window.rows(this.#list(), this.#rowsOf).at(-1)?.seq;
  }

  /** The next line (no note) after or before a place, of those that are shown. */
  lineBeside(seq: number, step: 1 | -1 | 0): LogEntry | undefined {
    const list = this.#list();
    let index = list.indexOf(seq) + step;
    for (; index >= 0 && index < list.length; index += step === 0 ? -1 : step) {
      const entry = this.ring.at(list.seqAt(index));
      if (!entry.note) return entry;
    }
    return undefined;
  }

  /** Entries that are shown, and how many. */
  get shown(): EntryList {
    return this.#list();
  }

  move(move: Move, steps = 1): void {
    if (move === 'left' || move === 'right') {
      this.#left = this.#toggles.wrap ? 0 : Math.max(0, this.#left + (move === 'left' ? -sideStep : sideStep) * steps);
      this.#bump();
      return;
    }
    const page = Math.max(1, this.#window.height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    if (move === 'top') this.#window.toTop(this.#list());
    else if (move === 'bottom') this.#follow();
    else this.#window.scroll(by[move]!, this.#list(), this.#rowsOf);
    this.#bump();
  }

  click(line: number): void {
    const row = this.#window.rows(this.#list(), this.#rowsOf)[line];
    if (row) this.goTo(row.seq);
  }

  // --- drawing

  /** What lines have to say of where they come from, here or on a page of `width`. */
  columns(width = this.#width): SourceColumns {
    const { sources } = this.#reader;
    if (this.#columns?.count !== sources.length || this.#columns.width !== width) {
      this.#columns = { count: sources.length, width, value: sourceColumns(sources, width) };
    }
    return this.#columns.value;
  }

  #rows(seq: number): Span[][] {
    const { timestamps, wrap, fields, margin } = this.#toggles;
    const look = {
      ...{ timestamps, wrap, left: this.#left, hasMargin: margin, marks: this.#matches.marks },
      fields: fields ? this.#fieldNames : undefined,
    };
    return entryRows(this.ring.at(seq), look, this.columns(), this.#width, seq === this.#here);
  }

  readonly #rowsOf = (seq: number): number => (this.#toggles.wrap ? this.#rows(seq).length : 1);

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const version = this.getSnapshot();
    const drawn = this.#drawn;
    if (drawn?.version === version && drawn.width === width && drawn.height === height && drawn.theme === theme) {
      return drawn.lines;
    }
    this.#width = width;
    this.#window.height = height;
    const lines = this.#list().length === 0 ? this.#empty(width, theme) : this.#visible(theme);
    this.#drawn = { version, width, height, theme, lines };
    return lines;
  }

  #visible(theme: Theme): string[] {
    let last: { seq: number; rows: Span[][] } | undefined;
    return this.#window.rows(this.#list(), this.#rowsOf).map(({ seq, row }) => {
      if (last?.seq !== seq) last = { seq, rows: this.#rows(seq) };
      return paintSpans(last.rows[row] ?? [], theme);
    });
  }

  #empty(width: number, theme: Theme): readonly string[] {
    const { state, error, query } = this.#reader;
    const isFiltered = this.ring.lines > 0;
    const isSearching = !this.#matches.isWhole;
    const { previous } = query;
    return emptyLines({ state, isFiltered, isSearching, filter: this.#matches.text, error, previous }, width, theme);
  }

  title(): ViewTitle {
    const list = this.#list();
    const rows = this.#window.isFollowing ? [] : this.#window.rows(list, this.#rowsOf);
    return {
      kind: 'logs',
      scope: this.view.of,
      count: this.#matches.countText(),
      filter: this.#matches.filterText(this.#here),
      notes: logNotes({
        ...{ query: this.query, state: this.#reader.state, isHeld: this.#reader.isHeld },
        ...{ isFollowing: this.#window.isFollowing, below: this.#window.below(list, rows) },
        ...{ toggles: this.#toggles, fields: this.#fieldNames, dropped: this.ring.dropped, left: this.#left },
        ...{ hidden: this.#matches.hidden.size, progress: this.#matches.progress },
      }),
    };
  }

  connection(): SourceState | undefined {
    return this.#reader.connection();
  }

  /** The pod of the line that a reader is at, else what the logs are of. */
  target(): ObjectRef | undefined {
    const of = this.#here === undefined ? undefined : this.ring.at(this.#here).source?.of;
    if (!of || of.context !== undefined) return this.#options.target;
    return { resource: findBuiltin('pods')!, namespace: of.namespace, name: of.pod, uid: of.uid };
  }

  refresh(): void {
    void this.#reader.open();
  }

  /** @param undo called when the view is closed */
  set onClose(undo: (() => void) | undefined) {
    this.#onClose = undo;
  }

  close(): void {
    this.#drawTimer?.cancel();
    this.#matches.close();
    this.#reader.close();
    this.#onClose?.();
  }
}
