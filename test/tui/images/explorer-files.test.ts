import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { renderTest, type TestScreen } from '../render-test.ts';
import { type ImageWorld, imageWorld } from './image-world.ts';

let world: ImageWorld;
let s: TestScreen;

beforeEach(async () => {
  world = await imageWorld();
});
afterEach(async () => {
  s.close();
  await world.close();
});

async function open(cols = 140, rows = 40, depth: '256' | 'none' = '256'): Promise<void> {
  s = await renderTest({ cols, rows, cluster: world.cluster, depth, kind: 'pods' });
  await s.waitFor('web');
  await s.press('shift-i');
  await s.waitFor(/ADD base\.tar/);
  await s.waitFor(/efficiency/);
}

/** The path under the cursor: it stands below the files. */
const at = () => /^.*│ (\/.*?) *$/m.exec(s.text().split('───').at(-1)!)?.[1];

async function typeInto(text: string): Promise<void> {
  for (let count = 0; count < 20; count++) await s.press('backspace');
  await s.type(text);
}

test('from change to change, also where folders hide them, and back', async () => {
  await open();
  await s.press(']', 'tab', 'shift-x', 'g');
  expect(s.text()).not.toContain('passwd');
  const seen: (string | undefined)[] = [];
  for (let count = 0; count < 2; count++) {
    await s.press('n');
    seen.push(at());
  }
  // app/ came as a whole: it is one change.
  expect(seen).toEqual(['/etc/passwd', '/etc/passwd']);
  await s.waitFor('No change follows.');
  await s.press('shift-n');
  expect(at()).toBe('/app');
  await s.press(']', 'n', 'n');
  expect(at()).toBe('/var/cache');
});

test('what layers did to a path, how it was at each, and what is different', async () => {
  await open();
  await s.press(']', 'tab', '/');
  await s.type('passwd\r');
  await s.waitFor('· 1 found');
  await s.press('shift-g');
  await s.waitFor('of layer 2 · 2 layers had a hand in it');
  await s.press('shift-d');
  await s.waitFor('layer 1 → layer 2');
  expect(s.text()).toMatch(/- root:x:0:0 +│ \+ z/);
  await s.press('esc', 's');
  await s.waitFor('file-story(/etc/passwd)[2]');
  expect(s.text()).toMatch(/\+ layer 1 added +\d+B +-rw-r--r-- +0:0 .*ADD base\.tar/);
  expect(s.text()).toMatch(/~ layer 2 modified +1B .*COPY app/);
  await s.press('enter');
  await s.waitFor('한국어 ^[[31mred');
  await s.press('esc', 'down', 'shift-d');
  await s.waitFor('layer 1 → layer 2');
  await s.press('esc', 'up', 'shift-i');
  await s.waitFor('[1/3]');
  expect(at()).toBe('/etc/passwd');
});

