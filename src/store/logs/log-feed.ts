import type { KubeObject } from '../../api/meta.ts';
import type { Sink, Source, SourceState } from '../../api/source.ts';
import type { Timing } from '../timing.ts';
import { containerView } from './container-view.ts';
import { LineMerger, type MergeSource } from './line-merger.ts';
import { type EntrySource, type LogEntry, lineEntry, noteEntry } from './log-entry.ts';
import type { LogRing } from './log-ring.ts';
import type { LogContainer, LogNote, LogReceiver, LogStart, OpenLog } from './log-source.ts';
import { type NoteText, noteText } from './note-text.ts';
import { PodLogs } from './pod-logs.ts';
import { readWhole } from './read-whole.ts';
import { SourceNames } from './source-names.ts';
import { Trouble } from './trouble.ts';

/** The pods of one cluster whose logs are wanted. */
export interface FeedCluster {
  /** '' where there is only one. */
  context: string;
  sources: readonly Source<KubeObject>[];
  open: OpenLog;
  /** The pod as it is now; undefined where it is gone. */
  look(of: LogContainer): Promise<KubeObject | undefined>;
  /** `now` by that server's clock. */
  timing: Timing;
}

export interface LogFeedOptions {
  clusters: readonly FeedCluster[];
  ring: LogRing;
  /** Which containers of a pod are meant. */
  containers(pod: KubeObject): readonly string[];
  start: LogStart;
  /** The instance before the last restart, which is read once. */
  previous: boolean;
  /** Stop rather than let the beginning fall out. */
  keepsFirst: boolean;
  /** Most logs at a time. */
  most: number;
  timing: Timing;
  /** Something came, or the state is another. */
  onChange(): void;
}

export interface FeedState {
  /** `full`: the beginning is kept, and reading stands still; `lost`: what comes is old until the connection is back. */
  phase: 'connecting' | 'live' | 'lost' | 'ended' | 'failed' | 'full';
  /** Logs that are read now. */
  reading: number;
  /** Logs that wait for their turn. */
  waiting: number;
  /** Why it is lost or failed. */
  error: Error | undefined;
  /** Since when (ms) it is as it is. */
  since: number;
}

/** Waits a little for the logs that are there at the beginning, so that their past comes in order of time. */
const firstMs = 300;
/** What was opened up to so much (ms) later than the rest is put in its place. */
const settleMs = [1500, 5000];
const batch = 1000;
/** Whenever there are so many logs more, those that are over are looked at. */
const forgetStep = 64;
/** What every container says on its way. */
const usualReasons = new Set(['ContainerCreating', 'PodInitializing']);

/** Brings the logs of pods into a ring, merged by time: those that come later too, through restarts and broken connections. */
export class LogFeed {
  readonly #options: LogFeedOptions;
  readonly #merger: LineMerger<LogEntry>;
  readonly #logs: PodLogs[] = [];
  readonly #names = new SourceNames();
  readonly #trouble: Trouble;
  readonly #stopping = new AbortController();
  readonly #states = new Map<string, SourceState>();
  #sources: EntrySource[] = [];
  #forgetNext = forgetStep;
  #state: FeedState;
  #reading = 0;
  #held: PromiseWithResolvers<void> | undefined;
  #isFull = false;
  /** The reader has gone on: the beginning may fall out now. */
  #letsGo = false;
  #lost: string | undefined;
  readonly #settling: { cancel(): void }[];
  #isBegun = false;
  #key = '';

  constructor(options: LogFeedOptions) {
    this.#options = options;
    const { timing, clusters, previous } = options;
    this.#state = { phase: 'connecting', reading: 0, waiting: 0, error: undefined, since: timing.now() };
    this.#merger = new LineMerger({ isStrict: false, write: (entries) => this.#write(entries), timing, firstMs });
    this.#trouble = new Trouble((note) => this.#tellTrouble(note), timing);
    for (const cluster of clusters) {
      if (previous) void this.#readPrevious(cluster);
      else this.#follow(cluster);
    }
    this.#settling = settleMs.map((ms) => timing.after(ms, () => this.#settle()));
  }

