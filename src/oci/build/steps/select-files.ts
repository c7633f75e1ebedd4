import type { LayerUnion, UnionEntry } from '../../layer-union.ts';
import { realPath } from '../../layers/find-file.ts';
import { PathFilter, pathPattern } from '../context/patterns.ts';
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
    const [base, rest] = parents ? pivoted(path) : ['', belowRoot(path)];
    for (const match of matches(tree, base === '' ? rest : `${base}/${rest}`.replace(/\/$/, ''))) {
      named++;
      const kept = parents ? match.slice(base === '' ? 0 : base.length + 1) : undefined;
      found.push(...(kept === undefined ? contents(tree, match, excluded) : withParents(tree, match, kept, excluded)));
    }
  }
  return { files: found, named };
}

/** `a/./b/c` keeps `b/c` below the destination, all others keep the whole path. */
function pivoted(path: string): [base: string, rest: string] {
  const at = path.indexOf('/./');
  return at < 0 ? ['', belowRoot(path)] : [belowRoot(path.slice(0, at)), belowRoot(path.slice(at + 3))];
}

function matches(tree: FileTree, path: string): string[] {
  if (!/[*?[\\]/.test(path)) {
    if (path === '' || isThere(tree.files, path)) return [path];
    throw new MissingSource(path, tree.whyMissing?.(path));
  }
  const pattern = pathPattern(path.startsWith('!') ? `\\${path}` : path);
  return [...tree.files.below()].map(({ entry }) => entry.path).filter((one) => pattern?.matches(one));
}

function isThere(files: LayerUnion, path: string): boolean {
  try {
    realPath(files, path);
    return true;
  } catch {
    return false;
  }
}

/** A folder stands for what is in it. */
function contents(tree: FileTree, match: string, excluded: PathFilter): Selected[] {
  const real = realPath(tree.files, match);
  const name = match.slice(match.lastIndexOf('/') + 1);
  const seen = tree.files.at(real);
  if (seen && seen.entry.kind !== 'directory') {
    return excluded.matches(name) ? [] : [{ file: seen, to: name, isNamed: true }];
  }
  return [{ file: seen, to: '', isNamed: false }, ...below(tree, real, '', (path) => excluded.matches(path))];
}

/** With the folders above it, as far as they are kept. */
function withParents(tree: FileTree, match: string, kept: string, excluded: PathFilter): Selected[] {
  const found: Selected[] = [];
  const dropped = match.length - kept.length;
  for (let end = kept.indexOf('/'); end >= 0; end = kept.indexOf('/', end + 1)) {
    const to = kept.slice(0, end);
    found.push({ file: tree.files.at(match.slice(0, dropped + end)), to, isNamed: false });
  }
  if (kept !== '' && excluded.matches(kept)) return [];
  const real = realPath(tree.files, match);
  const seen = tree.files.at(real);
  found.push({ file: seen, to: kept, isNamed: false });
  if (!seen || seen.entry.kind === 'directory')
    found.push(...below(tree, real, kept, (_path, to) => excluded.matches(to)));
  return found;
}

function below(
  { files }: FileTree,
  real: string,
  under: string,
  isExcluded: (path: string, to: string) => boolean,
): Selected[] {
  const all: Selected[] = [];
  for (const file of files.below(real)) {
    const { path } = file.entry;
    if (path === real) continue;
    const relative = real === '' ? path : path.slice(real.length + 1);
    const to = under === '' ? relative : `${under}/${relative}`;
    if (!isExcluded(relative, to)) all.push({ file, to, isNamed: false });
  }
  return all;
}
