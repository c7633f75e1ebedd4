import type { KubeObject } from '../../../api/meta.ts';
import type { SourceState } from '../../../api/source.ts';
import { markEntry } from '../../../store/logs/log-entry.ts';
import { LogFeed } from '../../../store/logs/log-feed.ts';
import type { LogRing } from '../../../store/logs/log-ring.ts';
import type { LogStart } from '../../../store/logs/log-source.ts';
import { containersOf, usualContainer } from '../../../store/logs/pod-containers.ts';
import type { DashboardServices } from '../../services.ts';
import { containerTest, feedClusters, type OpenedFeeds } from './feed-clusters.ts';
import type { LogQuery } from './log-query.ts';

const mostLogs = 100;

interface LogReaderOptions {
  services: DashboardServices;
  query: LogQuery;
  /** Where lines are put; emptied whenever reading begins anew. */
  ring: LogRing;
  /** Reading began, or could not. */
  onOpen: () => void;
  /** Lines came, or the state changed: may be often. */
  onChange: () => void;
}

/** Where the lines of a logs view come from: a query, and the feed that answers it. */
export class LogReader {
  readonly #options: LogReaderOptions;
  #query: LogQuery;
  #feed: LogFeed | undefined;
  #opened: OpenedFeeds | undefined;
  #generation = 0;
  #error: unknown;
  readonly #containers = new Set<string>();

  /** Reads nothing before `open`. */
  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#query = options.query;
  }

  get query(): LogQuery {
    return this.#query;
  }

  /** Why nothing can be read, where that is so. */
  get error(): unknown {
    const state = this.state;
    return this.#error ?? (state?.phase === 'failed' ? state.error : undefined);
  }

  get state(): LogFeed['state'] | undefined {
    return this.#feed?.state;
  }

  get sources(): LogFeed['sources'] {
    return this.#feed?.sources ?? [];
  }

  get isHeld(): boolean {
    return this.#feed?.isHeld ?? false;
  }

  /** Reads anew, and something else where `change` says so. */
  async open(change: Partial<LogQuery> = {}): Promise<void> {
    const { services, ring, onOpen, onChange } = this.#options;
    this.#query = { ...this.#query, ...change };
    const generation = ++this.#generation;
    this.#stop();
    this.#error = undefined;
    ring.clear();
    onOpen();
    try {
      const opened = await feedClusters(this.#query, services);
      if (generation !== this.#generation) return opened.close();
      this.#opened = opened;
      this.#feed = new LogFeed({
        clusters: opened.clusters,
        ring,
        containers: (pod) => this.#chosen(pod),
        start: this.#start(),
        previous: this.#query.previous,
        keepsFirst: this.#query.range.kind === 'head',
        most: mostLogs,
        timing: services.timing,
        onChange,
      });
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#error = error;
    }
    onOpen();
  }

  /** Names of containers of the pods that were seen, and whether each is read. */
  containerNames(): { name: string; on: boolean }[] {
    const read = new Set(this.sources.map(({ of }) => of.container));
    return [...this.#containers].map((name) => ({ name, on: read.has(name) }));
  }

  /** Lines wait, or come again. @returns whether they wait */
  togglePause(): boolean {
    if (this.isHeld || this.state?.phase === 'full') this.#feed?.release();
    else this.#feed?.hold();
    return this.isHeld;
  }

  /** A line of the reader's own among the others. */
  mark(time: string): void {
    this.#feed?.say(markEntry(time, this.#feed.newestKey));
  }

  /** How fresh the lines are; nothing for what does not go on. */
  connection(): SourceState | undefined {
    const { state } = this;
    if (!state || this.#query.previous || state.phase === 'connecting') return undefined;
    const { since, error } = state;
    const phase = state.phase === 'lost' ? 'stale' : state.phase === 'failed' ? 'failed' : 'synced';
    return { phase, since, ...(error ? { error } : {}) };
  }

  close(): void {
    this.#generation++;
    this.#stop();
  }

  #stop(): void {
    this.#feed?.stop();
    this.#opened?.close();
    this.#feed = undefined;
    this.#opened = undefined;
  }

  #start(): LogStart {
    const { range } = this.#query;
    if (range.kind === 'tail') return { tailLines: range.lines };
    if (range.kind === 'head') return {};
    return { sinceTime: new Date(this.#options.services.timing.now() - range.ms).toISOString() };
  }

  #chosen(pod: KubeObject): readonly string[] {
    const all = containersOf(pod);
    for (const name of all) this.#containers.add(name);
    const { containers } = this.#query;
    if (containers === '') return [usualContainer(pod)].filter((name) => name !== undefined);
    return containers === '*' ? all : all.filter(containerTest(containers));
  }
}