  #settle(): void {
    const { ring, onChange } = this.#options;
    const { epoch } = ring;
    ring.sortByTime();
    if (ring.epoch !== epoch) onChange();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Everything that ever had something to read, in the order of its coming. */
  get sources(): readonly EntrySource[] {
    return this.#sources;
  }

  get isHeld(): boolean {
    return this.#held !== undefined && !this.#isFull;
  }

  /** Reading stands still, and servers wait: nothing is lost by it. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
    this.#update();
  }

  release(): void {
    this.#letsGo ||= this.#isFull;
    this.#isFull = false;
    this.#held?.resolve();
    this.#held = undefined;
    this.#update();
  }

  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#settling) timer.cancel();
    this.#trouble.stop();
    for (const logs of this.#logs) logs.stop();
    this.#held?.resolve();
  }

  /** Puts something of the view's own between the lines. */
  say(entry: LogEntry): void {
    this.#options.ring.push(entry);
    this.#options.onChange();
  }

  /** The time of the newest line; '' before the first. */
  get newestKey(): string {
    return this.#key;
  }

  #write(entries: readonly LogEntry[]): Promise<void> | undefined {
    if (this.#stopping.signal.aborted) return undefined;
    const { ring, keepsFirst, onChange } = this.#options;
    for (const entry of entries) {
      ring.push(entry);
      if (entry.source) entry.source.last = entry.seq;
    }
    this.#key = entries.at(-1)?.key ?? this.#key;
    if (keepsFirst && !this.#letsGo && ring.isFull(batch) && !this.#held) {
      this.#isFull = true;
      this.hold();
    }
    onChange();
    return this.#held?.promise;
  }

  #follow({ context, sources, open, look, timing }: FeedCluster): void {
    const logs = new PodLogs({
      ...{ open, look, timing },
      containers: this.#options.containers,
      start: this.#options.start,
      most: this.#options.most,
      receive: (of, pod) => this.#receiver(context ? { ...of, context } : of, pod),
      onWaiting: () => this.#update(),
      onSource() {},
    });
    logs.onChange = () => {
      const isAll = this.#logs.length === this.#options.clusters.length;
      this.#isBegun = isAll && this.#logs.every(({ isListed }) => isListed);
      this.#update();
    };
    this.#logs.push(logs);
    for (const [index, source] of sources.entries()) {
      logs.follow(overheard(source, (state) => this.#source(`${context} ${index}`, state)));
    }
  }

  #source(context: string, state: SourceState): void {
    this.#states.set(context, state);
    const isTrouble = state.phase === 'stale' || state.phase === 'failed';
    this.#trouble.set(`pods ${context}`, isTrouble ? state.error : undefined);
    this.#update();
  }

