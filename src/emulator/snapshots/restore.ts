import type { Restored } from '../../api/control/snapshots.ts';
import type { KubeObject } from '../../api/meta.ts';
import { TOKEN_SECRET } from '../access/secret-tokens.ts';
import type { Store } from '../storage/store.ts';
import { putInPlace } from './put-in-place.ts';
import type { KeptObjects } from './read-objects.ts';
import { authorityOf, type ReadSnapshot } from './snapshots.ts';
import { dropOldVolumes, stageVolumes } from './volumes.ts';

/**
 * Tokens and authorities that another cluster gave are worth nothing here: emptied, they are given anew.
 * What the control plane publishes by itself (`kube-root-ca.crt`) it corrects by itself.
 */
function withoutForeignTokens(objects: KeptObjects): void {
  for (const kept of objects.get('secrets')?.values() ?? []) {
    const secret: KubeObject = kept.object;
    if (secret['type'] !== TOKEN_SECRET || !secret['data']) continue;
    const { token: _, 'ca.crt': __, ...data } = secret['data'];
    secret['data'] = data;
    kept.text = JSON.stringify(secret);
  }
}

/**
 * Puts a snapshot in place, objects and what volumes hold together.
 * @param authority PEM of the cluster's CA
 * @throws ApiStatusError 500, KctlError `internal` where the disk does not take it; then everything is as before
 */
export async function restoreInto(
  { store, dataDir, authority }: { store: Store; dataDir: string; authority: string },
  { facts, objects, volumes }: ReadSnapshot,
): Promise<Restored> {
  if (facts.authority !== authorityOf(authority)) withoutForeignTokens(objects);
  const staged = volumes && stageVolumes(store, dataDir, volumes);
  try {
    const restored = await putInPlace(store, objects, () => staged?.adopt());
    dropOldVolumes(store, dataDir);
    return restored;
  } catch (error) {
    staged?.discard();
    throw error;
  }
}
