import type { KubeObject } from '../../api/meta.ts';

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

/** As many as client-go's caches hold. */
const REMEMBERED = 4096;
/** So many different messages of one kind within the interval; further ones are told together. */
const SIMILAR_LIMIT = 10;
const SIMILAR_WITHIN_MS = 600_000;
/** Writes about one object of one type from one source: a burst, then one in five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;

/** What is to be written of a series of equal events. */
export interface Series {
  /** A reference only: the object itself must not be kept alive. */
  involved: Record<string, unknown>;
  event: RecordedEvent;
  count: number;
  firstMs: number;
  lastMs: number;
}

/** A map that forgets what was used longest ago. */
class Recent<T> {
  readonly #entries = new Map<string, T>();
  /** Always at the entry that is next to go: to begin anew each time would walk over all that have gone. */
  readonly #oldest = this.#entries.keys();

  use(key: string, make: () => T): T {
    const value = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > REMEMBERED) this.#entries.delete(this.#oldest.next().value!);
    return value;
  }
}

/**
 * Turns events as they happen into what is worth writing, by the rules of client-go
 * (tools/record/events_cache.go): equal events are counted; from the tenth different message of one
 * kind on, they are combined; and who says too much about one object is heard only now and then (what
 * it said meanwhile is in the count).
 */
export class EventCorrelator {
  readonly #similar = new Recent<{ messages: Set<string>; lastMs: number }>();
  readonly #series = new Recent<Series>();
  readonly #budgets = new Recent<{ tokens: number; atMs: number }>();

  /** @returns the series that this event belongs to, and whether it may be written now */
  observe(
    object: KubeObject,
    event: RecordedEvent,
    nowMs: number,
    times: number,
  ): { series: Series; mayWrite: boolean } {
    const { uid, namespace, name } = object.metadata;
    // Who tells of a pod that may be gone knows no uid.
    const about = uid ?? `${object.kind} ${namespace ?? ''}/${name}`;
    const kind = [event.component, event.host, about, event.fieldPath, event.type, event.reason].join('\n');
    const combined = this.#isCombined(kind, event.message, nowMs);
    const message = combined ? `(combined from similar events): ${event.message}` : event.message;
    const key = combined ? kind : `${kind}\n${event.message}`;
    const fresh = (): Series => ({
      involved: reference(object, event),
      event,
      count: 0,
      firstMs: nowMs,
      lastMs: nowMs,
    });
    const series = this.#series.use(key, fresh);
    series.count += times;
    series.lastMs = nowMs;
    series.event = { ...event, message };
    return { series, mayWrite: this.#spend(`${event.component}\n${event.host}\n${about}\n${event.type}`, nowMs) };
  }

  #isCombined(kind: string, message: string, nowMs: number): boolean {
    const similar = this.#similar.use(kind, () => ({ messages: new Set(), lastMs: nowMs }));
    if (nowMs - similar.lastMs > SIMILAR_WITHIN_MS) similar.messages.clear();
    similar.lastMs = nowMs;
    similar.messages.add(message);
    if (similar.messages.size < SIMILAR_LIMIT) return false;
    similar.messages.delete(similar.messages.keys().next().value!);
    return true;
  }

  #spend(key: string, nowMs: number): boolean {
    const budget = this.#budgets.use(key, () => ({ tokens: BURST, atMs: nowMs }));
    budget.tokens = Math.min(BURST, budget.tokens + (nowMs - budget.atMs) / REFILL_MS);
    budget.atMs = nowMs;
    if (budget.tokens < 1) return false;
    budget.tokens--;
    return true;
  }
}

function reference({ apiVersion, kind, metadata }: KubeObject, { fieldPath }: RecordedEvent): Record<string, unknown> {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    ...(fieldPath ? { fieldPath } : {}),
  };
}
