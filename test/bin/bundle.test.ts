import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '..', '..', 'dist');

test('a running cluster needs nothing but the file it was started from, whatever an upgrade does to the others', () => {
  const program = readFileSync(join(dist, 'cluster-program.mjs'), 'utf8');
  const siblings = [...program.matchAll(/\bimport\(\s*["'](\.[^"']+)["']\s*\)/g)].map(([, path]) => path);
  // The dashboard is no part of a cluster; nothing there asks for it.
  expect(siblings.filter((path) => !/(ui\.ts|tui\/main\.ts)$/.test(path!))).toEqual([]);
  expect(program).not.toMatch(/^import [^;]*from\s*["']\./m);
});
