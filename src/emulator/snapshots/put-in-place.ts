import type { Restored } from '../../api/control/snapshots.ts';
import type { KubeObject } from '../../api/meta.ts';
import { SETTINGS } from '../control/settings.ts';
import { keyOf } from '../storage/object-table.ts';
import type { Store } from '../storage/store.ts';
import type { Kept, KeptObjects } from './read-objects.ts';

/** Of the running cluster, not of its state: how its time goes, and which folder has its volumes. */
const isOfNow = (resource: string, key: string): boolean =>
  resource === SETTINGS && (key === '/clock' || key === '/volumes');

/**
 * Makes the store hold what a snapshot holds, by ordinary writes in one transaction: all of them are kept or none.
 * Versions go on rising, and who watches sees what changed. What is as it was is left alone.
 * @param also what is written with them
 * @throws ApiStatusError 500 where the disk does not take it; then everything is as before
 */
export async function putInPlace(store: Store, wanted: KeptObjects, also: () => void): Promise<Restored> {
  const restored: Restored = { written: 0, removed: 0, same: 0 };
  await store.batch(() => {
    for (const resource of store.resources()) removeOthers(store, resource, wanted.get(resource), restored);
    for (const [resource, objects] of wanted) {
      for (const [key, kept] of objects) if (!isOfNow(resource, key)) put(store, resource, kept, restored);
    }
    also();
  });
  return restored;
}

function removeOthers(
  store: Store,
  resource: string,
  wanted: ReadonlyMap<string, Kept> | undefined,
  restored: Restored,
): void {
  for (const object of [...store.list(resource)]) {
    const key = keyOf(object);
    const successor = wanted?.get(key);
    // One that was deleted and made again since is another object: it goes before the old one comes back.
    if (isOfNow(resource, key) || (successor && successor.object.metadata.uid === object.metadata.uid)) continue;
    store.delete(resource, object.metadata.namespace, object.metadata.name!);
    restored.removed++;
  }
}

function put(store: Store, resource: string, { object, text }: Kept, restored: Restored): void {
  const { namespace, name = '', resourceVersion } = object.metadata;
  const there: KubeObject | undefined = store.get(resource, namespace, name);
  if (there?.metadata.resourceVersion === resourceVersion && JSON.stringify(there) === text) {
    restored.same++;
    return;
  }
  store.put(resource, object);
  restored.written++;
}
