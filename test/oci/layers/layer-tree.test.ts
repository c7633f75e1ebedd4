import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LayerUnion } from '../../../src/oci/layer-union.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { ImageExplorer } from '../../../src/oci/layers/explore-image.ts';
import { archiveSource, type ImageSource } from '../../../src/oci/layers/image-source.ts';
import { atOnce, inSlices } from '../../../src/oci/layers/in-slices.ts';
import { LayerTree, pathOf, seenAt, type TreeChange, type TreeFile } from '../../../src/oci/layers/layer-tree.ts';
import { TreeLook } from '../../../src/oci/layers/tree-look.ts';
import type { LayerEntry } from '../../../src/oci/read-layer.ts';
import { wastefulImage } from './wasteful-image.ts';

let folder: string;
let source: ImageSource;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kctl-explore-'));
  writeFileSync(join(folder, 'web.tar'), await wastefulImage());
  source = await archiveSource(join(folder, 'web.tar'));
});
afterAll(() => rm(folder, { recursive: true }));

function* walk(file: TreeFile): Generator<TreeFile> {
  if (file.parent) yield file;
  for (const child of file.children?.values() ?? []) yield* walk(child);
}

/** A sequence that is the same each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** Layers of a few names, so that they often meet; folders are sometimes named and sometimes not. */
function randomLayer(next: () => number): LayerEntry[] {
  const names = ['a', 'b', 'c'];
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const entries = new Map<string, LayerEntry>();
  for (let count = Math.floor(next() * 6); count > 0; count--) {
    const parts = Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(names));
    const what = next();
    if (what < 0.15) parts.push('.wh..wh..opq');
    else if (what < 0.35) parts[parts.length - 1] = `.wh.${parts.at(-1)}`;
    const path = parts.join('/');
    const kind = what > 0.35 && what < 0.55 ? 'directory' : 'file';
    const size = kind === 'file' && what >= 0.35 ? 1 + Math.floor(next() * 2) : 0;
    const common = { uid: 0, gid: 0, mtime: 0, link: '', hash: String(size) };
    entries.set(path, { path, kind, size, mode: next() < 0.2 ? 0o700 : 0o755, ...common });
  }
  // No layer has something in what it says to be a file.
  const files = new Set(
    [...entries.values()].filter(({ kind, path }) => kind === 'file' && !path.includes('.wh.')).map(({ path }) => path),
  );
  return [...entries.values()].filter(({ path }) => {
    const parts = path.split('/');
    return !parts.some((_, at) => at > 0 && files.has(parts.slice(0, at).join('/')));
  });
}

test('what each layer does and what is seen in the end is what a union of them says', () => {
  let compared = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const next = random(seed);
    const layers = Array.from({ length: 4 }, () => randomLayer(next));
    const tree = new LayerTree();
    const union = new LayerUnion();
    for (const [number, entries] of layers.entries()) {
      atOnce(tree.add(number, entries));
      const changes = union.add(entries);
      const found: Record<TreeChange, string[]> = { added: [], modified: [], same: [], removed: [], unmodified: [] };
      for (const file of walk(tree.root)) {
        const seen = seenAt(file, number, number - 1);
        // A folder that no layer names is nothing to a union's lists.
        if (seen?.entry) found[seen.change].push(pathOf(file));
        const there = seen && seen.change !== 'removed';
        const path = pathOf(file);
        expect(union.has(path), `seed ${seed}, layer ${number}: ${path}`).toBe(Boolean(there));
        if (there) expect(union.at(path)?.entry, `seed ${seed}: ${path}`).toEqual(seen.entry);
      }
      const sorted = (list: readonly string[]) => [...new Set(list)].sort();
      expect(sorted(found.removed), `seed ${seed}, layer ${number}`).toEqual(
        // A folder that is removed and used again without a name of its own is still there.
        sorted(changes.removed.filter((path) => !union.has(path))),
      );
      expect(sorted(found.same), `seed ${seed}, layer ${number}`).toEqual(sorted(changes.same));
      compared += found.added.length + found.modified.length + found.removed.length;
    }
  }
  expect(compared).toBeGreaterThan(2000);
});

test('a folder that holds nothing but what was there is not changed; what a layer writes again is told apart', async () => {
  const explorer = new ImageExplorer(source);
  const heard: number[] = [];
  await explorer.read([0, 1, 2, 3, 4], ({ doneBytes }) => heard.push(doneBytes), new AbortController().signal);
  expect(explorer.isWhole).toBe(true);
  expect(heard.at(-1)).toBeGreaterThan(200_000);
  const at = (path: string, layer: number, base: number) =>
    new TreeLook(explorer.tree.root, layer, base).see(explorer.tree.find(path)!)?.change;
  expect(at('app/data', 1, 0)).toBe('added');
  expect(at('app/data', 2, 1)).toBe('same');
  expect(at('app/data', 3, 2)).toBe('removed');
  // From the lowest layer on it was never there.
  expect(at('app/data', 3, 0)).toBeUndefined();
  expect(at('etc', 1, 0)).toBe('modified');
  expect(at('etc', 2, 1)).toBe('unmodified');
  expect(at('etc/passwd', 4, 3)).toBe('same');
  expect(at('etc/passwd', 4, 0)).toBe('modified');
  expect(at('lib/old/one', 4, 3)).toBe('removed');
  expect(at('lib/old/two', 4, 3)).toBe('added');
  const look = new TreeLook(explorer.tree.root, 4, 3);
  expect(look.counts).toEqual({ added: 1, modified: 0, same: 1, removed: 1, unmodified: 3 });
  expect(look.sums(explorer.tree.find('app')!)).toEqual({ size: 30_000, isChanged: false });
});

