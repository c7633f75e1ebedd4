import { KctlError } from '../../lib/errors.ts';
import { followLinks } from '../follow-links.ts';
import type { LayerUnion, UnionEntry } from '../layer-union.ts';

/**
 * The path below the image's root at which something is in the end, links on the way followed as in a container:
 * absolute ones begin at the image's root, and `..` does not lead out of it.
 * @param last whether the last part is followed, too, where it is a link
 * @throws KctlError `input` where there is no such path
 */
export function realPath(files: LayerUnion, path: string, last = true): string {
  const linkAt = (here: string): string | undefined => {
    if (!files.has(here)) throw new KctlError('input', `${path}: no such file or directory in the image`);
    const seen = files.at(here)?.entry;
    return seen?.kind === 'symlink' ? seen.link : undefined;
  };
  const real = followLinks(path, linkAt, last);
  if (real === undefined) throw new KctlError('input', `${path}: too many levels of symbolic links`);
  return real;
}

/**
 * The file that holds the content of a path: of a hard link that to which it leads.
 * @throws KctlError `input` where it is no file
 */
export function contentOf(files: LayerUnion, path: string): UnionEntry {
  const seen = files.at(realPath(files, path));
  const file = seen?.content ?? seen;
  if (file?.entry.kind === 'file') return file;
  const kind = file?.entry.kind ?? 'directory';
  throw new KctlError('input', `${path}: ${kind === 'hardlink' ? 'its hard link leads nowhere' : `is a ${kind}`}`);
}
