import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { type MadeImage, makeImage, storeImage } from '../store/images.ts';
import { type Counted, impatient, servedStore } from './served.ts';

const SIZE = 8_000_000;

let folder: string;
let there: ImageStore;
let image: MadeImage;
let registry: Counted;
/** While true, a layer is sent to its half only, and what is sent is not read beyond a part. */
let isThrottled = false;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-kill-'));
  there = openImageStore(join(folder, 'there'));
  image = await makeImage([{ base: randomBytes(100).toString('hex') }, { app: randomBytes(SIZE).toString('hex') }]);
  isThrottled = false;
  registry = await servedStore(there, {}, (request, response) => {
    const layer = image.layers[1]!;
    if (!isThrottled || !request.url!.endsWith(digestOf(layer)) || request.method !== 'GET') return false;
    response.writeHead(200, { 'content-length': layer.length });
    response.write(layer.subarray(0, layer.length / 2));
    return true;
  });
});
afterEach(async () => {
  await registry.close();
  there.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs until it has told of so many bytes, and is killed then. */
async function killedAt(bytes: number, ...words: string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'pull-process.ts'), ...words],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) if (Number(line) >= bytes) break;
  child.kill('SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
}

test('kill -9 in the middle of a pull: the store verifies, and the next one fetches only the rest', async () => {
  const name = `${registry.host}/web:1`;
  const here = openImageStore(join(folder, 'here'));
  try {
    await storeImage(there, image, name);
    await pushImage(there, image, name, { registries: impatient() });
    isThrottled = true;
    const [base, app] = image.layers.map(({ length }) => length) as [number, number];
    await killedAt(app / 2 - 100_000, 'pull', here.path, name);
    expect(here.images.list()).toEqual([]);
    expect((await here.verify()).problems).toEqual([]);
    isThrottled = false;
    registry.reset();
    const { tally } = await pullImage(here, name, { registries: impatient() });
    // The last piece before the end may not have been written.
    expect(tally.travelled).toBeLessThan(app / 2 + 2.5e6);
    expect(tally.reused).toBe(base + app - tally.travelled);
    expect(registry.bytes().sent).toBeLessThan(app / 2 + 2.6e6);
    expect((await here.verify()).problems).toEqual([]);
    expect(here.images.byName(name)).toBeDefined();
  } finally {
    here.close();
  }
}, 30_000);

test('kill -9 in the middle of a push: both stores verify, and the next one sends only the rest', async () => {
  const name = `${registry.host}/web:1`;
  const here = openImageStore(join(folder, 'here'));
  try {
    await storeImage(here, image, name);
    await killedAt(1_000_000, 'push', here.path, name);
    expect((await here.verify()).problems).toEqual([]);
    expect((await there.verify()).problems).toEqual([]);
    expect(there.repositories.tags('web')).toEqual([]);
    const uploads = join(here.path, 'uploads');
    expect(readdirSync(uploads)).toHaveLength(1);
    registry.reset();
    const { tally } = await pushImage(here, image, name, { registries: impatient() });
    const app = image.layers[1]!.length;
    const sent = tally.layers.find(({ size }) => size === app)!.travelled;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(app - 500_000);
    expect(registry.bytes().received).toBeLessThan(sent + 100_000);
    const lines = registry.asked.map(({ line }) => line.split(' ')[0]);
    expect(lines.filter((verb) => verb === 'PATCH')).toHaveLength(1);
    expect(readdirSync(uploads)).toEqual([]);
    expect(there.repositories.tags('web')).toEqual(['1']);
    expect((await there.verify()).problems).toEqual([]);
  } finally {
    here.close();
  }
}, 30_000);
