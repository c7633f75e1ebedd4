import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { storeSource } from '../../../src/oci/layers/image-source.ts';
import { imageSummary } from '../../../src/oci/store/image-summary.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { makeImage } from '../store/images.ts';
import { type Counted, impatient, serveCounted, servedStore } from './served.ts';

const OCI = 'application/vnd.oci.image';
/** By digest and tag. */
const kept = new Map<string, { mediaType: string; content: Buffer }>();
let folder: string;
let store: ImageStore;
let registry: Counted;

function put(mediaType: string, value: string | Buffer | object, tag?: string) {
  const isText = typeof value === 'string' || Buffer.isBuffer(value);
  const content = isText ? Buffer.from(value) : Buffer.from(JSON.stringify(value));
  const digest = digestOf(content);
  for (const name of [digest, ...(tag ? [tag] : [])]) kept.set(name, { mediaType, content });
  return { mediaType, digest, size: content.length };
}
const manifest = (config: object, layers: object[], more: object = {}, tag?: string) => {
  const mediaType = `${OCI}.manifest.v1+json`;
  return put(mediaType, { schemaVersion: 2, mediaType, config, layers, ...more }, tag);
};
const index = (manifests: object[], tag?: string) =>
  put(`${OCI}.index.v1+json`, { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests }, tag);
const empty = () => put('application/vnd.oci.empty.v1+json', '{}');

beforeEach(async () => {
  kept.clear();
  folder = mkdtempSync(join(tmpdir(), 'kctl-artifacts-'));
  store = openImageStore(join(folder, 'store'));
  registry = await serveCounted((request, response) => {
    const found = kept.get(request.url!.split('/').at(-1)!);
    if (request.url === '/v2/') response.end('{}');
    else if (!found) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    else response.setHeader('content-type', found.mediaType).end(found.content);
  });
});
afterEach(async () => {
  await registry.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const pull = (tag: string, options: { platform?: string; allPlatforms?: boolean } = {}) =>
  pullImage(store, `${registry.host}/x:${tag}`, { registries: impatient(), ...options });

/** An image for a platform, as a registry has it. */
async function imageFor(os: string, architecture: string, variant?: string) {
  const platform = { os, architecture, ...(variant && { variant }) };
  const made = await makeImage([{ a: `for ${architecture} ${variant}` }], { platform });
  for (const content of [made.config, ...made.layers]) put('application/octet-stream', content);
  return { platform, target: put(`${OCI}.manifest.v1+json`, made.manifest) };
}

const artifacts: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'a signature, whose config is that of an image',
    () =>
      manifest(
        put(`${OCI}.config.v1+json`, {
          architecture: '',
          os: '',
          created: '0001-01-01T00:00:00Z',
          rootfs: { type: 'layers', diff_ids: [] },
        }),
        [put('application/vnd.dev.cosign.simplesigning.v1+json', '{"critical":{}}')],
        {},
        'it',
      ),
    /no image, it is application\/vnd.dev.cosign.simplesigning/,
  ],
  [
    'a list of parts, with an empty config and a subject that is not there',
    () =>
      manifest(
        empty(),
        [put('application/spdx+json', '{"spdxVersion":"SPDX-2.3"}')],
        {
          artifactType: 'application/spdx+json',
          subject: { mediaType: `${OCI}.manifest.v1+json`, digest: `sha256:${'1'.repeat(64)}`, size: 7 },
        },
        'it',
      ),
    /no image, it is application\/spdx\+json/,
  ],
  ['what has no layers', () => manifest(empty(), [], { artifactType: 'a/b' }, 'it'), /no image, it is a\/b/],
  [
    'what has a config that is no JSON',
    () => manifest(put('application/vnd.wasm.config.v0', 'none'), [put('application/wasm', '\0asm')], {}, 'it'),
    /no image, it is application\/wasm/,
  ],
];
test.each(artifacts)('%s is kept and pushed as it is, and told to be none', async (_, make, told) => {
  make();
  const { record, name, digest } = await pull('it');
  expect(await imageSummary(store, record)).toMatchObject({ platforms: ['unknown/unknown'], createdAt: undefined });
  await expect(storeSource(store, name)).rejects.toThrow(told);
  const other = openImageStore(join(folder, 'other'));
  const there = await servedStore(other);
  try {
    const pushed = await pushImage(store, record, `${there.host}/x:it`, { registries: impatient() });
    expect(pushed.digest).toBe(digest);
    expect((await other.verify()).problems).toEqual([]);
  } finally {
    await there.close();
    other.close();
  }
});

test('layers that are had from elsewhere are not asked for, and told where files are wanted', async () => {
  const layer = { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', size: 9, urls: ['http://a'] };
  const foreign = { ...layer, digest: `sha256:${'f'.repeat(64)}` };
  manifest(put(`${OCI}.config.v1+json`, { os: 'windows', architecture: 'amd64' }), [foreign], {}, 'it');
  const { tally, name } = await pull('it');
  expect(tally.layers).toMatchObject([{ outcome: 'foreign', travelled: 0 }]);
  await expect(storeSource(store, name)).rejects.toThrow('may not be distributed');
});

test('manifests of schema 1 are refused by that name', async () => {
  put('application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1, fsLayers: [] }, 'it');
  await expect(pull('it')).rejects.toThrow('schema 1');
});

test('of an index the one for the platform is taken, wherever it is said', async () => {
  const [amd, v6, v7] = [
    await imageFor('linux', 'amd64'),
    await imageFor('linux', 'arm', 'v6'),
    await imageFor('linux', 'arm', 'v7'),
  ];
  const stated = ({ target, platform }: typeof amd) => ({ ...target, platform });
  const attestation = { ...manifest(empty(), []), platform: { os: 'unknown', architecture: 'unknown' } };
  index([attestation, stated(amd), stated(v6), stated(v7)], 'stated');
  index([stated(v6)], 'old');
  index([index([stated(amd)]), index([stated(v6), stated(v7)])], 'nested');
  index([amd.target, v6.target, v7.target], 'silent');
  const cases = [
    ['stated', 'linux/amd64', amd],
    ['stated', 'linux/arm', v7],
    ['stated', 'linux/arm/v6', v6],
    ['old', 'linux/arm/v7', v6],
    ['nested', 'linux/amd64', amd],
    ['nested', 'linux/arm/v6', v6],
    ['silent', 'linux/amd64', amd],
    ['silent', 'linux/arm/v6', v6],
  ] as const;
  for (const [tag, platform, wanted] of cases) {
    const other = openImageStore(join(folder, `${tag}-${platform.replaceAll('/', '-')}`));
    try {
      const registries = impatient();
      await pullImage(other, `${registry.host}/x:${tag}`, { registries, platform });
      const all = [amd, v6, v7];
      const there = await Promise.all(all.map(async ({ target }) => (await other.blob(target.digest)) !== undefined));
      expect([tag, platform, ...there]).toEqual([tag, platform, ...all.map((one) => one === wanted)]);
    } finally {
      other.close();
    }
  }
  await expect(pull('nested', { platform: 'linux/s390x' })).rejects.toThrow('no matching manifest for linux/s390x');
  await expect(pull('silent', { platform: 'linux/s390x' })).rejects.toThrow('no matching manifest for linux/s390x');
  await expect(pull('old', { platform: 'linux/arm/v5' })).rejects.toMatchObject({
    hint: 'It is there for linux/arm/v6: choose with --platform.',
  });
  const { record, digest } = await pull('stated', { allPlatforms: true });
  expect(await store.blob(attestation.digest)).toBeDefined();
  expect(record.target.digest).toBe(digest);
});
