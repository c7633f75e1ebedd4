import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import type { RootAbility } from '../../../src/oci/rootfs/types.ts';
import { UnpackedLayers } from '../../../src/oci/rootfs/unpacked-layers.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { baseFiles, busybox, type Files, putLayer } from './images.ts';

const isRoot = process.geteuid?.() === 0;
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

let folder: string;
let store: ImageStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-unpack-'));
  store = openImageStore(join(folder, 'images'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function unpack(layers: readonly Files[], mount: RootAbility['mount']) {
  const ability = await hostAbility(join(store.path, 'live'), { mount });
  await using lease = store.lease('test');
  const refs = [];
  for (const files of layers) refs.push(await putLayer(lease, files));
  return await new UnpackedLayers(store, ability).provide(refs, lease);
}

const live = (): string[] => readdirSync(join(store.path, 'live'));

const skip = isRoot ? undefined : 'only root mounts overlays and gives files to others';

/** All that a tree holds, told by a program of the system. */
const listing = (root: string): string =>
  execFileSync('find', ['.', '-printf', '%P %y %m %U:%G %l %s %T@\n'], {
    cwd: root,
    encoding: 'utf8',
    env: { LC_ALL: 'C' },
  })
    .split('\n')
    .map((line) => line.replace(/( d \d+ \d+:\d+ {2})\d+ /, '$1'))
    .sort()
    .join('\n');

describe.skipIf(skip)('unpacked layers', () => {
  test('keep owners, permissions, times, links, devices and attributes, byte for byte', async () => {
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    const { folders } = await unpack(
      [
        {
          bin: null,
          'bin/ping': {
            content: 'ping',
            mode: 0o4755,
            uid: 300_000,
            gid: 70,
            attributes: new Map([
              ['security.capability', capability],
              ['user.odd', Buffer.from([0, 255, 128])],
            ]),
          },
          'bin/also': '=>bin/ping',
          'bin/secret': { content: 'x', mode: 0 },
          'dev/null': { kind: 'device', device: { isBlock: false, major: 1, minor: 3 }, mode: 0o666 },
          'run/pipe': { kind: 'fifo', mode: 0o600 },
          link: '->/etc/passwd',
          [`long/${'n'.repeat(200)}/ü`]: 'deep',
        },
      ],
      'overlay',
    );
    const root = folders[0]!;
    const ping = statSync(join(root, 'bin/ping'));
    expect([ping.mode & 0o7777, ping.uid, ping.gid, ping.nlink, ping.mtimeMs]).toEqual([
      0o4755, 300_000, 70, 2, 1_600_000_000_000,
    ]);
    expect(statSync(join(root, 'bin/secret')).mode & 0o7777).toBe(0);
    expect(statSync(join(root, 'dev/null')).rdev).toBe(259);
    expect(statSync(join(root, 'run/pipe')).isFIFO()).toBe(true);
    expect(readlinkSync(join(root, 'link'))).toBe('/etc/passwd');
    expect(readFileSync(join(root, `long/${'n'.repeat(200)}/ü`), 'utf8')).toBe('deep');
    const tar = execFileSync('tar', ['-c', '--format=posix', '--xattrs', '--xattrs-include=*', '-C', root, 'bin/ping']);
    expect(tar.includes(Buffer.concat([Buffer.from('SCHILY.xattr.security.capability='), capability]))).toBe(true);
    expect(tar.includes(Buffer.from('SCHILY.xattr.user.odd=\0\xff\x80\n', 'latin1'))).toBe(true);
  });

  test('folders that a layer does not name look as they do below', async () => {
    const { folders } = await unpack(
      [{ tmp: { kind: 'directory', mode: 0o1777, uid: 5 } }, { 'tmp/x': 'x' }],
      'overlay',
    );
    const tmp = statSync(join(folders[1]!, 'tmp'));
    expect([tmp.mode & 0o7777, tmp.uid, tmp.mtimeMs]).toEqual([0o1777, 5, 1_600_000_000_000]);
  });

  test('attributes that mean something to the file system are not taken from layers', async () => {
    const { folders } = await unpack(
      [
        {
          a: {
            kind: 'directory',
            attributes: new Map([
              ['trusted.overlay.redirect', Buffer.from('/etc')],
              ['trusted.overlay.opaque', Buffer.from('y')],
            ]),
          },
        },
      ],
      'overlay',
    );
    const tar = execFileSync('tar', ['-c', '--format=posix', '--xattrs', '--xattrs-include=*', '-C', folders[0]!, 'a']);
    expect(tar.includes(Buffer.from('trusted.overlay'))).toBe(false);
  });

  test('are shared: the second time nothing is unpacked, and other images use them', async () => {
    const base: Files = { a: 'a' };
    const first = await unpack([base, { b: 'b' }], 'overlay');
    const inode = statSync(join(first.folders[0]!, 'a')).ino;
    const second = await unpack([base, { c: 'c' }], 'overlay');
    expect(second.folders[0]).toBe(first.folders[0]);
    expect(statSync(join(second.folders[0]!, 'a')).ino).toBe(inode);
    expect(second.folders[1]).not.toBe(first.folders[1]);
  });

  test('go when their blobs go', async () => {
    const { folders } = await unpack([{ a: 'a' }], 'overlay');
    mkdirSync(join(store.path, 'live', 'dead.r1'));
    await store.collect();
    expect(existsSync(folders[0]!)).toBe(false);
    expect(live()).toEqual([]);
  });

  test.skipIf(!has('umoci'))('are the tree that umoci unpacks', async () => {
    const layers: Files[] = [
      {
        etc: null,
        'etc/a': 'a',
        'etc/b': { content: 'b', uid: 7, gid: 8, mode: 0o640 },
        d: null,
        'd/x': 'x',
        'd/y': { kind: 'directory', mode: 0o700 },
        'd/y/z': 'z',
        f: 'file',
        l: '->etc/a',
        h: '=>etc/a',
      },
      {
        'd/': null,
        'd/.wh.x': '',
        'etc/.wh..wh..opq': '',
        'etc/c': 'c',
        f: null,
        'f/now': 'folder',
        below: '=>h',
        'd/y': 'file now',
      },
      { '.wh.l': '', o: { kind: 'directory', uid: 3 }, 'etc/a': 'again' },
    ].map(
      (files) =>
        Object.fromEntries(Object.entries(files).map(([path, spec]) => [path.replace(/\/$/, ''), spec])) as Files,
    );
    const { folders } = await unpack(layers, 'copy');
    execFileSync('umoci', ['init', '--layout', join(folder, 'layout')]);
    execFileSync('umoci', ['new', '--image', `${join(folder, 'layout')}:x`]);
    const { tarOf } = await import('./images.ts');
    for (const [index, files] of layers.entries()) {
      const file = join(folder, `${index}.tar`);
      writeFileSync(file, await tarOf(files));
      execFileSync('umoci', ['raw', 'add-layer', '--image', `${join(folder, 'layout')}:x`, file]);
    }
    execFileSync('umoci', ['unpack', '--image', `${join(folder, 'layout')}:x`, join(folder, 'bundle')], {
      stdio: 'ignore',
    });
    const theirs = listing(join(folder, 'bundle', 'rootfs'))
      .split('\n')
      .slice(1);
    const ours = listing(folders[0]!).split('\n').slice(1);
    // A folder in which a whiteout did something has another time there.
    const timeless = (lines: string[]) =>
      lines.map((line) => (/ d \d/.test(line) ? line.replace(/ [\d.]+$/, '') : line));
    expect(timeless(ours)).toEqual(timeless(theirs));
    expect(lstatSync(join(folders[0]!, 'below')).nlink).toBe(2);
  });
});

describe('hostile layers', () => {
  const hostile: Record<string, { layers: Files[]; says: RegExp }> = {
    'a link that leads out, and a file through it': {
      layers: [{ a: '->/etc', 'a/passwd': 'x' }],
      says: /goes through "a", which is no folder/,
    },
    'the link after the file': { layers: [{ 'a/passwd': 'x', a: '->/etc' }], says: /"a" is there twice/ },
    'a hard link to the host': {
      layers: [{ a: '=>etc/passwd' }],
      says: /is a hard link to "etc\/passwd", which is no file of the image/,
    },
    'a whiteout of the folder above': { layers: [{ a: null, 'a/.wh...': '' }], says: /hides what is no name/ },
    'a path that climbs': { layers: [{ '../x': 'x' }], says: /leads out of the image/ },
    'an absolute path': { layers: [{ '/x': 'x' }], says: /leads out of the image/ },
    'a file twice': { layers: [{ a: 'a', './a': 'b' }], says: /"a" is there twice/ },
    'a file in a file': { layers: [{ a: 'a', 'a/b': 'b' }], says: /goes through "a"/ },
  };
  const able = async () => (await hostAbility(join(store.path, 'live'))).public.runtime !== undefined;
  for (const [name, { layers, says }] of Object.entries(hostile)) {
    test(`${name} is refused, and nothing is left`, async ({ skip }) => {
      if (!(await able())) skip('nothing can be unpacked here');
      await expect(unpack(layers, 'copy')).rejects.toThrow(says);
      expect(live()).toEqual([]);
      expect(existsSync(join(store.path, 'unpacked'))).toBe(false);
    });
  }

  test('a link of a lower layer is replaced by a folder, not gone through', async ({ skip }) => {
    if (!(await able())) skip('nothing can be unpacked here');
    const outside = mkdtempSync(join(folder, 'outside-'));
    const { folders } = await unpack([{ a: `->${outside}` }, { 'a/b': 'b' }], 'copy');
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(folders[0]!, 'a/b'), 'utf8')).toBe('b');
  });

  test('content that is not what the image says is refused', async ({ skip }) => {
    if (!(await able())) skip('nothing can be unpacked here');
    const roots = await openRootFilesystems(store);
    await using lease = store.lease('test');
    const { digest } = await putLayer(lease, { a: 'a' });
    await expect(roots.open([{ digest, diffId: `sha256:${'0'.repeat(64)}` }])).rejects.toThrow(
      /does not have the content that the image says/,
    );
    expect(live()).toEqual([]);
  });
});