test('all files, also removed ones: by size, by waste, and to their place in the tree', async () => {
  await open();
  await s.press('p');
  await s.waitFor('image-paths(shop/web:1)[6]');
  const rows = () => s.lines().filter((line) => /\/(bin|etc|app|var)\//.test(line));
  expect(rows()[0]).toMatch(/> 70kB +- +\+1 +\/bin\/sh/);
  expect(rows()[1]).toMatch(/30kB +30kB +\+1 -3 +\/var\/cache\/a\.deb/);
  expect(s.text()).toMatch(/3kB +3kB +\+2 =3 +\/app\/결제\.js/);
  await s.press('ctrl-o');
  await s.waitFor('most wasted first');
  expect(rows()[0]).toMatch(/\/var\/cache\/a\.deb/);
  const { lines } = s.dashboard.current().spoken!();
  expect(lines[0]).toBe('/var/cache/a.deb, 30kB, 30kB wasted, added: 1, removed: 3');
  await s.press('/');
  await s.type('\\.js$\r');
  await s.waitFor('[1/6]');
  await s.press('enter');
  await s.waitFor('file-story(/app/결제.js)[2]');
  await s.press('esc', 'esc', 'g', 'shift-i');
  await s.waitFor('[3/3]');
  expect(at()).toBe('/var/cache/a.deb');
});

test('the largest of each folder first', async () => {
  await open();
  await s.press('tab', 'ctrl-o');
  await s.waitFor('largest first');
  const names = s.lines().flatMap((line) => /([a-z]+)\/ *$/.exec(line)?.[1] ?? []);
  expect(names.filter((name) => ['bin', 'etc', 'var'].includes(name))).toEqual(['bin', 'var', 'etc']);
});

test('extracting asks before anything gives way, writes one layer or all, and leaves nothing half-done', async () => {
  await open();
  const into = join(world.home, 'out');
  mkdirSync(into);
  mkdirSync(join(into, 'app'));
  writeFileSync(join(into, 'app', 'own'), 'mine');
  await s.press(']', ']', 'tab', '/');
  await s.type('app\r');
  await s.press('g', 'e');
  await s.waitFor('Extract /app?');
  await typeInto(into);
  await s.press('tab', 'tab', 'tab', 'enter');
  await s.waitFor('Replace what is there?');
  expect(s.text()).toContain('all that is in it goes');
  await s.press('enter');
  expect(readFileSync(join(into, 'app', 'own'), 'utf8')).toBe('mine');
  await s.press('e');
  await typeInto(into);
  await s.press('tab', 'tab', 'tab', 'enter');
  await s.waitFor('Replace what is there?');
  await s.press('tab', 'enter');
  await s.waitFor('Extracted 2 files');
  expect(readdirSync(into)).toEqual(['app']);
  expect(readdirSync(join(into, 'app'))).toHaveLength(3);
  expect(existsSync(join(into, 'app', 'own'))).toBe(false);
  // What layer 3 alone has of it.
  await s.press('e');
  await typeInto(join(world.home, 'one'));
  await s.press('tab', 'right', 'tab', 'tab', 'enter');
  await s.waitFor('Extracted 1 files');
  expect(readdirSync(join(world.home, 'one'))).toEqual(['결제.js']);
});

test('where nothing can be written, that is said and nothing is left', async () => {
  await open();
  await s.press('tab', '/');
  await s.type('bin/sh\r');
  await s.press('shift-g', 'e');
  await typeInto('/dev/full/x');
  await s.press('enter');
  await s.waitFor('/dev/full/x: a file is in the way');
});

test('two images: a file that differs is laid beside the other one', async () => {
  s = await renderTest({ cols: 160, rows: 40, cluster: world.cluster, kind: 'pods' });
  await s.press(':');
  await s.type('images\r');
  await s.waitFor('shop/base:1');
  await s.press('g', 'space', 'space', 'shift-d');
  await s.waitFor('~ /etc/passwd');
  await s.press('/');
  await s.type('passwd\r');
  await s.press('shift-g', 'enter');
  await s.waitFor('shop/base:1 → shop/web:1');
  expect(s.text()).toMatch(/- root:x:0:0 +│ \+ z/);
});

test('a walk over everything at 40x10, without a colour', async () => {
  await open(120, 30, 'none');
  await s.resize(40, 10);
  const keys = ['down', ']', 'tab', 'n', 'ctrl-o', 'a', 'a', 'ctrl-b', 'ctrl-b', 'pagedown', 'pageup', 'shift-x'];
  for (const key of [...keys, 's', 'esc', 'p', 'ctrl-o', 'down', 'enter', 'esc', 'esc', 'shift-g']) {
    await s.press(key);
    expect(s.lines().filter((line) => textWidth(line) > 40)).toEqual([]);
    expect(s.stdout.terminal.buffer.active.baseY).toBe(0);
    expect(s.hasColour()).toBe(false);
    expect(s.text()).toMatch(/\S/);
  }
  expect(s.text()).toContain('[Files]');
});
