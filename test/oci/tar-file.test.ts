import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { TarFile } from '../../src/oci/tar-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-tar-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(1_000_003, 'content ');
const plain = join(folder, 'plain.tar');
writeFileSync(plain, bytes);

describe('a tar file of which parts are not read', () => {
  test('all of it, where nothing is skipped', async () => {
    expect((await buffer(new TarFile(plain).stream())).equals(bytes)).toBe(true);
  });

  test('what is skipped is zeros, what is before and behind it as it is, the length the same', async () => {
    const file = new TarFile(plain);
    file.skip(300_001, 900_001);
    const read = await buffer(file.stream());
    expect(read.length).toBe(bytes.length);
    // Pieces are read whole: that in which the part begins, too.
    expect(read.subarray(0, 300_001).equals(bytes.subarray(0, 300_001))).toBe(true);
    expect(read.subarray(600_000, 900_001).every((byte) => byte === 0)).toBe(true);
    expect(read.subarray(900_001).equals(bytes.subarray(900_001))).toBe(true);
  });

  test('a part that the file is too short for does not make it longer', async () => {
    const file = new TarFile(plain);
    file.skip(100, 5_000_000);
    expect((await buffer(file.stream())).length).toBe(bytes.length);
  });

  test('a compressed file is read whole: its offsets are not those of the tar in it', async () => {
    const packed = gzipSync(bytes, { level: 0 });
    const path = join(folder, 'packed.tar.gz');
    writeFileSync(path, packed);
    const file = new TarFile(path);
    file.skip(0, 900_000);
    expect((await buffer(file.stream())).equals(packed)).toBe(true);
  });

  test('a file that is not there fails the stream', async () => {
    await expect(buffer(new TarFile(join(folder, 'none')).stream())).rejects.toThrow('ENOENT');
  });
});
