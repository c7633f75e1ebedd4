import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hunkTexts, unifiedDiff } from '../../../src/commands/diff/unified.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`);
const changed = (at: readonly number[]) => lines(30).map((line, index) => (at.includes(index) ? `${line}!` : line));

test.each([
  ['one line', lines(9), lines(9).toSpliced(4, 1, 'other')],
  ['lines added', lines(5), lines(5).toSpliced(2, 0, 'a', 'b')],
  ['lines taken away', lines(5), lines(5).toSpliced(0, 2)],
  ['near changes share a hunk', lines(30), changed([3, 9])],
  ['far ones do not', lines(30), changed([3, 25])],
  ['at the very end', lines(6), [...lines(6), 'more']],
  ['from nothing', [], lines(3)],
  ['to nothing', lines(3), []],
  ['a single line', ['a'], ['b']],
])('%s: as diff -u', (_name, from, to) => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const [path, text] of [
    [one, from],
    [other, to],
  ] as const) {
    writeFileSync(path, text.map((line) => `${line}\n`).join(''));
  }
  const { stdout } = spawnSync('diff', ['-u', one, other], { encoding: 'utf8' });
  expect(hunkTexts(from, to)).toBe(stdout.split('\n').slice(2).join('\n'));
});

test('folders: files of either side, the same ones left out', () => {
  const [live, merged] = ['live', 'merged'].map((name) => join(folder, name)) as [string, string];
  for (const path of [live, merged]) mkdirSync(path);
  for (const path of [live, merged]) writeFileSync(join(path, 'same'), 'a\n');
  expect(unifiedDiff(live, merged)).toBe('');
  writeFileSync(join(merged, 'fresh'), 'b\n');
  const text = unifiedDiff(live, merged);
  expect(text).toContain(`diff -u -N ${live}/fresh ${merged}/fresh\n`);
  expect(text).toMatch(/@@ -0,0 \+1 @@\n\+b\n$/);
});
