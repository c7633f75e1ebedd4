import type { IncomingMessage } from 'node:http';
import type { Store } from '../storage/store.ts';

interface Guard {
  store: Store;
  /** Of the store, when the request began to read or write. */
  failures: number;
}

const guards = new WeakMap<IncomingMessage, Guard>();

/** From here on, what the request sees or does must be on disk before it is answered. */
function guardDurability(request: IncomingMessage, store: Store): void {
  guards.set(request, { store, failures: store.failures });
}

/** What came before has neither seen nor done anything: a body that took its time to arrive. */
export function restartGuard(request: IncomingMessage): void {
  const guard = guards.get(request);
  if (guard) guard.failures = guard.store.failures;
}

/** What the disk refused while a request was under way. */
export class RefusedByDisk {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/**
 * Resolves when all that the request may have seen or written is on disk.
 * @throws RefusedByDisk where the disk did not take it; the store has then gone back to what was before
 */
export function durable(request: IncomingMessage): Promise<void> | undefined {
  const guard = guards.get(request);
  if (!guard) return undefined;
  const { store } = guard;
  const settled = store.settled();
  const check = (): void => {
    if (store.failures !== guard.failures) throw new RefusedByDisk(store.lastFailure);
  };
  if (settled) return settled.then(check);
  check();
  return undefined;
}

const READS = new Set(['GET', 'HEAD']);
const TRIES = 3;

/**
 * Runs `serve`, again where it only read and has seen what was then undone. A write is not repeated: it is
 * answered with the disk's reason.
 */
export async function serveDurably(request: IncomingMessage, store: Store, serve: () => Promise<void>): Promise<void> {
  for (let left = TRIES; ; left--) {
    guardDurability(request, store);
    try {
      return await serve();
    } catch (error) {
      if (!(error instanceof RefusedByDisk)) throw error;
      if (left > 1 && READS.has(request.method ?? '')) continue;
      // The answer that says so has nothing to wait for.
      guards.delete(request);
      throw error.reason;
    }
  }
}
