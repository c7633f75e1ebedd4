import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { type Clock, secondText } from '../clock.ts';
import { onceLive } from '../clocks.ts';
import type { Activity } from './activity.ts';
import { EventCorrelator, type RecordedEvent, type Series } from './event-correlator.ts';
import { WorkQueue } from './work-queue.ts';

/** Writes Events; the same event about the same object again only raises `count` and `lastTimestamp`. */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #lister: Lister;
  readonly #clock: Clock;
  readonly #correlator = new EventCorrelator();
  /** The name of the Event that carries a series. */
  readonly #names = new WeakMap<Series, string>();
  readonly #untold = new Map<string, Series>();
  readonly #queue: WorkQueue;
  #lastName = 0n;
  #isLive = false;

  constructor(context: { client: ApiClient; lister: Lister; clock: Clock; random: () => number; activity: Activity }) {
    this.#client = context.client;
    this.#lister = context.lister;
    this.#clock = context.clock;
    this.#queue = new WorkQueue({
      ...context,
      concurrency: 4,
      reconcile: (key) => this.#write(key),
      // Nobody waits for an event; the queue tries again by itself.
      onError: () => {},
    });
    // While a past is lived through nobody watches: each series is written once, at the end.
    onceLive(this.#clock, () => {
      this.#isLive = true;
      for (const key of this.#untold.keys()) this.#queue.add(key);
    });
  }

  /** @param times how often it happened since it was recorded last */
  record(object: KubeObject, event: RecordedEvent, times = 1): void {
    const { series, mayWrite } = this.#correlator.observe(object, event, this.#clock.now(), times);
    if (!mayWrite) return;
    let name = this.#names.get(series);
    if (!name) {
      name = `${object.metadata.name}.${this.#moment()}`;
      this.#names.set(series, name);
    }
    const key = `${object.metadata.namespace || 'default'}/${name}`;
    this.#untold.set(key, { ...series });
    if (this.#isLive) this.#queue.add(key);
  }

  stop(): void {
    this.#queue.stop();
  }

  /** The time in nanoseconds, hexadecimal, as client-go names events: in order of name they are in order of time. */
  #moment(): string {
    const now = BigInt(Math.floor(this.#clock.now())) * 1_000_000n;
    this.#lastName = now > this.#lastName ? now : this.#lastName + 1n;
    return this.#lastName.toString(16);
  }

  async #write(key: string): Promise<undefined> {
    const told = this.#untold.get(key);
    if (!told) return;
    const slash = key.indexOf('/');
    const stored = this.#lister.get('events', key.slice(0, slash), key.slice(slash + 1));
    const { count, event } = told;
    const news = { count, lastTimestamp: secondText(told.lastMs), message: event.message };
    try {
      if (stored) await this.#client.update('events', { ...stored, ...news });
      else await this.#client.create('events', eventObject(key.slice(0, slash), key.slice(slash + 1), told));
    } catch (error) {
      // A namespace that ends takes no more events.
      if (!isApiError(error, 'Forbidden') && !isApiError(error, 'NotFound')) throw error;
    }
    if (this.#untold.get(key) === told) this.#untold.delete(key);
    return;
  }
}

function eventObject(namespace: string, name: string, { involved, event, count, firstMs, lastMs }: Series): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: involved,
    reason: event.reason,
    message: event.message,
    source: { component: event.component, ...(event.host ? { host: event.host } : {}) },
    firstTimestamp: secondText(firstMs),
    lastTimestamp: secondText(lastMs),
    count,
    type: event.type,
    eventTime: null,
    reportingComponent: event.component,
    reportingInstance: event.host ?? '',
  };
}
