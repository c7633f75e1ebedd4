import type { Timing } from '../timing.ts';

/** What has a place in time: keys are compared as text. */
export interface Timed {
  key: string;
  /** Characters it takes, for the bound. */
  size: number;
}

export interface MergerOptions<T> {
  /**
   * All sources are read to their ends, and what comes out is in order of time: nothing is written before every
   * open source has shown its next item. Otherwise what is there is written, the items of each moment in order.
   */
  isStrict: boolean;
  /** Takes items; a promise asks to wait. */
  write(items: readonly T[]): Promise<void> | undefined;
  timing: Timing;
  /** How long (ms) to gather before the first items are written, where it is not strict. */
  firstMs?: number;
}

/** So many items or characters of one source are held; a source that brings more waits. */
const mostItems = 2000;
const mostSize = 512 * 1024;
const batch = 1000;
const gatherMs = 30;

/**
 * Merges streams of items that are each in order of time. Bounded: `push` gives a promise while its source has
 * more than it may, so that connections are not read, and nothing is ever dropped.
 */
export class LineMerger<T extends Timed> {
  readonly #options: MergerOptions<T>;
  readonly #open = new Set<MergeSource<T>>();
  /** Open sources without an item. */
  #blocked = 0;
  /** Those with items, as a heap: the oldest item is at the top. */
  readonly #heap: MergeSource<T>[] = [];
  #isPumping = false;
  #timer: { cancel(): void } | undefined;
  #gather: number;
  #idle = Promise.withResolvers<void>();
  #order = 0;

  constructor(options: MergerOptions<T>) {
    this.#options = options;
    this.#gather = options.firstMs ?? gatherMs;
  }

  source(): MergeSource<T> {
    const source: MergeSource<T> = new MergeSource(
      this.#order++,
      (isFirst) => this.#arrived(source, isFirst),
      () => this.#ended(source),
    );
    this.#open.add(source);
    this.#blocked++;
    return source;
  }

  /** Resolves when everything that was pushed is written. */
  async drain(): Promise<void> {
    while (this.#heap.length > 0 || this.#isPumping) {
      const idle = this.#idle.promise;
      this.#pumpSoon(true);
      await idle;
    }
  }

  #arrived(source: MergeSource<T>, isFirst: boolean): void {
    if (isFirst) {
      this.#blocked--;
      this.#heap.push(source);
      this.#up(this.#heap.length - 1);
    }
    this.#pumpSoon(this.#options.isStrict);
  }

  #ended(source: MergeSource<T>): void {
    if (this.#open.delete(source) && source.isEmpty) this.#blocked--;
    this.#pumpSoon(this.#options.isStrict);
  }

  #pumpSoon(isNow: boolean): void {
    if (this.#isPumping) return;
    if (isNow) {
      this.#timer?.cancel();
      this.#timer = undefined;
      void this.#pump();
      return;
    }
    this.#timer ??= this.#options.timing.after(this.#gather, () => {
      this.#timer = undefined;
      this.#gather = gatherMs;
      void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    while (this.#canWrite()) {
      const items: T[] = [];
      while (items.length < batch && this.#canWrite()) items.push(this.#next());
      const waiting = this.#options.write(items);
      if (waiting) await waiting;
    }
    this.#isPumping = false;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  #canWrite(): boolean {
    return this.#heap.length > 0 && (!this.#options.isStrict || this.#blocked === 0);
  }

  #next(): T {
    const top = this.#heap[0]!;
    const item = top.shift();
    if (top.isEmpty) {
      if (this.#open.has(top)) this.#blocked++;
      const last = this.#heap.pop()!;
      if (last !== top) this.#heap[0] = last;
    }
    this.#down();
    return item;
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let first = at;
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left;
      if (left + 1 < this.#heap.length && this.#isBefore(left + 1, first)) first = left + 1;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a]!, this.#heap[b]!];
    const [key, than] = [one.head.key, other.head.key];
    return key < than || (key === than && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}

/** One stream of a merger. */
export class MergeSource<T extends Timed> {
  readonly order: number;
  readonly #onPush: (isFirst: boolean) => void;
  readonly #onEnd: () => void;
  #items: T[] = [];
  #at = 0;
  #size = 0;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(order: number, onPush: (isFirst: boolean) => void, onEnd: () => void) {
    this.order = order;
    this.#onPush = onPush;
    this.#onEnd = onEnd;
  }

  /** @returns a promise while there is no room for more */
  push(items: readonly T[]): Promise<void> | undefined {
    const wasEmpty = this.isEmpty;
    for (const item of items) {
      this.#items.push(item);
      this.#size += item.size;
    }
    if (items.length > 0) this.#onPush(wasEmpty);
    if (!this.#isFull) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** No more will come. */
  end(): void {
    this.#onEnd();
  }

  get isEmpty(): boolean {
    return this.#at === this.#items.length;
  }

  get head(): T {
    return this.#items[this.#at]!;
  }

  shift(): T {
    const item = this.#items[this.#at]!;
    this.#size -= item.size;
    if (++this.#at === this.#items.length || this.#at > mostItems) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
    }
    // Half empty is room enough: stopping and going at each item would be slow.
    if (this.#room && this.#items.length - this.#at <= mostItems / 2 && this.#size <= mostSize / 2) {
      this.#room.resolve();
      this.#room = undefined;
    }
    return item;
  }

  get #isFull(): boolean {
    return this.#items.length - this.#at > mostItems || this.#size > mostSize;
  }
}
