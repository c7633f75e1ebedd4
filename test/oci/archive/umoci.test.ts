import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { exportTree } from '../../../src/oci/archive/export-tree.ts';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import { imageConfig, ociLayout, sha, writeTree } from '../archives.ts';
import { oddLayers } from './odd-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-umoci-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
const isRoot = process.getuid?.() === 0;

/** All that a file system has of a tree; times of folders that no layer names are when they were made. */
function facts(root: string): string[] {
  const found: string[] = [];
  const names = new Map<number, string>();
  const walk = (path: string) => {
    for (const name of readdirSync(join(root, path)).sort()) {
      const own = path === '' ? name : `${path}/${name}`;
      const stat = lstatSync(join(root, own));
      const time = stat.mtimeMs > 1.7e12 && stat.mtimeMs < 4e12 ? 'now' : Math.floor(stat.mtimeMs / 1000);
      const link = stat.isSymbolicLink() ? readlinkSync(join(root, own)) : '';
      const content = stat.isFile() ? readFileSync(join(root, own), 'utf8') : '';
      const device = stat.isCharacterDevice() || stat.isBlockDevice() ? stat.rdev : '';
      const same = stat.isDirectory() ? own : (names.get(stat.ino) ?? own);
      names.set(stat.ino, same);
      found.push([own, stat.mode.toString(8), stat.uid, stat.gid, time, link, content, device, same].join(' | '));
      if (stat.isDirectory()) walk(own);
    }
  };
  walk('');
  return found;
}

const attributes = (root: string): string =>
  spawnSync('getfattr', ['-d', '-m', '-', '-e', 'hex', 'attributes'], { cwd: root, encoding: 'utf8' }).stdout ?? '';

test.skipIf(!has('umoci') || !isRoot)(
  'umoci unpacks odd layers to the tree that is exported',
  async () => {
    const layers = oddLayers().map((data) => ({ data, diffId: sha(data) }));
    writeTree(join(folder, 'layout'), ociLayout([{ config: imageConfig(layers), layers }], '1'));
    const store = openImageStore(join(folder, 'store'));
    const [loaded] = await loadArchive(store, join(folder, 'layout'), ['docker.io/library/odd:1']);
    mkdirSync(join(folder, 'tree'));
    writeFileSync(
      join(folder, 'tree.tar'),
      await buffer(exportTree(store, await readImage(store, loaded!.record.target))),
    );
    store.close();
    const given = [
      '--xattrs',
      '--xattrs-include=*',
      '--numeric-owner',
      '-xpf',
      `${folder}/tree.tar`,
      '-C',
      `${folder}/tree`,
    ];
    execFileSync('tar', given, { stdio: 'pipe' });
    execFileSync('umoci', ['unpack', '--image', `${folder}/layout:1`, `${folder}/bundle`], { stdio: 'pipe' });
    const found = facts(join(folder, 'tree'));
    expect(found).toEqual(facts(join(folder, 'bundle', 'rootfs')));
    expect(found.length).toBeGreaterThan(50);
    expect(found).toContain('etc/passwd | 104755 | 1000 | 1001 | 1234567890 |  | root |  | etc/passwd');
    expect(attributes(join(folder, 'tree'))).toBe(attributes(join(folder, 'bundle', 'rootfs')));
    if (has('getfattr')) expect(attributes(join(folder, 'tree'))).toContain('user.bytes=0xfffe000a3d');
  },
  30_000,
);
