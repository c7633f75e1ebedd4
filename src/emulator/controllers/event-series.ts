import type { KubeObject } from '../../api/meta.ts';

/** An event of the events.k8s.io kind, as the scheduler tells them. */
export interface ModernEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  /** What was being done. */
  action: string;
  message: string;
  /** `default-scheduler` */
  component: string;
  /** Which of them: `default-scheduler-HOST`. */
  instance: string;
  /** Who else it is about. */
  related?: KubeObject;
  /** It cannot happen twice: nothing has to be remembered of it. */
  isOnce?: boolean;
}

/** What is known of equal events; times are ms since the epoch. */
export interface Told {
  key: string;
  /** References only: the objects themselves must not be kept alive. */
  regarding: Reference;
  related: Reference | undefined;
  event: Omit<ModernEvent, 'related'>;
  atMs: number;
  count: number;
  lastMs: number;
}

/** An event that has not come again for so long is over (tools/events/event_broadcaster.go, finishTime). */
export const FINISH_MS = 360_000;
/** A series that goes on is written in every fifth round: each half an hour (refreshTime). */
const REFRESH_ROUNDS = 5;

type Reference = Readonly<Record<string, string | undefined>>;

const reference = ({ apiVersion, kind, metadata }: KubeObject): Reference => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});

/**
 * Counts equal events by the rules of client-go's newer broadcaster (tools/events): the second one makes a series, the
 * next ones are only counted, and how many they were is written now and then and at the end. Events are equal whatever
 * they say, as long as what they are about has not changed.
 */
export class EventSeriesBook {
  readonly #known = new Map<string, Told>();
  #round = 0;

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** @returns what is to be written now; undefined: nothing yet */
  observe(
    object: KubeObject,
    { related: other, ...event }: ModernEvent,
    now: number,
    newKey: () => string,
  ): Told | undefined {
    const [regarding, related] = [reference(object), other && reference(other)];
    const { component, type, reason, action } = event;
    const same = JSON.stringify([component, type, reason, action, regarding, related]);
    const known = this.#known.get(same);
    if (known) {
      known.count++;
      known.lastMs = now;
      return known.count === 2 ? known : undefined;
    }
    const told: Told = { key: newKey(), regarding, related, event, atMs: now, count: 1, lastMs: now };
    if (!event.isOnce) this.#known.set(same, told);
    return told;
  }

  /** A round of putting in order, every six minutes. @returns the series to write */
  sweep(now: number): Told[] {
    this.#round++;
    const written: Told[] = [];
    for (const [same, told] of this.#known) {
      const isOver = told.lastMs < now - FINISH_MS;
      if (isOver) this.#known.delete(same);
      if (told.count > 1 && (isOver || this.#round % REFRESH_ROUNDS === 0)) written.push(told);
    }
    return written;
  }
}
