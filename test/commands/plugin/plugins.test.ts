import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPlugin, findProgram, listPlugins } from '../../../src/commands/plugin/plugins.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-plugins-'));
  for (const name of ['kctl-a', 'kubectl-a', 'kubectl-a-b_c', 'kubectl-d', 'kctl-x-y', 'kubectl-x-y-z']) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, 'kubectl-plain'), '');
  mkdirSync(join(folder, 'kubectl-folder'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const around = (path = folder) => ({ env: { PATH: path }, cwd: folder });
const found = (words: string[], tool: string, least = 1) => {
  const plugin = findPlugin(words, least, tool, around());
  return plugin && [basename(plugin.path), plugin.words];
};

test.each([
  [['a'], 'kctl', ['kctl-a', 1]],
  [['a'], 'kubectl', ['kubectl-a', 1]],
  [['a', 'b-c', 'e'], 'kctl', ['kubectl-a-b_c', 2]],
  [['a', '--flag', 'b-c'], 'kctl', ['kctl-a', 1]],
  [['d', 'e'], 'kctl', ['kubectl-d', 1]],
  [['x', 'y', 'z'], 'kctl', ['kubectl-x-y-z', 3]],
  [['x', 'y'], 'kubectl', undefined],
  [['plain'], 'kctl', undefined],
  [['folder'], 'kctl', undefined],
  [['-n', 'a'], 'kctl', undefined],
  [['../a'], 'kctl', undefined],
])('%j called as %s', (words, tool, plugin) => {
  expect(found(words, tool)).toEqual(plugin);
});

test('fewer words than asked for name none', () => {
  expect(found(['a', 'q'], 'kctl', 2)).toBeUndefined();
});

test('folders of PATH: relative ones, absent ones, none', () => {
  expect(findProgram('kctl-a', around(`/nope${delimiter}.`))).toBe(join(folder, 'kctl-a'));
  expect(findProgram('kctl-a', around(''))).toBeUndefined();
  const said: string[] = [];
  const names = listPlugins('kctl', around(`/nope${delimiter}${folder}${delimiter}${folder}`), (line) =>
    said.push(line),
  );
  expect(names.map((path) => basename(path))).toContain('kubectl-plain');
  expect(names).toHaveLength(7);
  expect(said).toEqual([
    'Unable to read directory "/nope" from your PATH: open /nope: no such file or directory. Skipping...',
  ]);
  expect(listPlugins('kubectl', around(), () => {})).toHaveLength(5);
});
