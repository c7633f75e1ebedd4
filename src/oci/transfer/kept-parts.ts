import type { ImageStore } from '../store/types.ts';

/** How long the parts of a pull that did not end well are kept (ms), as unfinished writes are. */
const KEEP_MS = 24 * 3_600_000;
/** What such parts are pinned by; `image prune` lets go of them. */
export const PULL_PINS = 'pull:';

/** The whole layers of a pull that is under way: they have no name yet, and the next try wants them. */
export class KeptParts {
  readonly #store: ImageStore;
  readonly #owner: string;
  readonly #name: string;
  readonly #digests = new Set<string>();

  constructor(store: ImageStore, name: string, now = Date.now()) {
    this.#store = store;
    this.#name = name;
    this.#owner = `${PULL_PINS}${now}:${name}`;
    for (const owner of store.pins(PULL_PINS).keys()) {
      if (!(timeOf(owner) > now - KEEP_MS)) store.unpin(owner);
    }
  }

  add(digest: string): void {
    this.#digests.add(digest);
    this.#store.pin(this.#owner, [...this.#digests]);
  }

  /** Nothing of it is wanted without a name any more, nor of earlier tries. */
  drop(): void {
    for (const owner of this.#store.pins(PULL_PINS).keys()) {
      if (owner.endsWith(`:${this.#name}`) && owner.slice(owner.indexOf(':', PULL_PINS.length) + 1) === this.#name) {
        this.#store.unpin(owner);
      }
    }
  }
}

const timeOf = (owner: string): number => Number(owner.slice(PULL_PINS.length).split(':')[0]);
