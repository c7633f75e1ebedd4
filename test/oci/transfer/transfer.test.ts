import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import type { TransferEvent } from '../../../src/oci/transfer/events.ts';
import { imageOrPull, pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { type MadeImage, makeImage, makeIndex, putImage, storeImage } from '../store/images.ts';
import { type Counted, impatient, servedStore } from './served.ts';

let folder: string;
let here: ImageStore;
let there: ImageStore;
const open: Counted[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-transfer-'));
  here = openImageStore(join(folder, 'here'));
  there = openImageStore(join(folder, 'there'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  here.close();
  there.close();
  rmSync(folder, { recursive: true, force: true });
});

const served = async (...words: Parameters<typeof servedStore>): Promise<Counted> => {
  const server = await servedStore(...words);
  open.push(server);
  return server;
};
/** Files that do not compress, so that bytes can be counted. */
const noise = (bytes: number): string => randomBytes(bytes / 2).toString('hex');
const unfinished = (store: ImageStore): string[] => readdirSync(join(store.path, 'ingest')).sort();
const push = async (image: MadeImage, as: string, registries = impatient()) => {
  await storeImage(here, image, as);
  return pushImage(here, image, as, { registries });
};
const outcomes = (tally: { layers: { outcome: string }[] }): string[] => tally.layers.map(({ outcome }) => outcome);

describe('only what is missing travels', () => {
  test('of a new version, the changed layer alone: counted at the registry', async () => {
    const registry = await served(there);
    const base = noise(400_000);
    const first = await makeImage([{ base }, { app: noise(100_000) }]);
    const second = await makeImage([{ base }, { app: noise(100_000) }]);
    const one = await push(first, `${registry.host}/shop/web:1`);
    expect(outcomes(one.tally)).toEqual(['moved', 'moved']);
    registry.reset();
    const two = await push(second, `${registry.host}/shop/web:2`);
    const [baseSize, appSize] = second.layers.map(({ length }) => length) as [number, number];
    expect(two.tally).toMatchObject({ travelled: appSize, reused: baseSize });
    expect(registry.bytes().received).toBeGreaterThan(appSize);
    expect(registry.bytes().received).toBeLessThan(appSize + 10_000);
    expect(two.digest).toBe(second.target.digest);

    const other = openImageStore(join(folder, 'other'));
    try {
      const pulled = await pullImage(other, `${registry.host}/shop/web:1`, { registries: impatient() });
      expect(pulled).toMatchObject({ isNew: true, digest: first.target.digest });
      registry.reset();
      const next = await pullImage(other, `${registry.host}/shop/web:2`, { registries: impatient() });
      expect(outcomes(next.tally)).toEqual(['exists', 'moved']);
      expect(next.tally).toMatchObject({ travelled: appSize, reused: baseSize });
      expect(registry.bytes().sent).toBeLessThan(appSize + 10_000);
      registry.reset();
      const again = await pullImage(other, `${registry.host}/shop/web:2`, { registries: impatient() });
      expect(again).toMatchObject({ isNew: false, tally: { travelled: 0 } });
      expect(registry.asked.map(({ line }) => line)).toEqual(['GET /v2/shop/web/manifests/2']);
      expect((await other.verify()).problems).toEqual([]);
      expect(other.images.list().flatMap(({ names }) => names)).toHaveLength(2);
      expect(other.pins()).toEqual(new Map());
    } finally {
      other.close();
    }
  });

  test('layers of another repository are mounted', async () => {
    const registry = await served(there);
    const image = await makeImage([{ a: noise(10_000) }]);
    await push(image, `${registry.host}/shop/web:1`);
    registry.reset();
    const { tally } = await push(image, `${registry.host}/other:1`);
    expect(tally.layers).toMatchObject([{ outcome: 'mounted', from: 'shop/web', travelled: 0 }]);
    expect(registry.asked.filter(({ line }) => line.startsWith('PATCH'))).toEqual([]);
  });

  test('where nothing is to be mounted the upload goes on', async () => {
    const registry = await served(there);
    const image = await makeImage([{ a: noise(10_000) }]);
    // Its name says that it is there, and it was never pushed.
    await storeImage(here, image, `${registry.host}/never/pushed:1`);
    expect(outcomes((await push(image, `${registry.host}/web:1`)).tally)).toEqual(['moved']);
    expect(there.repositories.tags('web')).toEqual(['1']);
  });
});

describe('platforms', () => {
  const both = async () => {
    const [amd, arm] = [
      await makeImage([{ a: '1' }]),
      await makeImage([{ a: '2' }], { platform: { os: 'linux', architecture: 'arm64' } }),
    ];
    const index = makeIndex([
      { image: amd, architecture: 'amd64' },
      { image: arm, architecture: 'arm64' },
    ]);
    await using lease = here.lease('test');
    await putImage(lease, amd);
    await putImage(lease, arm);
    await lease.put(index.content);
    await here.images.set(index.target, ['docker.io/library/both:1']);
    return { amd, arm, index };
  };

  test('one of an index, or all; an index goes back whole', async () => {
    const registry = await served(there);
    const { amd, arm, index } = await both();
    const name = `${registry.host}/both:1`;
    const registries = impatient();
    expect((await pushImage(here, index, name, { registries })).digest).toBe(index.target.digest);
    const other = openImageStore(join(folder, 'other'));
    try {
      const one = await pullImage(other, name, { registries, platform: 'linux/arm64' });
      expect(one.digest).toBe(index.target.digest);
      expect(await other.blob(arm.target.digest)).toBeDefined();
      expect(await other.blob(amd.target.digest)).toBeUndefined();
      await expect(pullImage(other, name, { registries, platform: 'linux/s390x' })).rejects.toMatchObject({
        message: `no matching manifest for linux/s390x in the manifest list entries of ${name}`,
        hint: 'It is there for linux/amd64, linux/arm64: choose with --platform.',
      });
      // Half an index is not pushed as a whole one.
      const told: TransferEvent[] = [];
      const half = await pushImage(other, one.record, `${registry.host}/half:1`, {
        registries,
        on: (event) => told.push(event),
      });
      expect(half.digest).toBe(arm.target.digest);
      expect(told.filter(({ kind }) => kind === 'note')).toHaveLength(1);
      await pullImage(other, name, { registries, allPlatforms: true });
      expect(await other.blob(amd.target.digest)).toBeDefined();
      expect((await other.verify()).problems).toEqual([]);
    } finally {
      other.close();
    }
  });

  test('an image of another platform is refused where one was asked for, and kept by no name', async () => {
    const registry = await served(there);
    await push(await makeImage([{ a: '1' }]), `${registry.host}/web:1`);
    const other = openImageStore(join(folder, 'other'));
    try {
      const pulling = pullImage(other, `${registry.host}/web:1`, { registries: impatient(), platform: 'linux/arm64' });
      await expect(pulling).rejects.toThrow('wanted linux/arm64, actual: linux/amd64');
      expect(other.images.list()).toEqual([]);
      expect(await other.collect()).toMatchObject({ blobs: [] });
    } finally {
      other.close();
    }
  });
});

describe('broken connections', () => {
  test('a download goes on where it broke off', async () => {
    const image = await makeImage([{ a: noise(1_200_000) }]);
    await using lease = there.lease('test');
    await putImage(lease, image);
    const size = image.layers[0]!.length;
    let cuts = 2;
    const registry = await served(there, {}, (request, response) => {
      const isLayer = request.url!.endsWith(digestOf(image.layers[0]!));
      if (!isLayer || cuts-- <= 0) return false;
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const part = image.layers[0]!.subarray(from, from + 200_000);
      const range = from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {};
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': size - from, ...range });
      response.write(part, () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    await push(image, `${registry.host}/web:1`);
    const other = openImageStore(join(folder, 'other'));
    try {
      const registries = impatient();
      registry.reset();
      cuts = 2;
      const { tally } = await pullImage(other, `${registry.host}/web:1`, { registries });
      expect(registry.asked.filter(({ line }) => line.includes('blobs')).flatMap(({ range }) => range ?? [])).toEqual([
        'bytes=200000-',
        'bytes=400000-',
      ]);
      expect(tally.travelled).toBe(size);
      // Each try brought something, so that none counts as a second in vain.
      expect(registries.waits).toEqual([500, 500]);
      expect((await other.verify()).problems).toEqual([]);
    } finally {
      other.close();
    }
  });

  test('an upload goes on where the registry says that it is', async () => {
    let cuts = 1;
    const registry = await served(there, {}, (request) => {
      if (request.method !== 'PATCH' || cuts-- <= 0) return false;
      const cut = setInterval(() => {
        if (request.socket.bytesRead < 500_000 && !request.complete) return;
        clearInterval(cut);
        request.destroy();
      }, 1);
      return false;
    });
    const image = await makeImage([{ a: noise(24_000_000) }]);
    const { tally } = await push(image, `${registry.host}/web:1`);
    expect(outcomes(tally)).toEqual(['moved']);
    const lines = registry.asked.map(({ line }) => line.replace(/[0-9a-f-]{36}.*/, 'ID').replace(/\?mount.*/, ''));
    expect(lines.filter((line) => /PATCH|GET/.test(line))).toEqual([
      'PATCH /v2/web/blobs/uploads/ID',
      'GET /v2/web/blobs/uploads/ID',
      'PATCH /v2/web/blobs/uploads/ID',
    ]);
    expect(tally.travelled).toBeGreaterThan(image.layers[0]!.length);
    expect((await there.verify()).problems).toEqual([]);
  });

  test('who is asked too often is asked again when it says so, and not for ever', async () => {
    let answers = 2;
    const registry = await served(there, {}, (request, response) => {
      if (!request.url!.includes('manifests') || request.method !== 'GET' || answers-- <= 0) return false;
      response.writeHead(answers === 1 ? 429 : 503, answers === 1 ? { 'retry-after': '7' } : {});
      response.end();
      return true;
    });
    await push(await makeImage([{ a: '1' }]), `${registry.host}/web:1`);
    const registries = impatient();
    await pullImage(here, `${registry.host}/web:1`, { registries });
    expect(registries.waits).toEqual([7000, 1000]);
    answers = 100;
    const failing = impatient();
    await expect(pullImage(here, `${registry.host}/web:1`, { registries: failing })).rejects.toThrow(
      /answers 503 for web/,
    );
    expect(failing.waits).toEqual([500, 1000, 2000, 4000]);
  });

  test('what is stopped is kept for the next try, in whole layers and in parts', async () => {
    const image = await makeImage([{ a: noise(50_000) }, { b: noise(600_000) }]);
    const size = image.layers[1]!.length;
    let held: ServerResponse | undefined;
    const registry = await served(there, {}, (request, response) => {
      if (held || !request.url!.endsWith(digestOf(image.layers[1]!)) || request.method !== 'GET') return false;
      held = response;
      response.writeHead(200, { 'content-length': size });
      response.write(image.layers[1]!.subarray(0, 300_000));
      return true;
    });
    await push(image, `${registry.host}/web:1`);
    const other = openImageStore(join(folder, 'other'));
    try {
      const stop = new AbortController();
      let layers = 0;
      let part = 0;
      const pulling = pullImage(other, `${registry.host}/web:1`, {
        registries: impatient(),
        signal: stop.signal,
        on(event) {
          if (event.kind === 'layer') layers++;
          if (event.kind === 'bytes' && event.digest === digestOf(image.layers[1]!)) part = event.done;
          if (layers === 1 && part === 300_000) stop.abort();
        },
      });
      await expect(pulling).rejects.toThrow();
      expect(other.images.list()).toEqual([]);
      expect(await other.unfinished(digestOf(image.layers[1]!))).toBe(300_000);
      // What has no name yet is not collected either.
      expect((await other.collect()).blobs).toEqual([]);
      expect((await other.verify()).problems).toEqual([]);
      registry.reset();
      const { tally } = await pullImage(other, `${registry.host}/web:1`, { registries: impatient() });
      expect(tally).toMatchObject({ travelled: size - 300_000, reused: image.layers[0]!.length + 300_000 });
      expect(registry.bytes().sent).toBeLessThan(size - 300_000 + 10_000);
      expect(unfinished(other)).toEqual([]);
      expect(other.pins()).toEqual(new Map());
    } finally {
      other.close();
    }
  });
});

describe('names', () => {
  test('an image that is there is not pulled for a build', async () => {
    const registry = await served(there);
    const name = `${registry.host}/web:1`;
    await push(await makeImage([{ a: '1' }]), name);
    const other = openImageStore(join(folder, 'other'));
    try {
      const registries = impatient();
      expect((await imageOrPull(other, name, { registries, platform: 'linux/amd64' })).pulled?.isNew).toBe(true);
      registry.reset();
      const second = await imageOrPull(other, name, { registries, platform: 'linux/amd64' });
      expect([second.pulled, registry.asked]).toEqual([undefined, []]);
      expect(second.record.names).toEqual([name]);
    } finally {
      other.close();
    }
  });

  test('a digest is what the image is called by, and what it must have', async () => {
    const registry = await served(there);
    const image = await makeImage([{ a: '1' }]);
    await push(image, `${registry.host}/web:1`);
    const other = openImageStore(join(folder, 'other'));
    try {
      const registries = impatient();
      const name = `${registry.host}/web@${image.target.digest}`;
      expect((await pullImage(other, name, { registries })).record.names).toEqual([name]);
      await expect(
        pullImage(other, `${registry.host}/web@sha256:${'0'.repeat(64)}`, { registries }),
      ).rejects.toMatchObject({ message: expect.stringMatching(/^manifest for .* not found: manifest unknown/) });
    } finally {
      other.close();
    }
  });

  test('of a tag that is not there, those that are there are told', async () => {
    const registry = await served(there);
    await push(await makeImage([{ a: '1' }]), `${registry.host}/web:1`);
    await expect(pullImage(here, `${registry.host}/web:2`, { registries: impatient() })).rejects.toMatchObject({
      code: 'input',
      hint: 'There are the tags 1',
    });
  });
});

describe('mirrors', () => {
  test('are asked in their order, the registry last, none for what is not theirs', async () => {
    const registry = await served(there, { checkPassword: onePassword('ann', 'secret') });
    const mirrorStore = openImageStore(join(folder, 'mirror'));
    const mirror = await served(mirrorStore);
    const lacking = await served(openedEmpty());
    try {
      const image = await makeImage([{ a: noise(1000) }]);
      const credentials = async (host: string) =>
        host === registry.host ? { username: 'ann', password: 'secret' } : undefined;
      const access = impatient({ credentials });
      await push(image, `${registry.host}/web:1`, access);
      await pushImage(here, image, `${mirror.host}/web:1`, { registries: impatient() });
      const other = openImageStore(join(folder, 'other'));
      try {
        registry.reset();
        const at = (host: string) => ({ address: new URL(`http://${host}`) });
        const route = () => ({ mirrors: [at(lacking.host), at(mirror.host)] });
        const told: string[] = [];
        const on = (event: TransferEvent) => {
          if (event.kind === 'note') told.push(event.text);
        };
        const pulled = await pullImage(other, `${registry.host}/web:1`, {
          registries: impatient({ credentials, route }),
          on,
        });
        expect(pulled.record.names).toEqual([`${registry.host}/web:1`]);
        expect(registry.asked).toEqual([]);
        expect(told).toEqual([expect.stringContaining(`mirror ${lacking.host}`)]);
        expect(lacking.asked[0]!.line).toBe(`GET /v2/web/manifests/1?ns=${encodeURIComponent(registry.host)}`);
        expect(mirror.asked.flatMap(({ authorization }) => authorization ?? [])).toEqual([]);
        // What no mirror has, the registry has.
        await other.images.remove(image.target.digest);
        await other.collect();
        const late = () => ({ mirrors: [at(lacking.host)] });
        await pullImage(other, `${registry.host}/web:1`, { registries: impatient({ credentials, route: late }) });
        expect(registry.asked.length).toBeGreaterThan(2);
        expect(lacking.asked.flatMap(({ authorization }) => authorization ?? [])).toEqual([]);
      } finally {
        other.close();
      }
    } finally {
      mirrorStore.close();
      empty?.close();
    }
  });
});

let empty: ImageStore | undefined;
function openedEmpty(): ImageStore {
  empty = openImageStore(join(folder, 'empty'));
  return empty;
}