test('rows: folders fold, what has not changed can be left out, names are searched with what leads to them', async () => {
  const explorer = new ImageExplorer(source);
  await explorer.read([0, 1, 2, 3, 4], () => {}, new AbortController().signal);
  const look = new TreeLook(explorer.tree.root, 4, 3);
  const paths = (choice: Partial<Parameters<TreeLook['rows']>[0]>) =>
    look
      .rows({ hidden: new Set(), folds: new Map(), isFolded: () => false, ...choice })
      .rows.map(({ file }) => pathOf(file));
  expect(paths({ isFolded: () => true })).toEqual(['app', 'bin', 'empty', 'etc', 'lib', 'var']);
  expect(paths({ hidden: new Set<TreeChange>(['unmodified']) })).toEqual([
    'etc',
    'etc/passwd',
    'lib',
    'lib/old',
    'lib/old/one',
    'lib/old/two',
  ]);
  expect(paths({ matches: (path) => /\/bin\/a/.test(path) })).toEqual(['bin', 'bin/ash']);
  expect(paths({ folds: new Map([[explorer.tree.find('lib')!, true]]) })).not.toContain('lib/old');
});

test('figures are those of the analysis', async () => {
  const explorer = new ImageExplorer(source);
  const { signal } = new AbortController();
  await explorer.read([0, 1, 2, 3, 4], () => {}, signal);
  const { efficiency, waste } = await explorer.summary(signal);
  const all = await analyseImage(source);
  expect(efficiency).toEqual(all.efficiency);
  expect(waste).toEqual(all.waste);
  expect(efficiency.wastedBytes).toBeGreaterThan(0);
});

test('a layer is seen by itself where those below it are not read, and in place when they are', async () => {
  const explorer = new ImageExplorer(source);
  const { signal } = new AbortController();
  await explorer.read([3], () => {}, signal);
  expect(explorer.has(3)).toBe(true);
  expect(explorer.isGrounded(3)).toBe(false);
  const seen = (path: string) => new TreeLook(explorer.tree.root, 3, 2).see(explorer.tree.find(path)!)?.change;
  expect(seen('app/data')).toBe('removed');
  expect(seen('var/cache/apt')).toBe('removed');
  await explorer.read([0, 1, 2], () => {}, signal);
  expect(explorer.isGrounded(3)).toBe(true);
  expect(seen('var/cache/apt/a.deb')).toBe('removed');
  expect(seen('app/main.js')).toBe('unmodified');
});

test('content is read up to a bound, and extracting writes a file as it is at a layer', async () => {
  const explorer = new ImageExplorer(source);
  const { signal } = new AbortController();
  await explorer.read([0, 1, 2, 3, 4], () => {}, signal);
  const whole = await explorer.content(0, 'etc/passwd', 2000, signal);
  expect([whole.bytes.toString(), whole.isCut]).toEqual(['p'.repeat(1200), false]);
  const start = await explorer.content(0, 'bin/sh', 1000, signal);
  expect([start.bytes.length, start.isCut]).toEqual([1000, true]);
  await expect(explorer.content(0, 'nope', 10, signal)).rejects.toThrow('no such file');
  const told = await explorer.extract(2, 'app', { into: 'out', cwd: folder }, { signal });
  expect(told).toEqual({ path: join(folder, 'out'), files: 2, leftOut: 0 });
  // Stopped in the middle, it leaves nothing.
  const before = readdirSync(folder).sort();
  for (const [layer, path] of [
    [4, ''],
    [2, 'app'],
  ] as const) {
    const stopping = new AbortController();
    const care = { signal: stopping.signal, tell: () => stopping.abort(new Error('stopped')) };
    await expect(explorer.extract(layer, path, { into: 'half', cwd: folder }, care)).rejects.toThrow();
    expect(readdirSync(folder).sort()).toEqual(before);
  }
});

test('work in slices lets other things in between, and ends when it is called off', async () => {
  function* work() {
    // By steps, not by the clock: on a busy machine one step may take all of the time.
    for (let step = 0; step < 4000; step++) {
      const end = performance.now() + 0.05;
      while (performance.now() < end);
      yield;
    }
    return 'done';
  }
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  expect(await inSlices(work())).toBe('done');
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(new Error('called off')), 5);
  await expect(inSlices(work(), stopping.signal)).rejects.toThrow('called off');
});

test('a path that is nested without end is refused', () => {
  const path = Array.from({ length: 5000 }, () => 'a').join('/');
  const entry: LayerEntry = { path, kind: 'file', size: 0, mode: 0, uid: 0, gid: 0, mtime: 0, link: '', hash: '' };
  expect(() => atOnce(new LayerTree().add(0, [entry]))).toThrow('folders deep');
});
