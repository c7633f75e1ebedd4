import { type ClockStatus, type Jump, MOST_STEPS, type Moment } from '../../api/control/clock.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Lister } from '../client.ts';
import { type ClusterClock, NOTED_EVERY_MS, type TimeState } from '../cluster-clock.ts';
import { badRequest, failure } from '../errors.ts';
import { Observer } from './happenings.ts';

/** The part of a control plane that time is steered by. */
export interface Pace {
  idle(): Promise<void>;
  /** Nothing new is begun until `release`. */
  hold(): void;
  release(): void;
  /** True while something is under way or could be begun. */
  isBusy(): boolean;
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString();

/** Longer than any story, and short enough to end. */
const LONGEST_JUMP_MS = 10 * 366 * 24 * 3600_000;
/** Of what happens in a jump the last so many Events are told; those before are counted. */
const TOLD_EVENTS = 100;

/** Pauses, resumes, speeds up and moves the time of a live cluster, and remembers how it goes. */
export class TimeControl {
  readonly #clock: ClusterClock;
  readonly #pace: Pace;
  readonly #lister: Lister;
  readonly #keep: (state: TimeState) => void;
  readonly #haste: (on: boolean) => void;
  #noting: NodeJS.Timeout | undefined;
  #isMoving = false;
  #isOver = false;

  /**
   * @param keep stores how time goes, for the next start
   * @param haste told when much is written in little real time, and when that is over
   */
  constructor(options: {
    clock: ClusterClock;
    pace: Pace;
    lister: Lister;
    keep: (state: TimeState) => void;
    haste: (on: boolean) => void;
  }) {
    this.#clock = options.clock;
    this.#pace = options.pace;
    this.#lister = options.lister;
    this.#keep = options.keep;
    this.#haste = options.haste;
    this.#clock.settleWith(() => this.#pace.idle());
    this.#noteRegularly();
  }

  status(): ClockStatus {
    const { paused, rate } = this.#clock;
    const next = this.#clock.nextAt();
    return {
      now: rfc3339(this.#clock.now()),
      paused,
      speed: rate,
      aheadMs: Math.round(this.#clock.offset),
      ...(next === undefined ? {} : { next: rfc3339(next) }),
      busy: this.#pace.isBusy(),
    };
  }

  pause(): ClockStatus {
    this.#refuseWhileMoving();
    this.#clock.pause();
    this.#pace.hold();
    return this.#noted();
  }

  resume(): ClockStatus {
    this.#refuseWhileMoving();
    this.#clock.resume();
    this.#pace.release();
    return this.#noted();
  }

  /** @param rate cluster seconds in a real one; the caller has checked it */
  setSpeed(rate: number): ClockStatus {
    this.#refuseWhileMoving();
    this.#clock.setRate(rate);
    return this.#noted();
  }

  /**
   * Lives through the next moments of a paused cluster: what is to be done now, else the next timer and all that
   * follows from it.
   * @throws ApiStatusError 400 (how many), 409 while time runs
   */
  async step(count: number, signal: AbortSignal): Promise<Moment[]> {
    if (!Number.isInteger(count) || count < 1 || count > MOST_STEPS) {
      throw badRequest(`the number of steps must be between 1 and ${MOST_STEPS}`);
    }
    if (!this.#clock.paused) throw refusal('time is running: pause it first');
    return this.#moving(async (observer) => {
      const moments: Moment[] = [];
      while (moments.length < count && !signal.aborted) {
        if (!this.#pace.isBusy()) {
          const next = this.#clock.nextAt();
          if (next === undefined) break;
          this.#clock.advanceTo(next);
        }
        this.#pace.release();
        await this.#pace.idle();
        this.#pace.hold();
        moments.push({ at: rfc3339(this.#clock.now()), ...observer.take() });
      }
      return moments;
    });
  }

  /**
   * Lives through `ms` of cluster time, timer by timer, and goes on from there as before.
   * @throws ApiStatusError 400 (how long), 409 while another does so
   */
  async jump(ms: number, signal: AbortSignal): Promise<Jump> {
    if (!(ms >= 1 && ms <= LONGEST_JUMP_MS)) throw badRequest('a jump must be between 1ms and 10 years long');
    const clock = this.#clock;
    return this.#moving(async (observer) => {
      const from = clock.now();
      const to = from + Math.round(ms);
      const jump: Jump = {
        from: rfc3339(from),
        to: '',
        moments: 0,
        created: 0,
        changed: 0,
        deleted: 0,
        events: [],
        more: 0,
      };
      this.#pace.release();
      await this.#pace.idle();
      for (let next = clock.nextAt(); next !== undefined && next <= to && !signal.aborted; next = clock.nextAt()) {
        clock.advanceTo(next);
        await this.#pace.idle();
        jump.moments++;
        add(jump, { at: rfc3339(clock.now()), ...observer.take() });
      }
      if (!signal.aborted) clock.advanceTo(to);
      add(jump, { at: rfc3339(clock.now()), ...observer.take() });
      jump.to = rfc3339(clock.now());
      return jump;
    });
  }

  /**
   * Runs `change` while time stands still for everybody; it may move the clock ahead itself.
   * @throws ApiStatusError 409 while time is being moved
   */
  still<T>(change: () => Promise<T>): Promise<T> {
    return this.#moving(change);
  }

  /** The last word before the process ends. */
  end(): void {
    this.#isOver = true;
    clearInterval(this.#noting);
    if (this.#clock.rate !== 1) this.#keep({ ...this.#clock.state, ended: true });
    this.#clock.end();
  }

  #refuseWhileMoving(): void {
    if (this.#isMoving) throw refusal('time is being moved already');
  }

  async #moving<T>(live: (observer: Observer) => Promise<T>): Promise<T> {
    this.#refuseWhileMoving();
    this.#isMoving = true;
    const before = this.#clock.offset;
    const observer = new Observer(this.#lister);
    this.#haste(true);
    try {
      return await this.#clock.leap(() => live(observer));
    } finally {
      observer.close();
      this.#haste(false);
      if (this.#clock.paused) this.#pace.hold();
      this.#isMoving = false;
      // Where time only stood still, the last note leads to a later moment, and never back.
      if (this.#clock.paused || this.#clock.offset > before) this.#noted();
    }
  }

  #noted(): ClockStatus {
    if (!this.#isOver) this.#keep(this.#clock.state);
    this.#noteRegularly();
    return this.status();
  }

  /** What cannot be worked out from the last note after a sudden end is noted time and again. */
  #noteRegularly(): void {
    clearInterval(this.#noting);
    if (this.#isOver || this.#clock.rate === 1 || this.#clock.paused) return;
    this.#noting = setInterval(() => this.#keep(this.#clock.state), NOTED_EVERY_MS);
    this.#noting.unref();
  }
}

function add(jump: Jump, moment: Moment): void {
  for (const { verb } of moment.changes) jump[verb]++;
  for (const event of moment.events) {
    const same = jump.events.findIndex(
      ({ reason, message, about, namespace }) =>
        reason === event.reason && message === event.message && about === event.about && namespace === event.namespace,
    );
    const [before] = same < 0 ? [] : jump.events.splice(same, 1);
    jump.events.push({ at: moment.at, count: (before?.count ?? 0) + 1, ...event });
    if (jump.events.length <= TOLD_EVENTS) continue;
    jump.events.shift();
    jump.more++;
  }
}

const refusal = (why: string) => new ApiStatusError(failure(409, 'Conflict', why, { kind: 'clock' }));
