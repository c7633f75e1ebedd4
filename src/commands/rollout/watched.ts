import type { RolloutFetcher } from '../../store/rollout/fetcher.ts';
import type { RolloutStore } from '../../store/rollout/rollout-store.ts';
import { RolloutJudge, type Verdict } from '../../store/rollout/verdict.ts';

/** How long a verdict of a crash waits for the last lines of its log (ms). */
const LOG_PATIENCE_MS = 3000;

/** One rollout that is watched until it is decided. */
export class WatchedStore {
  readonly store: RolloutStore;
  /** `deployment/web`, as lines of several name it. */
  readonly name: string;
  readonly #fetcher: RolloutFetcher | undefined;
  readonly #judge: RolloutJudge;
  #verdict: Verdict | undefined;
  #decidedAt: number | undefined;

  /** @param now ms of the clock by which it is judged */
  constructor(name: string, store: RolloutStore, now: number, fetcher?: RolloutFetcher) {
    this.name = name;
    this.store = store;
    this.#fetcher = fetcher;
    this.#judge = new RolloutJudge(now);
  }

  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Looks at the present picture. @returns the verdict when there is one for the first time */
  look(now: number): Verdict | undefined {
    if (this.#verdict) return undefined;
    this.#fetcher?.look();
    const verdict = this.#judge.judge(this.store.getSnapshot(), now);
    if (!verdict) {
      this.#decidedAt = undefined;
      return undefined;
    }
    this.#decidedAt ??= now;
    const waits = verdict.failure?.code === 'crash' && !verdict.failure.log && this.#fetcher?.readsLogs === true;
    if (waits && now - this.#decidedAt < LOG_PATIENCE_MS) return undefined;
    this.#verdict = verdict;
    return verdict;
  }
}
