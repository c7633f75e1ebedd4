import type { LayerUnion, UnionEntry } from '../../layer-union.ts';
import { realPath } from '../../layers/find-file.ts';
import { hasWildcard, PathFilter, wholePath } from '../context/patterns.ts';
import { belowRoot } from '../plan/paths.ts';
import type { FileTree } from './file-tree.ts';

/** A path that is copied, and where it goes. */
interface Selected {
  /** Undefined for a folder that its tree does not describe. */
  file: UnionEntry | undefined;
  /** Below the destination; '' for the destination itself. */
  to: string;
  /** Named by itself, in place of found in a folder that is: it may become the destination. */
  isNamed: boolean;
  /** Hard links between files that have this in common stay: what is copied by one name, or one match of a pattern. */
  together: object;
}

export interface Selection {
  files: readonly Selected[];
  /** How many files and folders the patterns named. */
  named: number;
}

/** A source that is nowhere. */
export class MissingSource extends Error {
  readonly path: string;
  readonly hint: string | undefined;

  constructor(path: string, hint: string | undefined) {
    super(`"/${path}": not found`);
    this.path = path;
    this.hint = hint;
  }
}

interface Wanted {
  paths: readonly string[];
  excludes: readonly string[];
  parents: boolean;
}

/**
 * The files that COPY and ADD mean: a folder stands for what is in it, links that are named are followed, patterns
 * take what matches. A name that is there nowhere is a mistake, a pattern that matches nothing is none.
 * @throws MissingSource
 */
export function selectFiles(tree: FileTree, { paths, excludes, parents }: Wanted): Selection {
  const excluded = new PathFilter(excludes);
  const found: Selected[] = [];
  let named = 0;
  for (const path of paths) {
    const take = parents
      ? withParents(tree, path, excluded)
      : matches(tree, path).map((match) => contents(tree, match, excluded));
    for (const some of take) {
      named++;
      const together = {};
      for (const one of some) found.push({ ...one, together });
    }
  }
  return { files: found, named };
}

type Found = Omit<Selected, 'together'>;

/** `a/./b/c` keeps `b/c` below the destination, all others keep the whole path. */
function pivoted(path: string): [base: string, rest: string] {
  const at = path.indexOf('/./');
  return at < 0 ? ['', belowRoot(path)] : [belowRoot(path.slice(0, at)), belowRoot(path.slice(at + 3))];
}

/** Links are followed up to the first part that is a pattern, and by the files that match. @throws MissingSource */
function matches(tree: FileTree, source: string): string[] {
  const path = belowRoot(source);
  const parts = path.split('/');
  const first = parts.findIndex(hasWildcard);
  if (first < 0) {
    if (path === '' || isThere(tree.files, path)) return [path];
    throw new MissingSource(path, tree.whyMissing?.(path));
  }
  const above = parts.slice(0, first).join('/');
  if (!isThere(tree.files, above)) return [];
  const real = realPath(tree.files, above);
  const matching = wholePath(parts.slice(first).join('/'), false);
  return [...tree.files.below(real)]
    .map(({ entry }) => entry.path)
    .filter((one) => one !== real && matching(relativeTo(real, one)));
}

const relativeTo = (folder: string, path: string): string => (folder === '' ? path : path.slice(folder.length + 1));

function isThere(files: LayerUnion, path: string): boolean {
  try {
    realPath(files, path);
    return true;
  } catch {
    return false;
  }
}

/** A folder stands for what is in it. */
function contents(tree: FileTree, match: string, excluded: PathFilter): Found[] {
  const real = realPath(tree.files, match);
  const name = match.slice(match.lastIndexOf('/') + 1);
  const seen = tree.files.at(real);
  if (seen && seen.entry.kind !== 'directory') {
    return excluded.matches(name) ? [] : [{ file: seen, to: name, isNamed: true }];
  }
  return [{ file: seen, to: '', isNamed: false }, ...below(tree, real, '', (path) => excluded.matches(path))];
}

/** With the folders above them, as far as they are kept. Links stay links. @throws MissingSource */
function withParents(tree: FileTree, source: string, excluded: PathFilter): Found[][] {
  const [base, rest] = pivoted(source);
  return matches(tree, base).flatMap((match) => {
    const root = realPath(tree.files, match);
    const at = (kept: string) => tree.files.at([root, kept].filter(Boolean).join('/'));
    return keptPaths(tree, root, rest).map((kept) => {
      const above = [...kept.matchAll(/\//g)].map(({ index }) => kept.slice(0, index));
      const found: Found[] = above.map((to) => ({ file: at(to), to, isNamed: false }));
      if (kept !== '' && excluded.matches(kept)) return [];
      const seen = at(kept);
      found.push({ file: seen, to: kept, isNamed: false });
      const isFolder = !seen || seen.entry.kind === 'directory';
      const real = [root, kept].filter(Boolean).join('/');
      if (isFolder) found.push(...below(tree, real, kept, (_path, to) => excluded.matches(to)));
      return found;
    });
  });
}

/** @throws MissingSource */
function keptPaths({ files, whyMissing }: FileTree, root: string, path: string): string[] {
  if (hasWildcard(path)) {
    const matching = wholePath(path, true);
    return [...files.below(root)]
      .map(({ entry }) => relativeTo(root, entry.path))
      .filter((one) => one !== '' && matching(one));
  }
  const whole = [root, path].filter(Boolean).join('/');
  if (whole === '' || files.has(whole)) return [path];
  throw new MissingSource(whole, whyMissing?.(whole));
}

function below(
  { files }: FileTree,
  real: string,
  under: string,
  isExcluded: (path: string, to: string) => boolean,
): Found[] {
  const all: Found[] = [];
  for (const file of files.below(real)) {
    const { path } = file.entry;
    if (path === real) continue;
    const relative = relativeTo(real, path);
    const to = under === '' ? relative : `${under}/${relative}`;
    if (!isExcluded(relative, to)) all.push({ file, to, isNamed: false });
  }
  return all;
}
