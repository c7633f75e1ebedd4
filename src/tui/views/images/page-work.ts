import { KctlError } from '../../../lib/errors.ts';
import { say } from '../../words/say.ts';

/** Something that takes a while and can be stopped: what it tells, one at a time. */
export class PageWork {
  readonly #changed: () => void;
  #stop: AbortController | undefined;
  /** '' where there is nothing to tell. */
  text = '';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isBusy(): boolean {
    return this.#stop !== undefined;
  }

  /** @returns undefined where it was stopped, or `signal` ended it @throws KctlError `input` where something is under way */
  async run<Result>(
    work: (tell: (text: string) => void, signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result | undefined> {
    if (this.#stop) throw new KctlError('input', say('something is being extracted already'));
    this.#stop = new AbortController();
    const ends = AbortSignal.any([signal, this.#stop.signal]);
    const tell = (text: string) => {
      if (text === this.text) return;
      this.text = text;
      this.#changed();
    };
    try {
      return await work(tell, ends);
    } catch (error) {
      if (!ends.aborted) throw error;
      return undefined;
    } finally {
      this.#stop = undefined;
      this.text = '';
      this.#changed();
    }
  }

  stop(): void {
    this.#stop?.abort();
  }
}
