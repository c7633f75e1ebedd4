import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageStore } from '../store/types.ts';
import { hostAbility } from './ability.ts';
import { removeTree } from './remove-tree.ts';
import { takeLock } from './run/cache-folders.ts';
import { storeFolders } from './store-folders.ts';

/** A folder of `RUN --mount=type=cache`, as lists show it. */
export interface KeptCache {
  /** A name that no other has: hexadecimal digits. */
  key: string;
  /** As the Dockerfile calls it. */
  id: string;
  bytes: number;
  /** ms */
  madeAt: number;
  usedAt: number;
}

/** What builds have in caches, what was used last first. */
export async function keptCaches({ path }: Pick<ImageStore, 'path'>): Promise<KeptCache[]> {
  const { caches } = storeFolders(path);
  const found: KeptCache[] = [];
  for (const key of await readdir(caches).catch(() => [])) {
    const place = join(caches, key);
    try {
      // It is written whenever the cache is taken.
      const [id, { birthtimeMs, mtimeMs }] = await Promise.all([
        readFile(join(place, 'id'), 'utf8'),
        stat(join(place, 'id')),
      ]);
      found.push({ key, id, bytes: await sizeBelow(join(place, 'files')), madeAt: birthtimeMs, usedAt: mtimeMs });
    } catch {
      // Another process is making or removing it.
    }
  }
  return found.sort((a, b) => b.usedAt - a.usedAt);
}

/** Removes caches that no build has taken since `before` (ms), and none that a build has now. */
export async function pruneCaches(
  store: Pick<ImageStore, 'path'>,
  before: number,
  signal: AbortSignal,
): Promise<{ caches: number; bytes: number }> {
  const old = (await keptCaches(store)).filter(({ usedAt }) => usedAt < before);
  const removed = { caches: 0, bytes: 0 };
  if (old.length === 0) return removed;
  const ability = await hostAbility(storeFolders(store.path).live);
  for (const { key, bytes } of old) {
    signal.throwIfAborted();
    const place = join(storeFolders(store.path).caches, key);
    const lock = await takeLock(ability, join(place, 'lock'), ['--exclusive', '--nonblock'], signal);
    if (!lock) continue;
    try {
      await removeTree(place, ability);
      removed.caches++;
      removed.bytes += bytes;
    } finally {
      lock.stdin?.end();
    }
  }
  return removed;
}

/** Bytes of files, each once however many names it has; folders that are closed to us count nothing. */
async function sizeBelow(folder: string, seen = new Set<string>()): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await sizeBelow(path, seen);
    if (!entry.isFile()) continue;
    const facts = await lstat(path).catch(() => undefined);
    const name = `${facts?.dev}:${facts?.ino}`;
    if (facts === undefined || (facts.nlink > 1 && seen.has(name))) continue;
    if (facts.nlink > 1) seen.add(name);
    sum += facts.size;
  }
  return sum;
}
