import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedClock } from '../../../../src/emulator/clocks.ts';
import { bytesIn, volumeFiles } from '../../../../src/emulator/kubelet/exec/container/volume-files.ts';
import { VolumeStore } from '../../../../src/emulator/kubelet/exec/container/volumes.ts';
import { Budget } from '../../../../src/emulator/kubelet/exec/fs/mounts.ts';
import { contentOf, directory, file, link } from '../../../../src/emulator/kubelet/exec/fs/nodes.ts';

let folder: string;
const reports: unknown[] = [];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'volumes-')), 'volumes');
  reports.length = 0;
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const files = () => volumeFiles(folder, (error) => reports.push(error));
const make = () => ({ root: directory(0, 0o777), budget: new Budget(1_000_000) });

function tree() {
  const root = directory(1000, 0o2777, 0, 5);
  const inner = directory(2000, 0o700, 3, 4);
  inner.entries.set('data', file(Buffer.from([0, 255, 10]), 3000, 0o640, 1, 2));
  root.entries.set('inner', inner);
  root.entries.set('way', link('inner/data', 4000));
  root.entries.set('empty', directory(5000));
  return root;
}

test('a tree comes back as it was, and only its owner can read it', () => {
  files().save('a-1', tree());
  const root = files().load('a-1')!;
  expect(root).toMatchObject({ mode: 0o2777, gid: 5, mtime: 1000 });
  const inner = root.entries.get('inner')!;
  expect(inner).toMatchObject({ type: 'directory', mode: 0o700, uid: 3, gid: 4 });
  const data = inner.type === 'directory' ? inner.entries.get('data') : undefined;
  expect(data).toMatchObject({ type: 'file', mode: 0o640, uid: 1, gid: 2, mtime: 3000 });
  expect(data?.type === 'file' && [...contentOf(data)]).toEqual([0, 255, 10]);
  expect(root.entries.get('way')).toMatchObject({ type: 'link', target: 'inner/data' });
  expect(root.entries.get('empty')).toMatchObject({ type: 'directory' });
  expect(bytesIn(root)).toBe(bytesIn(tree()));
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(files().load('b')).toBeUndefined();
  expect(reports).toEqual([]);
});

test('names that lead elsewhere are not followed, and what cannot be read is told', () => {
  files().save('../../evil', tree());
  files().save('good', tree());
  expect(readdirSync(folder)).toHaveLength(1);
  writeFileSync(join(folder, readdirSync(folder)[0]!), 'nonsense');
  expect(files().load('good')).toBeUndefined();
  expect(reports).toHaveLength(1);
});

test('claims are written down soon after a change and when all ends; others are not', () => {
  const clock = new SimulatedClock(0);
  const store = new VolumeStore({ files: files(), clock });
  const claim = store.get('volume u1', make);
  const empty = store.get('pod p1 tmp', make);
  const put = (at: typeof claim, name: string) => {
    at.root.entries.set(name, file(name, 0));
    at.budget.take(10, name);
  };
  put(claim, 'one');
  put(empty, 'one');
  expect(files().keys()).toEqual([]);
  clock.advanceTo(5000);
  expect(files().keys()).toEqual(['u1']);
  put(claim, 'two');
  store.save();
  expect([...files().load('u1')!.entries.keys()]).toEqual(['one', 'two']);

  const later = new VolumeStore({ files: files(), clock });
  expect([...later.get('volume u1', make).root.entries.keys()]).toEqual(['one', 'two']);
  expect(later.get('pod p1 tmp', make).root.entries.size).toBe(0);
  later.dropVolume('u1');
  expect(files().keys()).toEqual([]);
  files().save('u2', tree());
  files().save('u3', tree());
  later.dropAllBut(new Set(['u3']));
  expect(files().keys()).toEqual(['u3']);
});
