import type { Timing } from '../timing.ts';
import { type ContainerView, isSameView } from './container-view.ts';
import { LogPosition } from './log-position.ts';
import type { LogContainer, LogReceiver, LogStart, OpenLog } from './log-source.ts';
import { type ReadEnd, readLog } from './read-log.ts';

export interface ContainerLogOptions {
  open: OpenLog;
  /** The container as it is now; undefined where the pod is gone. Asked where the log is not the expected one. */
  look(of: LogContainer): Promise<ContainerView | undefined>;
  receiver: LogReceiver;
  /** `now` by the server's clock. */
  timing: Timing;
  /** What is wanted of the past; absent: everything, which is right for whatever began while we looked on. */
  start?: LogStart | undefined;
}

const retryDelays = [200, 500, 1000, 2000, 5000];
/** A connection that held this long (ms) was a good one: the next attempt need not wait long. */
const goodConnection = 5000;
/** How long a log may go on after its pod is gone, in ms: a dead node never ends it. */
const goneFor = 5000;
/** How far clocks of nodes may be behind the server's, in ms. */
const clockSlack = 5000;

/**
 * Follows the log of one container through its restarts: each instance to its end, across broken connections,
 * no line twice and none left out. Where that cannot be had (a log was rotated away, several restarts while
 * nobody looked) a note says between which times lines may be missing.
 */
export class ContainerLog {
  readonly #of: LogContainer;
  readonly #options: ContainerLogOptions;
  readonly #stopping = new AbortController();
  #view: ContainerView | undefined;
  #changed = Promise.withResolvers<void>();
  /** Which instance `#position` is about; undefined before the first. */
  #instance: number | undefined;
  #position = new LogPosition();
  #start: LogStart | undefined;
  /** The instance ended, and was read to its end. */
  #isWhole = false;
  /** The last reading broke off. */
  #isBroken = false;
  #attempt = 0;
  #isLost = false;
  #saidWaiting = '';
  #reading: AbortController | undefined;
  #overdue: { cancel(): void } | undefined;
  /** Resolves when nothing more can come: it is over, or its pod is gone, or it may not be read. */
  readonly done: Promise<void>;

