import { spawnSync } from 'node:child_process';
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
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { compareImages } from '../../../src/oci/layers/compare-images.ts';
import { extractFiles } from '../../../src/oci/layers/extract-files.ts';
import { contentOf, realPath } from '../../../src/oci/layers/find-file.ts';
import { archiveSource, type ImageSource } from '../../../src/oci/layers/image-source.ts';
import { readFiles } from '../../../src/oci/layers/read-files.ts';
import { readUnion } from '../../../src/oci/layers/read-union.ts';
import { imageConfig, type LayerSpec, ociLayout, sha, type TarFiles, tar } from '../archives.ts';

const root = mkdtempSync(join(tmpdir(), 'kctl-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const layer = async (files: TarFiles, links?: Record<string, string>): Promise<LayerSpec> => {
  const data = await tar(files, links);
  return { data, diffId: sha(data) };
};

let count = 0;
async function imageOf(...layers: LayerSpec[]): Promise<ImageSource> {
  const path = join(root, `${++count}.tar`);
  writeFileSync(path, await tar(ociLayout([{ config: imageConfig(layers), layers }])));
  return archiveSource(path);
}

let source: ImageSource;
let lower: LayerSpec;
beforeAll(async () => {
  lower = await layer(
    {
      'usr/': null,
      'usr/bin/': null,
      'usr/bin/busybox': 'old busybox',
      bin: '->usr/bin',
      etc: null,
      'etc/alternatives/awk': '->/usr/bin/../bin/busybox',
      'etc/loop': '->loop',
      'etc/out': '->../../../../etc/host',
      'etc/host': 'in the image',
      'srv/gone': 'x',
    },
    { 'usr/bin/sh': 'usr/bin/busybox' },
  );
  const upper = await layer({ 'usr/bin/busybox': 'new busybox', 'srv/.wh.gone': '', 'srv/한글 파일.txt': '안녕' });
  source = await imageOf(lower, upper);
});

async function contents(path: string): Promise<string> {
  const files = await readUnion(source);
  const { entry, layer: number } = contentOf(files, path);
  let found = '';
  await readFiles(source, new Map([[number, new Set([entry.path])]]), async (_path, content) => {
    found += await text(content);
  });
  return found;
}

describe('paths as a container sees them', () => {
  test.each([
    ['/usr/bin/busybox', 'new busybox'],
    // A hard link keeps the file that it was made to, also after another one took its name.
    ['usr/bin/sh', 'old busybox'],
    ['/bin/busybox', 'new busybox'],
    ['/etc/alternatives/awk', 'new busybox'],
    ['/etc/out', 'in the image'],
    ['/srv/한글 파일.txt', '안녕'],
  ])('%s', async (path, expected) => expect(await contents(path)).toBe(expected));

  test.each([
    ['/srv/gone', /no such file or directory in the image/],
    ['/etc/loop', /too many levels of symbolic links/],
    ['/usr/bin', /is a directory/],
    ['/nothing/here', /no such file/],
  ])('%s is refused', async (path, message) => expect(contents(path)).rejects.toThrow(message));

  test('one layer alone has its whiteouts as files', async () => {
    const files = await readUnion(source, 1);
    expect(files.names('srv')).toEqual(['.wh.gone', '한글 파일.txt']);
    expect(() => realPath(files, '/etc/host')).toThrow(/no such file/);
  });
});

describe('extracting', () => {
  test('a folder with links, times and names of its own', async () => {
    const files = await readUnion(source);
    const told = await extractFiles(source, files, { path: '/', into: 'all', cwd: root, layer: undefined });
    expect(told).toEqual({ path: join(root, 'all'), files: 4, leftOut: 0 });
    expect(readFileSync(join(root, 'all/usr/bin/sh'), 'utf8')).toBe('old busybox');
    expect(readlinkSync(join(root, 'all/etc/out'))).toBe('../../../../etc/host');
    expect(readdirSync(join(root, 'all/srv'))).toEqual(['한글 파일.txt']);
    expect(lstatSync(join(root, 'all/bin')).isSymbolicLink()).toBe(true);
  });

  test('what is there is not touched', async () => {
    const files = await readUnion(source);
    writeFileSync(join(root, 'host'), 'mine');
    const target = { path: '/etc/host', into: '', cwd: root, layer: undefined };
    await expect(extractFiles(source, files, target)).rejects.toThrow(/is there already$/);
    expect(readFileSync(join(root, 'host'), 'utf8')).toBe('mine');
  });

  test('a layer that would write through its own link writes nothing outside', async () => {
    const outside = join(root, 'outside');
    const evil = await imageOf(
      await layer({ 'app/': null, 'app/x': `->${outside}` }),
      await layer({ 'app/x/y': 'evil' }),
    );
    const target = { path: '/app', into: 'evil', cwd: root, layer: undefined };
    await extractFiles(evil, await readUnion(evil), target);
    expect(existsSync(outside)).toBe(false);
    expect(statSync(join(root, 'evil/x')).isDirectory()).toBe(true);
  });

  test('nothing is left of what failed', async () => {
    const files = await readUnion(source);
    const broken: ImageSource = {
      ...source,
      visit: (handle, wanted) =>
        source.visit(async (numbers, stored) => {
          if (numbers.includes(1)) throw new Error('the disk is gone');
          await handle(numbers, stored);
        }, wanted),
    };
    const target = { path: '/usr', into: 'partial', cwd: root, layer: undefined };
    await expect(extractFiles(broken, files, target)).rejects.toThrow('the disk is gone');
    expect(readdirSync(root).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('what a killed process has left goes with the next one, and what another one is writing stays', async () => {
    const files = await readUnion(source);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = [`.again.kctl-${pid}-0123abcd`, `.again.kctl-${pid}-0123abcd-before`];
    const alive = [`.again.kctl-${process.ppid}-0123abcd`, '.again.kctl-notes', `.other.kctl-${pid}-0123abcd`];
    for (const name of [...dead, ...alive]) mkdirSync(join(root, name));
    await extractFiles(source, files, { path: '/usr', into: 'again', cwd: root, layer: undefined });
    const left = readdirSync(root).filter((name) => /again|other/.test(name));
    expect(left.sort()).toEqual([...alive, 'again'].sort());
  });

  test('what is written is not there before it is whole, and is told by its own name', async () => {
    const files = await readUnion(source);
    const seen: string[][] = [];
    const tell = () => seen.push(readdirSync(root).filter((name) => name.includes('whole')));
    await extractFiles(source, files, { path: '/usr', into: 'whole', cwd: root, layer: undefined }, { tell });
    expect(seen.length).toBeGreaterThan(0);
    for (const names of seen) expect(names).toEqual([expect.stringMatching(/^\.whole\.kctl-\d+-[0-9a-f]{8}$/)]);
    expect(readdirSync(root).filter((name) => name.includes('whole'))).toEqual(['whole']);
  });
});

test('two images: layers, settings and files', async () => {
  const base = await layer({ 'etc/a': 'same', 'etc/b': 'before' });
  const path = async (config: object, layers: LayerSpec[]) => {
    const file = join(root, `${++count}.tar`);
    const whole = { ...JSON.parse(imageConfig(layers)), config };
    writeFileSync(file, await tar(ociLayout([{ config: JSON.stringify(whole), layers }])));
    const opened = await archiveSource(file);
    return { ...(await analyseImage(opened)), config: opened.config };
  };
  const top = await layer({ 'etc/b': 'after it', 'etc/c': 'new' });
  const before = await path({ Env: ['PATH=/bin', 'MODE=dev'], Cmd: ['a'] }, [base]);
  const after = await path({ Env: ['PATH=/bin', 'MODE=live=1'], User: 'app' }, [base, top]);
  const found = compareImages(before, after);
  expect(found.config).toEqual([
    { field: 'Cmd', before: '["a"]', after: undefined },
    { field: 'Env MODE', before: 'dev', after: 'live=1' },
    { field: 'User', before: undefined, after: 'app' },
  ]);
  expect(found.layers).toMatchObject({ before: [], pulledBytes: top.data.length });
  expect([found.layers.shared.length, found.layers.after.length]).toEqual([1, 1]);
  expect(found.files.map(({ path: file, before: was, after: is }) => [file, was?.size, is?.size])).toEqual([
    ['etc/b', 6, 8],
    ['etc/c', undefined, 3],
  ]);
});
