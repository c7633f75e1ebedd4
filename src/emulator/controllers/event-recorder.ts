import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { type Clock, timestamp } from '../clock.ts';
import { onceLive } from '../clocks.ts';
import type { Activity } from './activity.ts';
import { WorkQueue } from './work-queue.ts';

export interface RecordedEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `kubelet`, `replicaset-controller`, ... */
  component: string;
  host?: string;
  /** `spec.containers{app}` */
  fieldPath?: string;
}

interface Series {
  involved: Record<string, unknown>;
  event: RecordedEvent;
  /** How often it happened since it was last written. */
  pending: number;
  first: string;
  last: string;
  /** The Event object that carries the count. */
  name: string;
  namespace: string;
}

/** As many as client-go's event correlator remembers. */
const REMEMBERED = 4096;

/** Writes Events; the same event about the same object again only raises `count` and `lastTimestamp`. */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #lister: Lister;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #series = new Map<string, Series>();
  readonly #queue: WorkQueue;
  #isLive = false;

  constructor(context: { client: ApiClient; lister: Lister; clock: Clock; random: () => number; activity: Activity }) {
    this.#client = context.client;
    this.#lister = context.lister;
    this.#clock = context.clock;
    this.#random = context.random;
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
      for (const key of this.#series.keys()) this.#queue.add(key);
    });
  }

  record(object: KubeObject, event: RecordedEvent): void {
    const { uid, name, namespace, resourceVersion } = object.metadata;
    const key = [event.component, event.host, uid, event.fieldPath, event.type, event.reason, event.message].join('\n');
    const now = timestamp(this.#clock);
    let series = this.#series.get(key);
    if (!series) {
      if (this.#series.size >= REMEMBERED) this.#series.delete(this.#series.keys().next().value!);
      series = {
        involved: {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name,
          ...(namespace ? { namespace } : {}),
          uid,
          resourceVersion,
          ...(event.fieldPath ? { fieldPath: event.fieldPath } : {}),
        },
        event,
        pending: 0,
        first: now,
        last: now,
        name: `${name}.${this.#suffix()}`,
        namespace: namespace ?? 'default',
      };
      this.#series.set(key, series);
    }
    series.pending++;
    series.last = now;
    if (this.#isLive) this.#queue.add(key);
  }

  stop(): void {
    this.#queue.stop();
  }

  /** Sixteen hexadecimal digits, where client-go has the time in nanoseconds. */
  #suffix(): string {
    const part = () =>
      Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return part() + part();
  }

  async #write(key: string): Promise<undefined> {
    const series = this.#series.get(key);
    if (!series || series.pending === 0) return;
    const count = series.pending;
    const stored = this.#lister.get('events', series.namespace, series.name);
    try {
      if (stored) {
        await this.#client.update('events', {
          ...stored,
          count: (stored['count'] ?? 0) + count,
          lastTimestamp: series.last,
        });
      } else {
        await this.#client.create('events', this.#eventObject(series, count));
      }
      series.pending -= count;
    } catch (error) {
      // A namespace that ends takes no more events.
      if (isApiError(error, 'Forbidden') || isApiError(error, 'NotFound')) this.#series.delete(key);
      else throw error;
    }
    return;
  }

  #eventObject(series: Series, count: number): KubeObject {
    const { event } = series;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: series.name, namespace: series.namespace },
      involvedObject: series.involved,
      reason: event.reason,
      message: event.message,
      source: { component: event.component, ...(event.host ? { host: event.host } : {}) },
      firstTimestamp: series.first,
      lastTimestamp: series.last,
      count,
      type: event.type,
      eventTime: null,
      reportingComponent: event.component,
      reportingInstance: event.host ?? '',
    };
  }
}
