import type { Timer } from './clock.ts';

export interface DueTimer {
  at: number;
  run: () => void;
}

interface Entry extends DueTimer {
  sequence: number;
  cancelled: boolean;
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

/** Timers by moment, then by the order in which they were added (a binary heap; cancelled ones are dropped when met). */
export class TimerHeap {
  #entries: Entry[] = [];
  #sequence = 0;

  add(at: number, run: () => void): Timer {
    const entry: Entry = { at, run, sequence: this.#sequence++, cancelled: false };
    this.#entries.push(entry);
    this.#rise(this.#entries.length - 1);
    return {
      cancel() {
        entry.cancelled = true;
      },
    };
  }

  nextAt(): number | undefined {
    while (this.#entries[0]?.cancelled) this.#removeFirst();
    return this.#entries[0]?.at;
  }

  /** Removes and returns the first timer that is due at `now`. */
  takeDue(now: number): DueTimer | undefined {
    const next = this.nextAt();
    return next === undefined || next > now ? undefined : this.#removeFirst();
  }

  #removeFirst(): Entry | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last && first !== last) {
      this.#entries[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(this.#entries[parent]!, this.#entries[at]!)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(start: number): void {
    for (let at = start; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#entries.length && before(this.#entries[child]!, this.#entries[least]!)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const entry = this.#entries[a]!;
    this.#entries[a] = this.#entries[b]!;
    this.#entries[b] = entry;
  }
}
