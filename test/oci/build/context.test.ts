import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contextFiles } from '../../../src/oci/build/context/context-files.ts';
import { ignoreLines, readIgnoreFile } from '../../../src/oci/build/context/ignore-file.ts';
import { PathFilter, pathPattern } from '../../../src/oci/build/context/patterns.ts';

const root = mkdtempSync(join(tmpdir(), 'kctl-context-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('one pattern', () => {
  test.each([
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**/*.md', 'README.md', true],
    ['**/*.md', 'a/b/c.md', true],
    ['a/**', 'a/b/c', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['**', 'anything/at/all', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]a]', ']', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['./a/', 'a', true],
    ['/a', 'a', true],
    ['a+(b).c', 'a+(b).c', true],
    ['한*', '한글', true],
  ])('%s and %s', (pattern, path, expected) => expect(pathPattern(pattern)!.matches(path)).toBe(expected));
  test.each(['[a', 'a\\', '!'])('%s is malformed', (pattern) => expect(() => pathPattern(pattern)).toThrow(/pattern/));
});

describe('patterns in order', () => {
  test.each<[string[], string, boolean]>([
    [['node_modules'], 'node_modules/a/b.js', true],
    [['*.md', '!README.md'], 'README.md', false],
    [['!README.md', '*.md'], 'README.md', true],
    [['docs', '!docs/keep', 'docs/keep/not'], 'docs/keep/x', false],
    [['docs', '!docs/keep', 'docs/keep/not'], 'docs/keep/not/x', true],
    [['**', '!src'], 'src/a', false],
    [['**', '!src'], 'other', true],
  ])('%j and %s', (lines, path, expected) => expect(new PathFilter(lines).matches(path)).toBe(expected));
  test('a folder is looked into only where something may be taken back', () => {
    const filter = new PathFilter(['docs', 'tmp', '!docs/keep', '!**/x']);
    expect(filter.matchesAllBelow('docs')).toBe(false);
    expect(new PathFilter(['docs', 'tmp', '!docs/keep']).matchesAllBelow('tmp')).toBe(true);
    expect(filter.matchesAllBelow('src')).toBe(false);
  });
});

test('lines of the file', () => {
  expect(ignoreLines('\uFEFF# no\na\r\n\n  # a pattern that begins with a blank is one\n!b\n')).toEqual([
    'a',
    '  # a pattern that begins with a blank is one',
    '!b',
  ]);
});

test('the file beside the Dockerfile comes before that of the context', async () => {
  const folder = join(root, 'two');
  mkdirSync(folder);
  writeFileSync(join(folder, '.dockerignore'), 'general\n');
  const file = join(folder, 'web.Dockerfile');
  expect((await readIgnoreFile(folder, file)).matches('general')).toBe(true);
  writeFileSync(`${file}.dockerignore`, 'special\n');
  const filter = await readIgnoreFile(folder, file);
  expect([filter.matches('general'), filter.matches('special')]).toEqual([false, true]);
});

test('what a build sees of a folder', async () => {
  const folder = join(root, 'tree');
  for (const path of ['src/a.js', 'src/b.md', 'node_modules/x/y.js', 'docs/out/p.md', 'docs/keep/q.md', 'z']) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  symlinkSync('../outside', join(folder, 'src/link'));
  const files = await contextFiles(folder, new PathFilter(['node_modules', '**/*.md', 'docs', '!docs/keep']));
  expect(files.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'docs directory',
    'docs/keep directory',
    'docs/keep/q.md file',
    'src directory',
    'src/a.js file',
    'src/link symlink',
    'z file',
  ]);
  expect(files.find(({ path }) => path === 'src/link')!.link).toBe('../outside');
});