test('processes that are killed leave nothing half: what is unpacked is whole, the store verifies, the rest is collected', async ({
  skip,
}) => {
  const ability = await hostAbility(join(store.path, 'live'));
  if (busybox === undefined || ability.public.runtime === undefined) skip('nothing can run here');
  const lease = store.lease('test');
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`many/${index}`, `${index}`.repeat(2000)]),
  );
  const layers = [await putLayer(lease, baseFiles()), await putLayer(lease, many)];
  for (const delay of [30, 150, 400]) {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'unpack-process.ts'), store.path, JSON.stringify(layers)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
      },
    );
    await once(child.stdout!, 'data');
    await setTimeout(delay);
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  for (const form of existsSync(join(store.path, 'unpacked')) ? readdirSync(join(store.path, 'unpacked')) : []) {
    for (const chain of readdirSync(join(store.path, 'unpacked', form))) {
      const place = join(store.path, 'unpacked', form, chain);
      const { entries } = JSON.parse(readFileSync(join(place, 'list.json'), 'utf8')) as {
        entries: [string, string, number][];
      };
      for (const [path, kind, size] of entries)
        if (kind === 'file') expect(statSync(join(place, 'root', path)).size).toBe(size);
    }
  }
  expect((await store.verify()).problems).toEqual([]);
  lease.release();
  store.close();
  // Sixteen minutes later the leases of the dead have ended.
  store = openImageStore(join(folder, 'images'), { now: () => Date.now() + 16 * 60_000 });
  await store.collect();
  expect(live()).toEqual([]);
  expect(readdirSync(join(store.path, 'blobs', 'sha256'))).toEqual([]);
  expect(spawnSync('grep', ['-l', store.path, '/proc/self/mountinfo']).status).not.toBe(0);
}, 30_000);