  constructor(of: LogContainer, view: ContainerView, options: ContainerLogOptions) {
    this.#of = of;
    this.#view = view;
    this.#options = options;
    this.#start = options.start;
    this.done = this.#run().finally(() => {
      this.#overdue?.cancel();
      this.#setLost(undefined);
    });
  }

  /** @param fresh undefined: the pod is gone */
  update(fresh: ContainerView | undefined): void {
    const view = this.#sure(fresh);
    if (isSameView(view, this.#view)) return;
    this.#view = view;
    if (view === undefined) this.#overdue = this.#options.timing.after(goneFor, () => this.#reading?.abort());
    this.#tell();
  }

  stop(): void {
    this.#stopping.abort();
    this.#tell();
  }

  /** Between two instances it is the one that is being read that has ended, whatever the count says. */
  #sure(view: ContainerView | undefined): ContainerView | undefined {
    if (!view?.isBetween || this.#instance === undefined) return view;
    return { ...view, instance: this.#instance, phase: 'ended' };
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const view = this.#view;
      if (view === undefined) return this.#leave();
      if (this.#instance === undefined) {
        if (view.phase === 'waiting' && view.isOver) return;
        if (view.phase === 'waiting') await this.#wait(view.reason);
        else this.#begin(view.instance);
      } else if (view.instance !== this.#instance) {
        if (!(await this.#goOn(view, this.#instance))) await this.#pause();
      } else if (this.#isWhole) {
        if (view.isOver) return this.#note({ kind: 'ended', exitCode: view.exitCode, reason: view.exitReason });
        await this.#changed.promise;
      } else if (!(await this.#readCurrent(view))) return;
    }
  }

  #begin(instance: number): void {
    if (this.#instance === undefined) this.#note({ kind: 'begun' });
    this.#instance = instance;
    this.#isWhole = false;
  }

  /** One connection to the newest instance's log. @returns false where it can never be read */
  async #readCurrent(view: ContainerView): Promise<boolean> {
    const before = this.#position.newest;
    const began = this.#options.timing.now();
    const end = await this.#read(true, false);
    if (this.#position.newest !== before || this.#options.timing.now() - began > goodConnection) this.#attempt = 0;
    if (end.how === 'refused') {
      this.#note({ kind: 'refused', error: end.error });
      return false;
    }
    if (end.how === 'other') {
      await this.#lookAgain();
      return true;
    }
    // Only a reading that began after the end of the container has all of it for sure.
    this.#isWhole = end.how === 'ended' && view.phase === 'ended' && this.#view?.instance === this.#instance;
    if (this.#isWhole) this.#sayGap();
    // The end of the stream comes before the status that tells why.
    else if (this.#view === view) await this.#pause();
    return true;
  }

  /** The log is not the one that was read before: another instance's, or its old lines are gone. */
  async #lookAgain(): Promise<void> {
    try {
      const fresh = this.#sure(await this.#options.look(this.#of));
      if (fresh?.instance === this.#instance) this.#position.forgive('older lines of the log are gone');
      else this.#view = fresh;
    } catch (error) {
      this.#setLost(error as Error);
      await this.#pause();
    }
  }

  /** To a newer instance, after the rest of the one before. @returns false to try again later */
  async #goOn(view: ContainerView, instance: number): Promise<boolean> {
    const between = view.instance - instance - 1;
    if (between !== 0) {
      this.#skip(view, between);
      return true;
    }
    if (!this.#isWhole) {
      const end = await this.#read(false, true);
      if (end.how === 'lost') return false;
      if (end.how === 'other') {
        // What was read may have been the newest instance's already: then its own log knows it.
        const isNewest = await this.#isOfNewest(view);
        if (isNewest !== false) return isNewest === true;
      }
      if (end.how !== 'ended') this.#position.gap = 'the log of the instance before the restart is gone';
    }
    this.#sayGap();
    this.#renew();
    const { instance: restart, exitCode, exitReason: reason } = view;
    this.#note({ kind: 'restarted', instance: restart, exitCode, reason });
    this.#begin(view.instance);
    return true;
  }

  /** Several restarts at once: only the last instance and the one before it can still be read. */
  #skip(view: ContainerView, between: number): void {
    if (between < 0) this.#position.gap = 'the container was made anew';
    else if (!this.#isWhole || between > 1) this.#position.gap = 'it restarted more than once meanwhile';
    this.#sayGap();
    this.#renew();
    this.#begin(between < 0 ? view.instance : view.instance - 1);
  }

  /**
   * The container restarted between the status and the first request, so the lines that came are the newest
   * instance's. Those of the one before come late then, but they come.
   * @returns undefined to try again later
   */
  async #isOfNewest(view: ContainerView): Promise<boolean | undefined> {
    const position = this.#position;
    const end = await this.#read(false, false);
    if (end.how === 'lost') return undefined;
    if (end.how !== 'ended') return false;
    this.#position = new LogPosition();
    const before = await this.#read(false, true);
    this.#position.gap = before.how === 'ended' ? undefined : 'the log of the instance before the restart is gone';
    this.#sayGap();
    this.#position = position;
    this.#instance = view.instance;
    return true;
  }

  async #read(follow: boolean, previous: boolean): Promise<ReadEnd> {
    const position = this.#position;
    let opened: number | undefined;
    this.#reading = new AbortController();
    const end = await readLog(
      { ...this.#of, ...(position.isStart ? this.#start : undefined), follow, previous },
      {
        open: this.#options.open,
        receiver: this.#options.receiver,
        position,
        onOpen: () => {
          opened = this.#options.timing.now();
          this.#setLost(undefined);
        },
        signal: AbortSignal.any([this.#stopping.signal, this.#reading.signal]),
      },
    );
    this.#reading = undefined;
    if (end.how === 'lost' && this.#view && !this.#stopping.signal.aborted) this.#setLost(end.error);
    // A pod that is gone has no log, which says nothing about the reading before.
    if (end.how !== 'absent') this.#isBroken = end.how === 'lost';
    if (this.#isBroken && position.isStart && opened !== undefined && this.#start) this.#anchor(opened);
    return end;
  }

  /** The last so many lines of a log would be others by now: what came since the connection was made is asked for. */
  #anchor(opened: number): void {
    this.#start = { sinceTime: new Date(opened - clockSlack).toISOString() };
    this.#position.gap = 'the connection broke before the first line';
  }

  /** The pod is gone, and its logs with it. */
  #leave(): void {
    if (this.#instance === undefined) return;
    if (!this.#isWhole && this.#isBroken) this.#position.gap ??= 'the pod went away while the connection was broken';
    this.#sayGap();
    this.#note({ kind: 'gone' });
  }

  /** What is pending: no new line will come to say it before. */
  #sayGap(): void {
    const { gap: why, newest: from } = this.#position;
    if (why !== undefined) this.#note({ kind: 'gap', from, to: '', why });
    this.#position.gap = undefined;
  }

  #renew(): void {
    this.#position = new LogPosition();
    this.#start = undefined;
  }

  #note(note: Parameters<LogReceiver['note']>[0]): void {
    this.#options.receiver.note(note);
  }

  #setLost(error: Error | undefined): void {
    if ((error !== undefined) === this.#isLost) return;
    this.#isLost = error !== undefined;
    this.#note(error ? { kind: 'lost', error } : { kind: 'back' });
  }

  #wait(reason: string): Promise<void> {
    if (reason !== '' && reason !== this.#saidWaiting) this.#note({ kind: 'waiting', reason });
    this.#saidWaiting = reason;
    return this.#changed.promise;
  }

  /** Until the pod changes or the time for another attempt has come. */
  #pause(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    const delay = retryDelays[Math.min(this.#attempt++, retryDelays.length - 1)]!;
    const timer = this.#options.timing.after(delay, () => this.#tell());
    return this.#changed.promise.then(() => timer.cancel());
  }
}
