import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { signIn } from '../../../src/oci/registry/sign-in.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { makeImage, storeImage } from '../store/images.ts';
import { type Counted, impatient, servedStore } from './served.ts';

let folder: string;
let here: ImageStore;
let there: ImageStore;
let registry: Counted;
/** What the token server does. Tokens are `t1`, `t2`, …; only the newest holds. */
let tokens: { given: number; busy: number; refuse(request: IncomingMessage): boolean };
const credentials = async () => ({ username: 'ann', password: 'word' });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-tokens-'));
  here = openImageStore(join(folder, 'here'));
  there = openImageStore(join(folder, 'there'));
  tokens = { given: 0, busy: 0, refuse: () => false };
  registry = await servedStore(there, {}, guard);
});
afterEach(async () => {
  vi.useRealTimers();
  await registry.close();
  here.close();
  there.close();
  rmSync(folder, { recursive: true, force: true });
});

/** True where it has answered in the registry's place. */
function guard(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '', headers } = request;
  if (url.startsWith('/token')) {
    if (tokens.busy-- > 0) response.writeHead(429, { 'retry-after': '7' }).end();
    else response.end(JSON.stringify({ token: `t${++tokens.given}`, expires_in: 60 }));
    return true;
  }
  if (headers.authorization === `Bearer t${tokens.given}` && !tokens.refuse(request)) return false;
  const realm = `http://${headers.host}/token`;
  response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="test"` }).end();
  return true;
}

const noise = (bytes: number): string => randomBytes(bytes / 2).toString('hex');
const pushed = async (...sizes: number[]) => {
  const image = await makeImage(sizes.map((size, at) => ({ [`f${at}`]: noise(size) })));
  const as = `${registry.host}/team/app:1`;
  await storeImage(here, image, as);
  return { image, as, result: await pushImage(here, image, as, { registries: impatient({ credentials }) }) };
};

test('one that ends in the middle of a push or a pull is asked for anew, and both go on', async () => {
  let uploads = 0;
  tokens.refuse = ({ method }) => method === 'PATCH' && ++uploads === 2 && tokens.given++ > 0;
  const { image, as, result } = await pushed(3_000_000, 3_000_000);
  expect(result.digest).toBe(image.target.digest);
  expect(tokens.given).toBe(3);
  expect((await there.verify()).problems).toEqual([]);

  let reads = 0;
  tokens.refuse = ({ url }) => url!.includes('/blobs/') && ++reads === 3 && tokens.given++ > 0;
  const back = openImageStore(join(folder, 'back'));
  try {
    const pulled = await pullImage(back, as, { registries: impatient({ credentials }) });
    expect(pulled.digest).toBe(image.target.digest);
    expect(reads).toBeGreaterThan(3);
    expect((await back.verify()).problems).toEqual([]);
  } finally {
    back.close();
  }
});

test('one that is about to end is asked for before a body is sent in vain', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  tokens.refuse = ({ method }) => {
    if (method === 'POST') vi.setSystemTime(Date.now() + 55_000);
    return false;
  };
  await pushed(3_000_000);
  expect(tokens.given).toBeGreaterThan(1);
  expect(registry.asked.filter(({ line }) => line.startsWith('PATCH'))).toHaveLength(1);
});

test('a token server that is asked too often is waited for, in a pull and in a login, and not for ever', async () => {
  const { as } = await pushed(1000);
  tokens.busy = 2;
  const registries = impatient({ credentials });
  await pullImage(here, as, { registries });
  expect(registries.waits).toEqual([7000, 7000]);

  tokens.busy = 1;
  const told: string[] = [];
  const { retry, waits } = impatient();
  const known = await credentials();
  const how = { retry: retry!, onRetry: ({ message }: Error) => void told.push(message) };
  expect(await signIn(new RegistryHttp(), registry.host, known, how)).toEqual(known);
  expect({ waits, told }).toEqual({
    waits: [7000],
    told: [`${registry.host} gives the credentials no token for ${registry.host} (429)`],
  });

  tokens.busy = 100;
  await expect(signIn(new RegistryHttp(), registry.host, known, how)).rejects.toMatchObject({ code: 'connection' });
  expect(tokens.busy).toBe(95);
});

test('who cannot say who the user is tells what may be done about it', async () => {
  const { as } = await pushed(1000);
  const failed = new KctlError('auth', 'docker-credential-x is not on PATH', { hint: 'named in the configuration' });
  const registries = impatient({ credentials: () => Promise.reject(failed) });
  await expect(pullImage(here, as, { registries })).rejects.toBe(failed);
  await expect(pushImage(here, here.images.byName(as)!, as, { registries })).rejects.toBe(failed);
});

test('tokens that never help are not asked for without end', async () => {
  const { as } = await pushed(1000);
  tokens.refuse = () => true;
  registry.reset();
  const registries = impatient({ credentials });
  await expect(pullImage(here, as, { registries })).rejects.toMatchObject({ code: 'auth' });
  expect(registry.asked.map(({ line }) => line.split('?')[0])).toEqual([
    'GET /v2/team/app/manifests/1',
    'GET /token',
    'GET /v2/team/app/manifests/1',
  ]);
  expect(registries.waits).toEqual([]);
});
