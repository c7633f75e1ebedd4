import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { addressOfView } from '../../../src/tui/commands/open-address.ts';
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

async function open(cols = 120, rows = 40, depth: '256' | 'none' = '256'): Promise<void> {
  s = await renderTest({ cols, rows, cluster: world.cluster, depth, kind: 'pods' });
  await s.waitFor('web');
  await s.press('shift-i');
  await s.waitFor('ADD base.tar');
}

/** Until the files of all layers are read. */
const read = () => s.waitFor('Waste by instruction');

describe('layers and files', () => {
  test('side by side: sizes, waste, who shares them, and what a layer does', async () => {
    await open();
    await read();
    await s.press('down', 'down');
    await s.waitFor('Layer 3 against those below it: =1 -1');
    const text = s.text();
    expect(text).toMatch(/> 3 +\d\S+kB +33kB +- +RUN rm -rf/);
    // shop/base:1 has the lowest layer, too.
    expect(text).toMatch(/ 1 +\d\S+kB +0B +\+1 +ADD base\.tar/);
    expect(text).toContain('layer 3 hides of layer 1');
    expect(text).toMatch(/- +▾? ?└─ +▾? ?cache|cache\//);
    expect(text).toMatch(/-rw-r--r-- 0:0 +30kB - .*a\.deb/);
    expect(text).toMatch(/3kB = .*결제\.js/);
    expect(text).toMatch(/efficiency: \d+\.\d %, fails the rules/);
  });

  test('an image without a name is shown by as much of its digest as people compare', async () => {
    const store = openImageStore(join(world.home, 'images'));
    expect(store.images.untag('docker.io/shop/base:1')).toBe(true);
    store.close();
    await open();
    await read();
    expect(s.text()).toMatch(/shared with: [0-9a-f]{12} /);
  });

  test('names in layers do nothing to the terminal, and all lines fit every screen', async () => {
    for (const [cols, rows] of [
      [80, 24],
      [120, 40],
      [200, 50],
    ] as const) {
      await open(cols, rows, 'none');
      await s.waitFor(/efficiency/);
      for (const pane of ['layers', 'files']) {
        if (pane === 'files') await s.press(']', 'tab');
        await s.settle();
        expect(s.lines().every((line) => textWidth(line) <= cols)).toBe(true);
        expect(s.stdout.terminal.buffer.active.baseY).toBe(0);
        expect(s.hasColour()).toBe(false);
      }
      expect(s.text()).toContain('a^[[41;5mR^[]0;pwned\\x07\\u202egnp');
      if (cols === 80) expect(s.text()).toContain('[Files]');
      s.close();
    }
    await open();
  });

  test('toggles, filters, folds and attributes say what is left out', async () => {
    await open();
    await read();
    await s.press(']', 'tab');
    await s.waitFor('Layer 2 against those below it: +3 ~1');
    expect(s.text()).toContain('bin/');
    await s.press('ctrl-u');
    await s.waitFor('(without unmodified)');
    expect(s.text()).not.toContain('bin/');
    await s.press('a');
    await s.waitFor('(without added');
    expect(s.text()).not.toContain('결제.js');
    expect(s.text()).toContain('passwd');
    await s.press('a', 'ctrl-u', 'ctrl-u', 'u');
    expect(s.text()).toContain('결제.js');
    expect(s.text()).toMatch(/0:0 +3kB/);
    await s.press('ctrl-b');
    expect(s.text()).not.toMatch(/0:0 +3kB/);
    await s.press('ctrl-f');
    await s.type('\\.js$\r');
    await s.waitFor(String.raw`[2/3] \.js$`);
    expect(s.text()).toContain('결제.js');
    expect(s.text()).not.toContain('passwd');
    await s.press('esc');
    await s.press('ctrl-a');
    await s.waitFor('All up to layer 2 against the lowest');
    await s.press('ctrl-l', 'shift-x');
    expect(s.text()).toContain('▸ app/');
    await s.press('g', 'space');
    expect(s.text()).toContain('▾ app/');
  });

  test('enter shows text escaped and the rest byte by byte; what was removed is read where it was', async () => {
    await open();
    await read();
    await s.press('tab', '/');
    await s.type('passwd\r');
    await s.press('g', 'down', 'enter');
    await s.waitFor('한국어 ^[[31mred');
    await s.press('esc', 'esc', '/');
    await s.type('bin/sh\r');
    await s.press('g', 'down', 'enter');
    await s.waitFor('00000000  00 00 00');
    expect(s.text()).toContain('the first 65.5kB of 70kB');
    await s.press('esc', 'esc', ']', ']', '/');
    await s.type('deb\r');
    await s.waitFor('a.deb');
    await s.press('shift-g', 'enter');
    await s.waitFor('aaaaaaaa');
  });

  test('extract asks where and writes a file; a removed one is refused; c copies the path', async () => {
    await open();
    await read();
    await s.press('tab', '/');
    await s.type('passwd\r');
    await s.press('g', 'down', 'c');
    await s.waitFor('Copied /etc/passwd');
    await s.press('ctrl-e');
    await s.waitFor('Extract /etc/passwd?');
    const to = join(world.home, 'out');
    for (let count = 0; count < 10; count++) await s.press('backspace');
    await s.type(`${to}\r`);
    await s.waitFor('Extracted 1 files');
    expect(readFileSync(to, 'utf8')).toBe('root:x:0:0\n한국어 \u001b[31mred\n');
    await s.press('esc', ']', ']', '/');
    await s.type('deb\r');
    await s.press('shift-g', 'ctrl-e');
    await s.waitFor('the layer removes it');
    expect(existsSync('a.deb')).toBe(false);
  });

  test('read out: layers and files in words; an address opens it again', async () => {
    await open();
    await read();
    const page = s.dashboard.current();
    expect(page.spoken!().lines[0]).toMatch(/^Layer 1, \d\S+kB, shared with 1 images, ADD base\.tar \/$/);
    await s.press(']', 'tab');
    const { lines, at } = page.spoken!();
    expect(lines[at]).toMatch(/^modified folder \/app|^added folder \/app/);
    expect(lines.join('\n')).toContain('added file /app/결제.js, 3kB, -rw-r--r-- 0:0');
    const address = addressOfView(page, 'kind-dev')!;
    expect(address).toBe('kctl://kind-dev/shop/pods/web?view=images&of=shop%2Fweb%3A1');
    await s.press(':');
    await s.type(`${address}\r`);
    await s.waitFor('ADD base.tar');
    expect(s.dashboard.current()).not.toBe(page);
  });
});

describe('an image of a registry', () => {
  test('its layers are listed at once; files are brought when asked, and stay in the store under a lease', async () => {
    const host = await world.registry();
    await open();
    expect(s.text()).toContain('of its registry');
    await s.waitFor('The files of this layer are not on this machine');
    const store = openImageStore(join(world.home, 'images'));
    const digest = /sha256:[0-9a-f]{10}/.exec(s.text())![0];
    expect(digest).toContain('sha256:');
    await s.press('enter');
    await s.waitFor('Read files?');
    expect(s.text()).toMatch(/this layer \(\d/);
    await s.press('shift-tab', 'right', 'right', 'tab', 'tab', 'enter');
    await read();
    await s.press('tab');
    await s.waitFor('bin/');
    expect((await store.collect()).blobs).toEqual([]);
    expect(s.text()).toContain(`${host}/shop/web:1`);
    await s.press('esc');
    expect((await store.collect()).blobs.length).toBe(3);
    store.close();
  });

  test('where it does not answer, that is said', async () => {
    await world.registry();
    const pod = world.cluster.objects.get('pods shop/web')!;
    pod.spec!.containers[0].image = '127.0.0.1:1/shop/web:1';
    s = await renderTest({ cols: 120, rows: 40, cluster: world.cluster, kind: 'pods' });
    await s.waitFor('web');
    await s.press('shift-i');
    await s.waitFor(/127\.0\.0\.1:1/);
    await s.waitFor('x ');
  });
});

describe('images of this machine', () => {
  test(':images lists them with layers, what they share, and the verdict once they were looked into', async () => {
    world.cluster.commands.length = 0;
    s = await renderTest({ cols: 160, rows: 40, cluster: world.cluster, kind: 'pods' });
    await s.press(':');
    await s.type('images\r');
    await s.waitFor('shop/base:1');
    expect(s.text()).toMatch(/shop\/base:1 +\d\S+kB +0B +1 +1 +(?:\S+% \w+ +)?0 +yes/);
    await s.press('/');
    await s.type('web\r');
    await s.press('enter');
    await read();
    await s.press('esc', 'ctrl-r');
    await s.waitFor(/shop\/web:1 .*\d\d\.\d% fail/);
    await s.press('esc', 'g', 'space', 'space', 'shift-d');
    await s.waitFor(/Layers +1 shared, 0 gone, 2 new/);
    expect(s.text()).toMatch(/\+ \/app\/결제\.js +3kB/);
    expect(s.text()).toMatch(/- \/var\/cache\/a\.deb/);
    expect(s.text()).toMatch(/~ \/etc\/passwd/);
    expect(s.text()).toMatch(/kB to pull where the first one is/);
    await s.press('esc', ':');
    await s.type('layers\r');
    await s.waitFor('shared with 2 images');
    expect(s.text()).toMatch(/image shop\/base:1 +on this machine/);
    await s.press('tab');
    await s.waitFor('by node');
  });
});
