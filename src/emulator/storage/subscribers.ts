import type { Report } from '../log.ts';
import type { LoggedEvent } from './event-log.ts';

type Handler = (event: LoggedEvent) => void;

/** Who wants to hear of changes, by resource; `*` stands for every resource. */
export class Subscribers {
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #report: Report;
  readonly #undelivered: LoggedEvent[] = [];

  constructor(report: Report) {
    this.#report = report;
  }

  /** Returns the unsubscribe. */
  add(resource: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(resource) ?? new Set();
    this.#handlers.set(resource, handlers);
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#handlers.get(resource) === handlers) this.#handlers.delete(resource);
    };
  }

  /** Tells everybody; those that change something themselves do not get ahead of what is being told. */
  tell(event: LoggedEvent): void {
    this.#undelivered.push(event);
    if (this.#undelivered.length > 1) return;
    // A handler that writes adds to this list: everybody sees all events in the order of their revisions.
    for (let next = 0; next < this.#undelivered.length; next++) this.#deliver(this.#undelivered[next]!);
    this.#undelivered.length = 0;
  }

  /** One handler's failure is its own: the write is done, and the others must hear of it. */
  #deliver(event: LoggedEvent): void {
    for (const name of [event.resource, '*']) {
      for (const handler of this.#handlers.get(name) ?? []) {
        try {
          handler(event);
        } catch (error) {
          this.#report(`subscriber of ${name}`, error);
        }
      }
    }
  }
}
