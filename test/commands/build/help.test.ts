import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../../src');

/** What is loaded with a file: its imports that are there at run time, and theirs. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '(\..*?)';$/gm);
  for (const [, path] of imports) loadedWith(join(dirname(file), path!), found);
  return found;
}

test('help and flags of a build load nothing of what builds', () => {
  const shown = (file: string) => [...loadedWith(join(src, file))].map((path) => relative(src, path));
  expect(shown('commands/build/build.ts')).toContain('commands/build/flags.ts');
  expect(shown('commands/build/build.ts').filter((path) => path.startsWith('oci/'))).toEqual([]);
  expect(shown('commands/build/run-call.ts')).toContain('oci/build/open-build.ts');
});
