import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { type CatchUpClock, catchUp } from '../clocks.ts';
import { roleObjects } from './roles.ts';
import { shopHistory, shopObjects } from './shop.ts';
import { systemObjects, systemWorkloads } from './system.ts';

type Seeded = readonly [resource: string, object: KubeObject];

/** How long before a new cluster's first moment its demo began. */
export const DEMO_AGE_MS = 40 * 60_000;

/**
 * Makes what every cluster has, where it is missing: namespaces, roles, priorities, the storage
 * class, the API's own Service and DNS. The control plane must be running (pods need their
 * ServiceAccount), and `idle` is its own.
 */
export async function seedSystem(client: ApiClient, idle: () => Promise<void> = async () => {}): Promise<void> {
  await createMissing(client, [...systemObjects, ...roleObjects()]);
  await idle();
  await createMissing(client, systemWorkloads);
}

/** Applies the demo shop as it is today, without a past. */
export async function seedDemo(client: ApiClient): Promise<void> {
  await createMissing(client, shopObjects);
}

/**
 * Lives through the demo's 40 minutes on the clock, which must have started `DEMO_AGE_MS` ago, and
 * lets it go on in real time: afterwards pods have believable ages, restarts and a CronJob a history.
 */
export async function seedHistory(context: {
  client: ApiClient;
  lister: Lister;
  clock: CatchUpClock;
  idle: () => Promise<void>;
  /** The present, ms since the epoch. */
  now: number;
}): Promise<void> {
  const { client, lister, clock, idle, now } = context;
  for (const { minutesAgo, objects } of shopHistory) {
    await catchUp(clock, now - minutesAgo * 60_000, idle);
    for (const [resource, object] of objects) await put(client, lister, resource, object);
  }
  await catchUp(clock, now, idle);
  clock.goLive();
  // What was held back while nobody watched is written now.
  await idle();
}

async function createMissing(client: ApiClient, objects: readonly Seeded[]): Promise<void> {
  for (const [resource, object] of objects) {
    try {
      await client.create(resource, object);
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
    }
  }
}

async function put(client: ApiClient, lister: Lister, resource: string, object: KubeObject): Promise<void> {
  const { namespace, name, labels, annotations } = object.metadata;
  const stored = lister.get(resource, namespace, name!);
  if (!stored) {
    await client.create(resource, object);
    return;
  }
  await client.update(resource, {
    ...stored,
    ...object,
    metadata: {
      ...stored.metadata,
      ...(labels ? { labels } : {}),
      annotations: { ...stored.metadata.annotations, ...annotations },
    },
  });
}
