import { Heap } from './heap.ts';

/** Where a waiting pod stands: to be tried, not yet again, until something happens, or until a gate is opened. */
type Stand = 'active' | 'backoff' | 'parked' | 'gated';

export interface Waiting {
  key: string;
  uid: string;
  /** The same for pods that fare alike. */
  wish: string;
  priority: number;
  /** When it came to the queue, or was last refused (ms). */
  since: number;
  /** Not before this moment (ms). */
  from: number;
  stand: Stand;
  /** Plugins that refused it; none: whatever happens may help. */
  plugins: ReadonlySet<string>;
  refusals: number;
  errors: number;
  order: number;
}

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 10_000;
/** Unschedulable pods are looked at again after this long even when nothing seems to have changed. */
export const FLUSH_MS = 300_000;

/** 1 s, 2 s, 4 s, 8 s, then 10 s (pkg/scheduler/backend/queue/backoff_queue.go). */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
}

/** A place in a heap; stale once the pod stands elsewhere or was queued anew. */
interface Ticket {
  waiting: Waiting;
  order: number;
}

const byImportance = (a: Ticket, b: Ticket): boolean =>
  a.waiting.priority !== b.waiting.priority
    ? a.waiting.priority > b.waiting.priority
    : a.waiting.since !== b.waiting.since
      ? a.waiting.since < b.waiting.since
      : a.order < b.order;

const byMoment = (a: Ticket, b: Ticket): boolean =>
  a.waiting.from !== b.waiting.from ? a.waiting.from < b.waiting.from : byImportance(a, b);

/**
 * Pods that wait for a node: the important first, then those who have waited longest. One that was refused waits until
 * something happens that may help it, and at least its back-off, unless nobody else is there to be tried; one whose
 * try failed waits its back-off in any case (pkg/scheduler/backend/queue/scheduling_queue.go).
 */
export class SchedulingQueue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #active = new Heap<Ticket>(byImportance);
  readonly #backoff = new Heap<Ticket>(byMoment);
  readonly #failed = new Heap<Ticket>(byMoment);
  /** In the order in which they were refused. */
  readonly #parked = new Map<string, Waiting>();
  #order = 0;

  get(key: string): Waiting | undefined {
    return this.#waiting.get(key);
  }

  parked(): Iterable<Waiting> {
    return this.#parked.values();
  }

  *gated(): Generator<Waiting> {
    for (const waiting of this.#waiting.values()) if (waiting.stand === 'gated') yield waiting;
  }

  get hasParked(): boolean {
    return this.#parked.size > 0;
  }

  add(
    { key, uid, wish, priority }: Pick<Waiting, 'key' | 'uid' | 'wish' | 'priority'>,
    now: number,
    isGated = false,
  ): void {
    const waiting: Waiting = {
      key,
      uid,
      wish,
      priority,
      since: now,
      from: now,
      stand: 'gated',
      plugins: new Set(),
      refusals: 0,
      errors: 0,
      order: 0,
    };
    this.#waiting.set(key, waiting);
    if (!isGated) this.#activate(waiting);
  }

  remove(key: string): void {
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    this.#waiting.delete(key);
    this.#parked.delete(key);
    waiting.order = -1;
  }

  gate(waiting: Waiting): void {
    this.#parked.delete(waiting.key);
    waiting.stand = 'gated';
    waiting.order = -1;
  }

  /** Something happened that may help it. */
  move(waiting: Waiting, now: number): void {
    if (waiting.stand !== 'parked' && waiting.stand !== 'gated') return;
    this.#parked.delete(waiting.key);
    if (waiting.from <= now) this.#activate(waiting);
    else {
      waiting.stand = 'backoff';
      this.#backoff.push(this.#ticket(waiting));
    }
  }

  /** No node took it. */
  refuse(waiting: Waiting, plugins: ReadonlySet<string>, now: number): void {
    waiting.refusals++;
    waiting.errors = 0;
    waiting.plugins = plugins;
    waiting.since = now;
    waiting.from = now + backoffMs(waiting.refusals);
    waiting.stand = 'parked';
    waiting.order = -1;
    this.#parked.delete(waiting.key);
    this.#parked.set(waiting.key, waiting);
  }

  /** Something went wrong on the way. */
  fail(waiting: Waiting, now: number): void {
    waiting.errors++;
    waiting.since = now;
    waiting.from = now + backoffMs(waiting.errors);
    waiting.stand = 'backoff';
    this.#parked.delete(waiting.key);
    this.#failed.push(this.#ticket(waiting));
  }

  /** Who is to be tried now. */
  next(now: number): Waiting | undefined {
    this.#wake(now);
    return (take(this.#active) ?? take(this.#backoff))?.waiting;
  }

  /** When somebody is to be tried; undefined: when something happens. */
  nextAt(now: number): number | undefined {
    this.#wake(now);
    if (fresh(this.#active) || fresh(this.#backoff)) return now;
    const failed = fresh(this.#failed)?.waiting.from;
    const oldest = this.#parked.values().next().value;
    const flush = oldest && Math.max(oldest.since + FLUSH_MS, oldest.from);
    return failed === undefined ? flush : Math.min(failed, flush ?? failed);
  }

  #wake(now: number): void {
    for (const heap of [this.#backoff, this.#failed])
      for (let first = fresh(heap); first && first.waiting.from <= now; first = fresh(heap)) {
        heap.pop();
        this.#activate(first.waiting);
      }
    for (const waiting of this.#parked.values()) {
      if (waiting.since + FLUSH_MS > now) break;
      this.move(waiting, now);
    }
  }

  #activate(waiting: Waiting): void {
    waiting.stand = 'active';
    this.#active.push(this.#ticket(waiting));
  }

  #ticket(waiting: Waiting): Ticket {
    waiting.order = ++this.#order;
    return { waiting, order: waiting.order };
  }
}

function fresh(heap: Heap<Ticket>): Ticket | undefined {
  let first = heap.peek();
  while (first && first.order !== first.waiting.order) {
    heap.pop();
    first = heap.peek();
  }
  return first;
}

function take(heap: Heap<Ticket>): Ticket | undefined {
  const first = fresh(heap);
  if (first) {
    heap.pop();
    // Whoever is being tried stands nowhere until it is refused or placed.
    first.waiting.order = -1;
  }
  return first;
}
