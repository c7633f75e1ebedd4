import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { type Clock, microText, secondText } from '../clock.ts';
import { onceLive } from '../clocks.ts';
import type { Activity } from './activity.ts';
import { EventCorrelator, type RecordedEvent, type Series } from './event-correlator.ts';
import { EventSeriesBook, FINISH_MS, type ModernEvent, type Told } from './event-series.ts';
import { type Again, WorkQueue } from './work-queue.ts';

/** An Event that is to be written: as a whole where it is new, otherwise what is new of it. */
interface Untold {
  whole: () => Record<string, unknown>;
  news: Record<string, unknown>;
}

const SWEEP = 'sweep';

/** Writes Events; the same event about the same object again only raises `count` and `lastTimestamp`. */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #lister: Lister;
  readonly #clock: Clock;
  readonly #correlator = new EventCorrelator();
  readonly #book = new EventSeriesBook();
  /** The name of the Event that carries a series. */
  readonly #names = new WeakMap<Series, string>();
  readonly #untold = new Map<string, Untold>();
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
      reconcile: (key) => (key === SWEEP ? this.#sweep() : this.#write(key)),
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
    let key = this.#names.get(series);
    if (!key) {
      key = this.#newKey(object);
      this.#names.set(series, key);
    }
    const told = { ...series };
    const news = { count: told.count, lastTimestamp: secondText(told.lastMs), message: told.event.message };
    this.#tell(key, { whole: () => eventFields(told), news });
  }

  /** The same for those who speak of events as events.k8s.io knows them. */
  recordSeries(object: KubeObject, event: ModernEvent): void {
    const told = this.#book.observe(object, event, this.#clock.now(), () => this.#newKey(object));
    if (told) this.#tellSeries(told);
    if (!this.#book.isEmpty) this.#queue.addAfter(SWEEP, FINISH_MS);
  }

  stop(): void {
    this.#queue.stop();
  }

  #newKey({ metadata }: KubeObject): string {
    return `${metadata.namespace || 'default'}/${metadata.name}.${this.#moment()}`;
  }

  /** The time in nanoseconds, hexadecimal, as client-go names events: in order of name they are in order of time. */
  #moment(): string {
    const now = BigInt(Math.floor(this.#clock.now())) * 1_000_000n;
    this.#lastName = now > this.#lastName ? now : this.#lastName + 1n;
    return this.#lastName.toString(16);
  }

  #tell(key: string, untold: Untold): void {
    this.#untold.set(key, untold);
    if (this.#isLive) this.#queue.add(key);
  }

  #tellSeries(told: Told): void {
    const { count, lastMs } = told;
    const news = count > 1 ? { series: { count, lastObservedTime: microText(lastMs) } } : {};
    this.#tell(told.key, { whole: () => ({ ...modernFields(told), ...news }), news });
  }

  async #sweep(): Promise<Again> {
    for (const told of this.#book.sweep(this.#clock.now())) this.#tellSeries(told);
    return this.#book.isEmpty ? undefined : FINISH_MS;
  }

  async #write(key: string): Promise<undefined> {
    const told = this.#untold.get(key);
    if (!told) return;
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    const stored = this.#lister.get('events', namespace, name);
    try {
      if (stored) await this.#client.update('events', { ...stored, ...told.news });
      else
        await this.#client.create('events', {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace },
          ...told.whole(),
        });
    } catch (error) {
      // A namespace that ends takes no more events.
      if (!isApiError(error, 'Forbidden') && !isApiError(error, 'NotFound')) throw error;
    }
    if (this.#untold.get(key) === told) this.#untold.delete(key);
    return;
  }
}

function eventFields({ involved, event, count, firstMs, lastMs }: Series): Record<string, unknown> {
  return {
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

/** What the older of the two kinds of events has, and this one has not, is null. */
function modernFields({ regarding, related, event, atMs }: Told): Record<string, unknown> {
  return {
    action: event.action,
    eventTime: microText(atMs),
    firstTimestamp: null,
    involvedObject: regarding,
    lastTimestamp: null,
    message: event.message,
    reason: event.reason,
    ...(related ? { related } : {}),
    reportingComponent: event.component,
    reportingInstance: event.instance,
    source: {},
    type: event.type,
  };
}
