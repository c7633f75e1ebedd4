import type { SourceState } from '../../api/source.ts';
import type { Timing } from '../../store/timing.ts';

/** Where a view hears that what it shows has changed. */
export interface LiveText {
  timing: Timing;
  /** Changes within this time (ms) are one to the reader; default 200. */
  quietMs?: number;
  /**
   * Calls back on every change, until the function that is returned is called.
   * @param onChange what is loaded is another now; `isFirst`: it is what a load that is under way waits for
   * @param onState only what `connection` and `notes` say may be another
   */
  follow(onChange: (isFirst?: boolean) => void, onState: () => void): () => void;
  connection(): SourceState | undefined;
  /** What the title says of it besides: `deleted meanwhile`. */
  notes?(): readonly string[];
  /** Asks the server anew, as a user does who does not believe the screen. */
  refresh?(): void;
}

const quietMs = 200;

/**
 * Keeps something loaded while what it is made of changes: loads at once, then whenever `live` tells of a
 * change, one load at a time, so that a busy object does not keep its reader waiting.
 */
export class LiveLoader<Value> {
  readonly #load: () => Promise<Value>;
  readonly #live: LiveText | undefined;
  readonly #onLoaded: (isNews: boolean) => void;
  #value: Value | undefined;
  #error: unknown;
  #loading = false;
  #again = false;
  #isNews = false;
  #closed = false;
  #unfollow: (() => void) | undefined;
  #timer: { cancel(): void } | undefined;

  constructor(load: () => Promise<Value>, live: LiveText | undefined, onLoaded: (isNews: boolean) => void) {
    this.#load = load;
    this.#live = live;
    this.#onLoaded = onLoaded;
  }

  /** What was loaded last. */
  get value(): Value | undefined {
    return this.#value;
  }

  /** Why the last load failed; what was loaded before it stays. */
  get error(): unknown {
    return this.#error;
  }

  /** Undefined where there is nothing to follow. */
  get isLive(): boolean | undefined {
    return this.#live && this.#unfollow !== undefined;
  }

  start(): void {
    this.#unfollow = this.#live?.follow(
      (isFirst = false) => this.#onChange(isFirst),
      () => this.#onLoaded(false),
    );
    void this.reload();
  }

  #onChange(isFirst: boolean): void {
    // The first word is what the reader waits for; what follows may come together.
    if (this.#value === undefined) {
      if (!this.#loading || !isFirst) void this.reload();
    } else
      this.#timer ??= this.#live!.timing.after(this.#live!.quietMs ?? quietMs, () => {
        this.#isNews = true;
        void this.reload();
      });
  }

  async reload(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#again = this.#loading;
    if (this.#loading) return;
    this.#loading = true;
    do {
      this.#again = false;
      try {
        this.#value = await this.#load();
        this.#error = undefined;
      } catch (error) {
        this.#error = error;
      }
    } while (this.#again && !this.#closed);
    this.#loading = false;
    const isNews = this.#isNews;
    this.#isNews = false;
    if (!this.#closed) this.#onLoaded(isNews);
  }

  refresh(): void {
    this.#live?.refresh?.();
    void this.reload();
  }

  /** Stops following, or takes it up again. */
  toggle(): void {
    if (!this.#live) return;
    if (this.#unfollow) this.#stop();
    else this.start();
  }

  #stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  connection(): SourceState | undefined {
    return this.#unfollow ? this.#live?.connection() : undefined;
  }

  notes(): readonly string[] {
    return this.#live?.notes?.() ?? [];
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }
}
