import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * Where an entry of an archive may be written below `root`. A name that leads out of it, by itself or
 * through a link that is already there, has no place.
 * @param name with slashes, relative to `root`; '' is `root` itself
 */
export async function placeOf(
  root: string,
  name: string,
  platform: NodeJS.Platform = process.platform,
): Promise<{ path: string; isInside: boolean }> {
  const path = join(root, name);
  const way = relative(root, path);
  if (way === '') return { path, isInside: true };
  const leaves = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  // On Windows a colon names a drive, or a stream hidden in a file.
  if (leaves || (platform === 'win32' && way.includes(':'))) return { path, isInside: false };
  return { path, isInside: await staysBelow(root, path) };
}

/** True where the part of `path` that exists is really below `root`. */
async function staysBelow(root: string, path: string): Promise<boolean> {
  const home = await realpath(root).catch(() => undefined);
  // Nothing is there yet, so no link is either.
  if (home === undefined) return true;
  for (let each = path; each !== root && each.length > root.length; each = dirname(each)) {
    const exists = await lstat(each).catch(() => undefined);
    if (!exists) continue;
    const real = await realpath(each).catch(() => undefined);
    // A link that leads nowhere leads wherever somebody puts something.
    if (real === undefined) return false;
    const way = relative(home, real);
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  }
  return true;
}
