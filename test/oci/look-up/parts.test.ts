import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { FactsCache, userFactsCache } from '../../../src/oci/look-up/facts-cache.ts';
import { nodePlatformText, platformOfNode, pullerOf } from '../../../src/oci/look-up/node-platform.ts';
import { RegistryGates } from '../../../src/oci/look-up/registry-gates.ts';
import { runningDigest, runningImage } from '../../../src/oci/look-up/running-image.ts';

const hex = 'a'.repeat(64);

test.each([
  ['docker.io/library/nginx@sha256:', 'docker.io/library/nginx'],
  ['docker-pullable://localhost:5000/shop/web@sha256:', 'localhost:5000/shop/web'],
  ['localhost:5000/shop/web:v1@sha256:', 'localhost:5000/shop/web'],
  ['sha256:', undefined],
  ['docker://sha256:', undefined],
  ['', undefined],
])('what runs is read from %s…', (before, name) => {
  expect(runningImage(`${before}${hex}`)).toEqual({ digest: `sha256:${hex}`, ...(name && { name }) });
});

test('where nothing runs there is no digest', () => {
  expect(['', 'nginx', `sha256:${hex}0`, `x@md5:${hex}`].map(runningDigest)).toEqual(['', '', '', '']);
});

describe('who pulls', () => {
  const node = (name: string, nodeInfo?: object) =>
    ({ metadata: { name }, status: { nodeInfo } }) as unknown as KubeObject;
  const nodes = new Map(
    [
      node('amd', { operatingSystem: 'linux', architecture: 'amd64', kernelVersion: '6.1.0' }),
      node('arm', { operatingSystem: 'linux', architecture: 'arm64' }),
      node('win', { operatingSystem: 'windows', architecture: 'amd64', kernelVersion: '10.0.20348.2113' }),
    ].map((one) => [one.metadata.name!, one]),
  );
  const platform = (spec: object) =>
    nodePlatformText(pullerOf({ metadata: { namespace: 'shop' }, spec } as unknown as KubeObject, nodes).platform);

  test('is the node of a pod, or one that it may come to', () => {
    expect(platform({ nodeName: 'arm' })).toBe('linux/arm64');
    expect(platform({ nodeName: 'win' })).toBe('windows/amd64:10.0.20348.2113');
    expect(platform({})).toBe('linux/amd64');
    expect(platform({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } })).toBe('linux/arm64');
    expect(platform({ os: { name: 'windows' } })).toBe('windows/amd64:10.0.20348.2113');
    expect(platform({ nodeSelector: { 'kubernetes.io/arch': 's390x' } })).toBe('linux/s390x');
  });

  test('is assumed where nobody may say', () => {
    expect(platformOfNode(undefined)).toEqual({ os: 'linux', architecture: 'amd64', isAssumed: true });
    expect(pullerOf(undefined, new Map())).toMatchObject({ namespace: '', platform: { isAssumed: true } });
  });
});

test('a registry is asked so many questions at a time, and others are not held up by it', async () => {
  const gates = new RegistryGates(2);
  const ends: (() => void)[] = [];
  let busy = 0;
  let most = 0;
  const slow = () =>
    gates.run('slow', async () => {
      most = Math.max(most, ++busy);
      await new Promise<void>((resolve) => ends.push(resolve));
      busy--;
    });
  const all = Array.from({ length: 5 }, slow);
  expect(await gates.run('other', async () => 'at once')).toBe('at once');
  await expect(
    gates.run('other', async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  for (let done = 0; done < 5; done++) {
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ends.shift()!();
  }
  await Promise.all(all);
  expect(most).toBe(2);
});

describe('what is kept on disk', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kctl-facts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is there for the next one, for its owner only; what is broken is nothing', () => {
    const cache = new FactsCache(join(folder, 'a'));
    cache.put('one', { size: 1 });
    expect(new FactsCache(join(folder, 'a')).get('one')).toEqual({ size: 1 });
    expect(cache.get('two')).toBeUndefined();
    const [file] = readdirSync(join(folder, 'a'));
    expect(statSync(join(folder, 'a', file!)).mode & 0o077).toBe(0);
    writeFileSync(join(folder, 'a', file!), '{"key":"one","value":');
    expect(cache.get('one')).toBeUndefined();
    writeFileSync(join(folder, 'a', file!), '{"key":"other","value":{}}');
    expect(cache.get('one')).toBeUndefined();
  });

  test('loses its oldest half when it is too large', () => {
    const path = join(folder, 'b');
    const first = new FactsCache(path);
    for (let number = 0; number < 10; number++) {
      const before = new Set(number === 0 ? [] : readdirSync(path));
      first.put(`k${number}`, { text: 'x'.repeat(1000) });
      const file = readdirSync(path).find((name) => !before.has(name))!;
      utimesSync(join(path, file), number + 1, number + 1);
    }
    const next = new FactsCache(path, 8000);
    next.put('new', {});
    const has = Array.from({ length: 10 }, (_, number) => next.get(`k${number}`) !== undefined);
    expect(has).toEqual([false, false, false, false, false, false, false, true, true, true]);
  });

  test('is nowhere for nobody, and a disk that takes nothing is no failure', () => {
    expect(userFactsCache({})).toBeUndefined();
    writeFileSync(join(folder, 'file'), '');
    const cache = new FactsCache(join(folder, 'file'));
    cache.put('one', {});
    expect(cache.get('one')).toBeUndefined();
  });
});
