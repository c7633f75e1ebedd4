import { readdirSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { hostAbility } from './ability.ts';
import { removeTree } from './remove-tree.ts';
import { storeFolders } from './store-folders.ts';

/** What of the image store is alive. */
interface Alive {
  hasBlob(digest: string): boolean;
  hasLease(id: string): boolean;
}

/**
 * Removes unpacked layers of which no blob is left, and what processes that are gone were making or writing. Open roots
 * hold their blobs by a lease and containers by a pin, so that nothing in use goes.
 */
export async function sweepRoots(store: string, alive: Alive): Promise<void> {
  const { unpacked, live } = storeFolders(store);
  const gone: string[] = [];
  for (const form of namesIn(unpacked)) {
    for (const chain of namesIn(join(unpacked, form))) {
      const folder = join(unpacked, form, chain);
      const blobs = namesIn(join(folder, 'blobs')).map((name) => name.replace('-', ':'));
      if (blobs.some((digest) => alive.hasBlob(digest))) continue;
      // Out of the way in one step: half of it must never be taken for it.
      const away = join(live, `gone.${process.pid}.${form}.${chain}`);
      await rename(folder, away).then(
        () => gone.push(away),
        () => {},
      );
    }
  }
  for (const name of namesIn(live)) {
    const folder = join(live, name);
    if (!alive.hasLease(name.split('.')[0]!) && !isBeingTried(folder)) gone.push(folder);
  }
  if (gone.length === 0) return;
  const ability = await hostAbility(live);
  for (const folder of new Set(gone)) await removeTree(folder, ability).catch(() => {});
}

/** What `hostAbility` makes for a moment, maybe in another process. */
function isBeingTried(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  return folder.includes('/.probe-') && found !== undefined && found.mtimeMs > Date.now() - 60_000;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
