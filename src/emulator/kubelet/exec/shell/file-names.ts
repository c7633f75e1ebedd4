import { entriesOf } from '../fs/nodes.ts';
import type { Shell } from './context.ts';
import type { Field } from './fields.ts';
import { hasWildcard, matcher } from './pattern.ts';

/** Files that a pattern names, sorted; none when nothing matches. */
export function fileNames(shell: Shell, { pattern }: Field): string[] {
  const { files } = shell.process;
  const isAbsolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part, index) => part !== '' || index > 0);
  let found: string[] = [isAbsolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const next: string[] = [];
    if (part === '') {
      found = found.filter((base) => files.find(base)?.type === 'directory').map((base) => `${base}/`);
      continue;
    }
    const test = hasWildcard(part) ? matcher(part) : undefined;
    for (const base of found) {
      const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
      if (!test) {
        const name = prefix + part.replace(/\\(.)/g, '$1');
        if (!isLast || exists(shell, name)) next.push(name);
        continue;
      }
      const node = files.find(base || '.');
      if (node?.type !== 'directory' || !files.mayAccess(base || '.', 4)) continue;
      const names =
        base === '/' || base === ''
          ? files.readDirectory(base || '.').map(([name]) => name)
          : [...entriesOf(node).keys()];
      for (const name of names.sort()) {
        if (name.startsWith('.') && !part.startsWith('.')) continue;
        if (test(name)) next.push(prefix + name);
      }
    }
    found = next;
    if (found.length === 0) return [];
  }
  return found.sort();
}

function exists(shell: Shell, path: string): boolean {
  try {
    shell.process.files.lstat(path);
    return true;
  } catch {
    return false;
  }
}