  #receiver(of: LogContainer, pod: KubeObject): LogReceiver {
    const source: EntrySource = { of, name: this.#names.shortName(pod), level: -1, last: -1, isOver: false };
    const isThere = !this.#isBegun;
    const queue = this.#merger.source();
    let key = '';
    this.#sources.push(source);
    this.#reading++;
    return {
      lines(lines) {
        key = lines.at(-1)!.key;
        return queue.push(lines.map((line) => lineEntry(line, source)));
      },
      note: (note) => {
        if (this.#trouble.takes(of, note) || isHidden(note, isThere)) return;
        this.#note(note, source, key, queue);
      },
      end: () => {
        this.#reading--;
        source.isOver = true;
        this.#forget();
        queue.end();
        this.#update();
      },
    };
  }

  /** Logs that have ended, and whose last line has fallen out, are nobody's concern: pods come and go for days. */
  #forget(): void {
    if (this.#sources.length < this.#forgetNext) return;
    const { first } = this.#options.ring;
    this.#sources = this.#sources.filter(({ isOver, last }) => !isOver || last >= first);
    this.#forgetNext = this.#sources.length + forgetStep;
  }

  #note(note: LogNote, source: EntrySource, key: string, queue: MergeSource<LogEntry>): void {
    const { of, name } = source;
    const words = noteText(note, `${of.context ? `${of.context}/` : ''}${name} ${of.container}`);
    // A note about what is only beginning stands where the others are by now.
    if (words) void queue.push([noteEntry(words, key === '' ? this.#key : key, source)]);
  }

  #tellTrouble(note: NoteText): void {
    this.#lost = note.weight === 'warn' ? note.text : undefined;
    this.#options.ring.push(noteEntry(note, this.#key));
    this.#update();
  }

  /** Of the pods that are there, each container's instance before the last restart. */
  async #readPrevious({ context, sources, open, timing }: FeedCluster): Promise<void> {
    const { containers, start } = this.#options;
    const { signal } = this.#stopping;
    const pods = (
      await Promise.all(sources.map((source) => firstList(source, signal, (state) => this.#source(context, state))))
    ).flat();
    this.#isBegun = true;
    const isThere = (pod: KubeObject, container: string) => containerView(pod, container).instance > 0;
    const logs = pods.flatMap((pod) =>
      containers(pod).flatMap((container) => (isThere(pod, container) ? [{ pod, container }] : [])),
    );
    await Promise.all(
      logs.map(async ({ pod, container }) => {
        const { namespace = '', name = '', uid = '' } = pod.metadata;
        const of = { ...(context ? { context } : {}), namespace, pod: name, uid, container };
        const receiver = this.#receiver(of, pod);
        const end = await readWhole(
          { ...of, ...start, follow: false, previous: true },
          { open, receiver, timing, signal },
        );
        if ('error' in end && !signal.aborted) receiver.note({ kind: 'refused', error: end.error });
        receiver.end();
      }),
    );
    this.#update();
  }

  #phase(): FeedState['phase'] {
    const states = [...this.#states.values()];
    if (this.#isFull) return 'full';
    if (states.length > 0 && states.every(({ phase }) => phase === 'failed')) return 'failed';
    if (this.#lost !== undefined) return 'lost';
    if (!this.#isBegun) return 'connecting';
    return this.#reading > 0 ? 'live' : 'ended';
  }

  #update(): void {
    const phase = this.#phase();
    const failed = [...this.#states.values()].find(({ error }) => error)?.error;
    const isTrouble = phase === 'lost' || phase === 'failed';
    const error = failed ?? (this.#lost === undefined ? undefined : new Error(this.#lost.replace(/^! /, '')));
    const waiting = this.#logs.reduce((sum, logs) => sum + logs.waiting, 0);
    const since = phase === this.#state.phase ? this.#state.since : this.#options.timing.now();
    this.#state = { phase, reading: this.#reading - waiting, waiting, error: isTrouble ? error : undefined, since };
    this.#options.onChange();
  }
}

/** What everybody does at the beginning is no news. */
function isHidden(note: LogNote, isThere: boolean): boolean {
  return (isThere && note.kind === 'begun') || (note.kind === 'waiting' && usualReasons.has(note.reason));
}

/** The same source, whose state is told to `tell` alone. */
function overheard(source: Source<KubeObject>, tell: (state: SourceState) => void): Source<KubeObject> {
  return { start: (sink) => source.start({ ...sink, state: tell }), stop: () => source.stop() };
}

/** What a source has at first; it is not followed. A source that fails has nothing. */
function firstList(
  source: Source<KubeObject>,
  signal: AbortSignal,
  onState: (state: SourceState) => void,
): Promise<KubeObject[]> {
  const { promise, resolve } = Promise.withResolvers<KubeObject[]>();
  const sink: Sink<KubeObject> = {
    replace: (items) => resolve(items),
    change() {},
    state(state) {
      onState(state);
      if (state.phase === 'failed') resolve([]);
    },
  };
  signal.addEventListener('abort', () => resolve([]));
  source.start(sink);
  return promise.finally(() => source.stop());
}
