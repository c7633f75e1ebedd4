import type { Timing } from '../timing.ts';

export interface Traffic {
  /** Bytes from the pod, and to it. */
  received: number;
  sent: number;
  /** Bytes a second, as of the last second; 0 while nothing flows. */
  receivedRate: number;
  sentRate: number;
}

/** How often counters reach readers while data flows. */
const FLUSH_MS = 250;
/** Over how long a rate is taken. */
const SPAN_MS = 1_000;

/** Counts bytes and their rates, and tells of them a few times a second while there is something to tell. */
export class TrafficCounter {
  readonly #timing: Timing;
  readonly #tell: (traffic: Traffic) => void;
  #received = 0;
  #sent = 0;
  #timer: { cancel(): void } | undefined;
  #marks: { at: number; received: number; sent: number }[] = [];

  constructor(timing: Timing, tell: (traffic: Traffic) => void) {
    this.#timing = timing;
    this.#tell = tell;
  }

  add(received: number, sent: number): void {
    if (this.#marks.length === 0) this.#mark();
    this.#received += received;
    this.#sent += sent;
    this.#timer ??= this.#timing.after(FLUSH_MS, () => this.#flush());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#marks = [];
  }

  /** As it is at this moment. */
  get now(): Traffic {
    const first = this.#marks[0];
    const seconds = first ? (this.#timing.now() - first.at) / 1000 : 0;
    const rate = (bytes: number) => (seconds > 0 ? Math.round(bytes / seconds) : 0);
    return {
      received: this.#received,
      sent: this.#sent,
      receivedRate: rate(this.#received - (first?.received ?? 0)),
      sentRate: rate(this.#sent - (first?.sent ?? 0)),
    };
  }

  #mark(): void {
    this.#marks.push({ at: this.#timing.now(), received: this.#received, sent: this.#sent });
  }

  #flush(): void {
    this.#timer = undefined;
    this.#mark();
    const from = this.#timing.now() - SPAN_MS;
    while (this.#marks.length > 1 && this.#marks[1]!.at <= from) this.#marks.shift();
    const traffic = this.now;
    // Once more after the last byte, so that the rates come to rest at nothing.
    if (traffic.receivedRate > 0 || traffic.sentRate > 0)
      this.#timer = this.#timing.after(FLUSH_MS, () => this.#flush());
    else this.#marks = [];
    this.#tell(traffic);
  }
}
