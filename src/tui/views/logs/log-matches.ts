import { allOf, type EntryList, LineSelection } from '../../../store/logs/line-selection.ts';
import type { LogEntry } from '../../../store/logs/log-entry.ts';
import type { LogRing } from '../../../store/logs/log-ring.ts';
import type { Timing } from '../../../store/timing.ts';
import { type LogFilter, parseLogFilter, splitFilter } from './log-filter.ts';

/** How long (ms) a look through what is kept may hold up everything else. */
const workMs = 4;

const numberText = (count: number): string => count.toLocaleString('en');

/** Which entries a view shows, and which of them are found: looked through a little at a time. */
export class LogMatches {
  readonly #ring: LogRing;
  readonly #timing: Timing;
  readonly #onMore: () => void;
  #text = '';
  #filter: LogFilter = parseLogFilter('');
  #hidden: ReadonlySet<string> = new Set();
  #shown: LineSelection | undefined;
  #found: LineSelection | undefined;
  #timer: { cancel(): void } | undefined;

  /** @param onMore more was looked through */
  constructor(ring: LogRing, timing: Timing, onMore: () => void) {
    this.#ring = ring;
    this.#timing = timing;
    this.#onMore = onMore;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#filter = parseLogFilter(text);
    this.#select();
  }

  /** The pods (by uid) that are not shown. */
  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }

  set hidden(uids: ReadonlySet<string>) {
    this.#hidden = uids;
    this.#select();
  }

  get marks(): readonly RegExp[] {
    return this.#filter.marks;
  }

  get shown(): EntryList {
    return this.#shown ?? allOf(this.#ring);
  }

  /** Undefined: nothing is searched for. */
  get found(): EntryList | undefined {
    return this.#found;
  }

  get isWhole(): boolean {
    return [this.#shown, this.#found].every((selection) => selection?.isWhole !== false);
  }

  /** How much of what is kept was looked through, 0 to 1. */
  get progress(): number {
    return Math.min(this.#shown?.progress ?? 1, this.#found?.progress ?? 1);
  }

  #select(): void {
    const { shows, finds } = this.#filter;
    const hidden = this.#hidden;
    const isIn = (entry: LogEntry) => !(entry.source && hidden.has(entry.source.of.uid));
    // What is said between the lines stands there whatever is looked for.
    const passes = (entry: LogEntry) => isIn(entry) && (entry.note !== undefined || !shows || shows(entry));
    this.#shown = shows || hidden.size > 0 ? new LineSelection(this.#ring, passes) : undefined;
    this.#found = finds && new LineSelection(this.#ring, (entry) => passes(entry) && finds(entry));
    this.#work();
  }

  #work(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const end = performance.now() + workMs;
    const hasTime = () => performance.now() < end;
    if ((this.#shown?.work(hasTime) ?? true) && (this.#found?.work(hasTime) ?? true)) return;
    this.#timer = this.#timing.after(0, () => {
      this.#work();
      this.#onMore();
    });
  }

  /** Looks at what has come. */
  catchUp(): void {
    this.#shown?.catchUp();
    this.#found?.catchUp();
    // Entries that have changed places are looked through anew.
    if (!this.isWhole && !this.#timer) this.#work();
  }

  /** `12/4,000`, `12+/4,000` while it is still looked through. */
  countText(): string {
    const total = numberText(this.#ring.lines);
    return this.#shown ? `${numberText(this.#shown.lines)}${this.#shown.isWhole ? '' : '+'}/${total}` : total;
  }

  /** `/error //timeout (3/17)` @param here the place of the match that a reader is at */
  filterText(here: number | undefined): string {
    const { filter, search } = splitFilter(this.#text);
    const found = this.#found;
    const at = here !== undefined && found ? `${numberText(found.indexOf(here) + 1)}/` : '';
    const sum = found ? ` (${at}${numberText(found.length)}${found.isWhole ? '' : '+'})` : '';
    return [filter === '' ? '' : `/${filter}`, search === '' ? '' : `//${search}${sum}`].filter(Boolean).join(' ');
  }

  close(): void {
    this.#timer?.cancel();
  }
}
