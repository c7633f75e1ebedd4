import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister, StoreEvent } from '../client.ts';
import type { Clock } from '../clock.ts';
import type { Activity } from './activity.ts';
import type { EventRecorder } from './event-recorder.ts';
import { type Again, WorkQueue } from './work-queue.ts';

/** What every controller, the scheduler and the kubelets work with. */
export interface ControlContext {
  client: ApiClient;
  lister: Lister;
  clock: Clock;
  random: () => number;
  activity: Activity;
  recorder: EventRecorder;
  /** Told about reconciles that failed and will be tried again; conflicts are not worth a word. */
  onError: (controller: string, key: string, error: unknown) => void;
}

export type KeysFor = (event: StoreEvent, resource: string) => Iterable<string>;

/**
 * A level-triggered reconciler: changes only say which keys to look at, `reconcile` recomputes from
 * what storage holds. No expectations (client-go's guard against a stale cache) are kept: the lister
 * reads committed storage, so a write that has been awaited is visible to the next read.
 */
export interface Controller {
  name: string;
  watches: Readonly<Record<string, KeysFor>>;
  reconcile: (key: string) => Promise<Again>;
  /** Keys to look at once at the start, besides those of what is watched by name. */
  initial?: readonly string[];
  concurrency?: number;
  /** Milliseconds by which a look after a change may wait, so that many changes share one look; 0 at once. */
  patience?: (key: string) => number;
}

/**
 * A look at so many things is due at most this often: cheap ones at once, 2,000 pods twice a second. What grows out
 * of all measure (somebody asked for a million) grows ever more slowly.
 */
export const patienceFor = (count: number): number =>
  count > 100 ? Math.min(count / 4, 1000) + Math.max(count - 10_000, 0) : 0;

export interface RunningController {
  queue: WorkQueue;
  stop(): void;
}

/** Starts `controller`: everything that exists now is looked at once, then whatever changes. */
export function runController(context: ControlContext, controller: Controller): RunningController {
  const queue = new WorkQueue({
    clock: context.clock,
    random: context.random,
    activity: context.activity,
    reconcile: controller.reconcile,
    concurrency: controller.concurrency ?? 1,
    onError: (key, error) => {
      if (!isApiError(error, 'Conflict')) context.onError(controller.name, key, error);
    },
  });
  const handle = (keysFor: KeysFor) => (event: StoreEvent, resource: string) => {
    for (const key of keysFor(event, resource)) queue.addAfter(key, controller.patience?.(key) ?? 0);
  };
  const stops: (() => void)[] = [];
  for (const [resource, keysFor] of Object.entries(controller.watches)) {
    const handler = handle(keysFor);
    stops.push(context.lister.subscribe(resource, handler));
    if (resource === '*') continue;
    for (const object of context.lister.list(resource)) {
      handler({ type: 'ADDED', object, previous: undefined }, resource);
    }
  }
  for (const key of controller.initial ?? []) queue.add(key);
  return {
    queue,
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}

/** `namespace/name`, or `name` for what has no namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name!;
}

/** The parts of a `keyOf`; the namespace of what has none is ''. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  if (slash < 0) return ['', key];
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** The object itself is the key: the usual way to watch one's own kind. */
export const ownKey: KeysFor = (event) => [keyOf(event.object)];
