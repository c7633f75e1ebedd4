import type { FileSource } from './operations.ts';
import { belowRoot } from './paths.ts';
import type { Plan } from './plan-build.ts';
import { isAddress } from './plan-copy.ts';

/**
 * What the steps of plans may take from the context: files and folders below its root, of patterns the folder before
 * them.
 * @returns `''` among them for all of it
 */
export function wantedPaths(plans: readonly Plan[]): string[] {
  const found = new Set<string>();
  const add = (source: FileSource, path: string) => {
    if (source.from !== 'context' || isAddress(path)) return;
    const special = path.search(/[*?[\\]/);
    const plain = special < 0 ? path : path.slice(0, path.lastIndexOf('/', special) + 1);
    found.add(belowRoot(plain));
  };
  for (const operation of plans.flatMap(({ stages }) => stages).flatMap(({ operations }) => operations)) {
    if (operation.kind === 'copy') for (const path of operation.paths) add(operation.source, path);
    if (operation.kind !== 'run') continue;
    for (const mount of operation.mounts) if ('source' in mount && mount.source) add(mount.source, mount.path);
  }
  return [...found];
}
