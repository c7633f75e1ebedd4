import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { makeImage, storeImage } from './images.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-read-only-'));
  const store = openImageStore(folder);
  await storeImage(store, await makeImage([{ a: 'x'.repeat(5000) }]), 'docker.io/library/web:1');
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command where the folder is mounted read-only, for it alone; permissions do not stop root. */
const readOnly = (path: string, ...command: string[]) =>
  spawnSync(
    'unshare',
    ['-rm', 'sh', '-c', 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"', path, ...command],
    { encoding: 'utf8' },
  );
const canMount = readOnly(import.meta.dirname, 'true').status === 0;
const look = () => readOnly(folder, process.execPath, join(import.meta.dirname, 'read-only-process.ts'), folder);

test.skipIf(!canMount)('images of a store that cannot be written are read, and changes refused', () => {
  const { stdout, stderr } = look();
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    names: ['docker.io/library/web:1'],
    plainSize: 6656,
    refused: `the image store in ${folder}: it cannot be written`,
  });
  expect(readdirSync(folder).filter((name) => name.startsWith('store.db'))).toEqual(['store.db']);
});

test.skipIf(!canMount)('but not where another program has not put all into it yet: that would be missing', () => {
  writeFileSync(join(folder, 'store.db-wal'), 'x');
  const { status, stderr } = look();
  expect(status).not.toBe(0);
  expect(stderr).toContain(`the image store in ${folder}: it cannot be written`);
});
