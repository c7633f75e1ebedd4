import type { SourceState } from '../../api/source.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { LogBuffer, type LogLine } from '../../store/log-buffer.ts';
import { Observable } from '../../store/observable.ts';
import type { Theme } from '../../theme/theme.ts';
import type { DashboardServices } from '../services.ts';
import { errorLines } from './error-lines.ts';
import { type FollowState, LogFollower } from './log-follower.ts';
import { paintLog } from './paint-text.ts';
import { searchExpression } from './row-filter.ts';
import { sliceText, wrapText } from './text-slice.ts';
import type { LogsView, ObjectRef } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

/** Colours of programs are dropped; everything else that is not text becomes visible. */
const sgr = /\u001b\[[0-9;:]*m/g;

export interface LogsOptions {
  view: LogsView;
  target: ObjectRef;
  services: DashboardServices;
  /** Names of the pod's containers, the one to start with first. */
  containers(): Promise<string[]>;
}

/** The log of a pod: follows, wraps, filters, and goes from container to container. */
export class LogsModel extends Observable<number> implements ViewModel {
  view: LogsView;
  readonly #options: LogsOptions;
  readonly #buffer: LogBuffer;
  readonly #unsubscribe: () => void;
  #follower: LogFollower | undefined;
  #state: FollowState = { phase: 'connecting' };
  #containers: string[] = [];
  #follow = true;
  #wrap = true;
  #timestamps = false;
  #search = '';
  /** Index of the first line on the screen among the lines that pass the filter; unused while following. */
  #top = 0;
  #left = 0;
  #height = 20;
  #filtered: { version: number; search: string; lines: LogLine[] } | undefined;
  #closed = false;

  constructor(options: LogsOptions) {
    super(0);
    this.view = options.view;
    this.#options = options;
    this.#buffer = new LogBuffer({ timing: options.services.timing });
    this.#unsubscribe = this.#buffer.subscribe(() => this.#bump());
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      this.#containers = await this.#options.containers();
      if (!this.#closed) this.#start(this.view.container ?? this.#containers[0] ?? '');
    } catch (error) {
      this.#setState({ phase: 'failed', error: error as Error });
    }
  }

  #start(container: string): void {
    this.#follower?.stop();
    this.#buffer.clear();
    this.#filtered = undefined;
    this.view = { ...this.view, container };
    const { namespace, pod, previous } = this.view;
    this.#follower = new LogFollower(
      this.#options.services,
      this.#buffer,
      { namespace, pod, container, previous },
      (state) => this.#setState(state),
    );
  }

  #setState(state: FollowState): void {
    this.#state = state;
    this.#bump();
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  nextContainer(): string | undefined {
    if (this.#containers.length < 2) return undefined;
    const at = this.#containers.indexOf(this.view.container ?? '');
    const next = this.#containers[(at + 1) % this.#containers.length]!;
    this.#start(next);
    return next;
  }

  toggle(name: 'wrap' | 'timestamps' | 'follow'): void {
    if (name === 'wrap') this.#wrap = !this.#wrap;
    else if (name === 'timestamps') this.#timestamps = !this.#timestamps;
    else this.#setFollow(!this.#follow);
    this.#left = 0;
    this.#bump();
  }

  #setFollow(follow: boolean): void {
    if (!follow && this.#follow) this.#top = Math.max(0, this.#lines().length - this.#height);
    this.#follow = follow;
  }

  togglePrevious(): void {
    this.view = { ...this.view, previous: !this.view.previous };
    this.refresh();
  }

  clearLines(): void {
    this.#buffer.clear();
  }

  #lines(): readonly LogLine[] {
    const { version, length } = this.#buffer.getSnapshot();
    if (this.#filtered?.version !== version || this.#filtered.search !== this.#search) {
      const all = this.#buffer.lines(0, length);
      const inverse = this.#search.startsWith('!');
      const expression = this.#search ? searchExpression(inverse ? this.#search.slice(1) : this.#search) : undefined;
      const lines = expression ? all.filter((line) => expression.test(this.#text(line)) !== inverse) : all;
      this.#filtered = { version, search: this.#search, lines };
    }
    return this.#filtered.lines;
  }

  #text(line: LogLine): string {
    const plain = escapeTerminal(line.text.replace(sgr, '').replaceAll('\t', '    '));
    return this.#timestamps ? plain : plain.replace(/^\d{4}-\S+ /, '');
  }

  move(move: Move, steps = 1): void {
    if (move === 'left' || move === 'right') {
      this.#left = this.#wrap ? 0 : Math.max(0, this.#left + (move === 'left' ? -8 : 8) * steps);
      this.#bump();
      return;
    }
    const page = Math.max(1, this.#height - 1) * steps;
    const last = Math.max(0, this.#lines().length - this.#height);
    const wasFollowing = this.#follow;
    this.#setFollow(false);
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    const goal = move === 'top' ? 0 : move === 'bottom' ? last : this.#top + (by[move] ?? 0);
    this.#top = Math.max(0, Math.min(goal, last));
    // At the end again, or never left it: go on following.
    if (move === 'bottom' || (wasFollowing && goal >= last)) this.#follow = true;
    this.#bump();
  }

  filter(): string {
    return this.#search;
  }

  setFilter(text: string): void {
    this.#search = text;
    this.#top = 0;
    this.#bump();
  }

  title(): ViewTitle {
    const { length, dropped } = this.#buffer.getSnapshot();
    const shown = this.#lines().length;
    return {
      kind: 'logs',
      scope: `${this.view.namespace}/${this.view.pod}${this.view.container ? `:${this.view.container}` : ''}`,
      count: shown === length ? String(length) : `${shown}/${length}`,
      filter: this.#search ? `/${this.#search}` : '',
      notes: [
        ...(this.#state.phase === 'live' ? [] : [this.#state.phase]),
        ...(this.view.previous ? ['previous'] : []),
        this.#follow ? 'follow' : 'paused',
        ...(this.#wrap ? ['wrap'] : []),
        ...(this.#timestamps ? ['timestamps'] : []),
        ...(dropped > 0 ? [`${dropped} older lines dropped`] : []),
      ],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    this.#height = height;
    const state = this.#state;
    const lines = this.#lines();
    if (lines.length === 0) {
      if ('error' in state) return errorLines(state.error, width, theme);
      const empty = this.#buffer.getSnapshot().length === 0;
      const text = !empty
        ? `No line matches ${this.#search}. Esc clears the filter.`
        : state.phase === 'connecting'
          ? 'Loading…'
          : state.phase === 'ended'
            ? 'The log is empty.'
            : 'Nothing has been logged yet.';
      return ['', `  ${theme.paint('text.muted', text)}`];
    }
    // While following, the end of the log is what counts; else the place where the reader stopped.
    const from = this.#follow ? Math.max(0, lines.length - height) : Math.min(this.#top, Math.max(0, lines.length - 1));
    const drawn: string[] = [];
    for (const line of lines.slice(from, from + height)) {
      const text = this.#text(line);
      const parts = this.#wrap ? wrapText(text, width) : [sliceText(text, this.#left, width)];
      for (const part of parts) drawn.push(this.#paint(part, theme));
    }
    return this.#follow ? drawn.slice(-height) : drawn.slice(0, height);
  }

  #paint(part: string, theme: Theme): string {
    if (this.#search && !this.#search.startsWith('!')) {
      const expression = searchExpression(this.#search, 'giu');
      if (part.search(expression) >= 0) {
        return part.replace(expression, (match) => (match === '' ? '' : theme.paint('search.match', match)));
      }
    }
    return paintLog(part, theme);
  }

  connection(): SourceState | undefined {
    return undefined;
  }

  target(): ObjectRef {
    return this.#options.target;
  }

  refresh(): void {
    if (this.view.container === undefined) void this.#open();
    else this.#start(this.view.container);
  }

  close(): void {
    this.#closed = true;
    this.#follower?.stop();
    this.#unsubscribe();
    this.#buffer.dispose();
  }
}
