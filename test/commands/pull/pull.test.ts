import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TransferBars } from '../../../src/commands/pull/transfer-bars.ts';
import { tallyLine } from '../../../src/commands/pull/transfer-text.ts';
import { TransferView } from '../../../src/commands/pull/transfer-view.ts';
import type { IoStreams } from '../../../src/lib/io.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { makeImage, storeImage } from '../../oci/store/images.ts';
import { type Counted, servedStore } from '../../oci/transfer/served.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
let other: Home;
let there: ImageStore;
let registry: Counted;
beforeEach(async () => {
  home = inHome();
  other = inHome();
  there = openImageStore(join(home.path, 'there'));
  registry = await servedStore(there);
});
afterEach(async () => {
  await registry.close();
  there.close();
  other.dispose();
  home.dispose();
});

const short = (content: Buffer): string => digestOf(content).slice(7, 19);

test('pushes and pulls, and says what was reused and what travelled', async () => {
  const [one, two] = [await makeImage([{ a: '1' }, { b: '2' }]), await makeImage([{ a: '1' }, { b: '3' }])];
  const at = `${registry.host}/shop/web`;
  await storeImage(home.store, one, `${at}:1`);
  await storeImage(home.store, two, 'docker.io/library/web:2');
  const [a, b] = one.layers as [Buffer, Buffer];
  const pushed = await home.run(['push', `${at}:1`]);
  expect([pushed.code, pushed.stderr]).toEqual([0, '']);
  const lines = pushed.stdout.trimEnd().split('\n');
  expect([lines[0], ...lines.slice(-2)]).toEqual([
    `The push refers to repository [${at}]`,
    `1: digest: ${one.target.digest} size: ${one.target.size}`,
    `all 2 layers travelled: ${a.length + b.length}B`,
  ]);
  expect(lines).toContain(`${short(a)}: Pushed (${a.length}B)`);
  const second = await home.run(['image', 'push', 'web:2', `${at}:2`]);
  expect(second.stdout).toContain(`${short(a)}: Layer already exists\n`);
  expect(second.stdout).toMatch(/1 of 2 layers was there already: \d+B travelled, \d+B reused\n$/);
  const mounted = await home.run(['push', `${at}:1`, `${registry.host}/other:1`]);
  expect(mounted.stdout).toContain(`${short(b)}: Mounted from shop/web\n`);

  const pulled = await other.run(['pull', `${at}:1`]);
  expect([pulled.code, pulled.stderr]).toEqual([0, '']);
  expect(pulled.stdout).toContain('1: Pulling from shop/web\n');
  expect(pulled.stdout).toContain(`${short(b)}: Pulled (${b.length}B)\n`);
  expect(pulled.stdout).toContain(`Digest: ${one.target.digest}\nStatus: Downloaded newer image for ${at}:1\n`);
  const changed = await other.run(['image', 'pull', `${at}:2`]);
  expect(changed.stdout).toContain(`${short(a)}: Already exists\n`);
  expect(changed.stdout).toMatch(/1 of 2 layers was here already: \d+B travelled, \d+B reused\n$/);
  const again = await other.run(['pull', `${at}:2`]);
  expect(again.stdout).toContain(`Status: Image is up to date for ${at}:2\n`);
  expect((await other.run(['pull', '-q', `${at}:2`])).stdout).toBe(`${at}:2\n`);
  expect((await other.run(['pull', '-a', at])).code).toBe(0);
});

test('tells what is wrong in one line', async () => {
  const at = `${registry.host}/web`;
  await storeImage(home.store, await makeImage([{ a: '1' }]), `${at}:1`);
  const failing: [string[], string | RegExp][] = [
    [['push', `${at}:2`], `error: An image does not exist locally with the tag: ${at}:2\n`],
    [['pull', `${at}:2`], /^error: manifest for .*\/web:2 not found: manifest unknown: .*\n$/],
    [
      ['pull', 'localhost:1/web'],
      /^error: localhost:1 refuses connections: dial tcp localhost:1: connect: connection refused\n$/,
    ],
    [['pull'], /name one image/],
    [['pull', 'UPPER'], /invalid reference format/],
    [['pull', at, '--platform', 'a/b/c/d'], /is no platform/],
    [['pull', '-a', `${at}:1`], /tag can't be used with --all-tags/],
    [['push', `${at}:1`, `${at}@sha256:${'0'.repeat(64)}`], /does not say where the image is to be pushed/],
  ];
  for (const [words, message] of failing) {
    const { code, stderr } = await home.run(words);
    expect(code, words.join(' ')).toBe(1);
    if (typeof message === 'string') expect(stderr).toContain(message);
    else expect(stderr, words.join(' ')).toMatch(message);
  }
});

test('logs in where the password is right, and out; mirrors come from the settings', async () => {
  const guarded = await servedStore(there, { checkPassword: onePassword('ann', 'secret') });
  try {
    const name = `${guarded.host}/web:1`;
    await storeImage(home.store, await makeImage([{ a: '1' }]), name);
    const denied = await home.run(['push', name]);
    expect([denied.code, denied.stderr]).toEqual([
      1,
      expect.stringContaining(`it may require 'kctl login ${guarded.host}'`),
    ]);
    const login = (word: string) =>
      home.run(['login', guarded.host, '-u', 'ann', '--password-stdin'], { stdin: `${word}\n` });
    expect((await login('wrong')).code).toBe(1);
    const file = join(home.path, '.docker/config.json');
    expect(() => readFileSync(file)).toThrow();
    const right = await login('secret');
    expect([right.code, right.stdout]).toEqual([0, 'Login Succeeded\n']);
    expect(right.stderr + right.stdout).not.toContain('secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await home.run(['push', name])).code).toBe(0);
    expect((await home.run(['logout', guarded.host])).stdout).toBe(`Removing login credentials for ${guarded.host}\n`);
    expect((await home.run(['pull', name])).stderr).toMatch(/^error: pull access denied for/);
    expect((await home.run(['login', 'a/b/c'])).code).toBe(1);

    const settings = { registries: { [guarded.host]: { mirrors: [`http://${registry.host}`] } } };
    writeFileSync(join(home.path, 'kctl/settings.json'), JSON.stringify(settings));
    expect((await home.run(['pull', name])).code).toBe(0);
    expect(registry.asked[0]!.line).toBe(`GET /v2/web/manifests/1?ns=${encodeURIComponent(guarded.host)}`);
    settings.registries[guarded.host]!.mirrors = ['ftp://x'];
    writeFileSync(join(home.path, 'kctl/settings.json'), JSON.stringify(settings));
    expect((await home.run(['pull', name])).stderr).toMatch(/mirrors\[0\]: has to be an address/);
  } finally {
    await guarded.close();
  }
});

test('bars say how far each layer is, how fast, and what waits', () => {
  const bars = new TransferBars('Downloading');
  bars.expect(3);
  bars.start(`sha256:${'a'.repeat(64)}`, 40e6, 0, 0);
  bars.start(`sha256:${'b'.repeat(64)}`, 1000, 500, 0);
  bars.move(`sha256:${'a'.repeat(64)}`, 20e6);
  expect(bars.lines(80, 20, 2000)).toEqual([
    `aaaaaaaaaaaa: Downloading [${'='.repeat(15)}>${' '.repeat(14)}]    20MB/40MB  10MB/s`,
    expect.stringMatching(/^bbbbbbbbbbbb: Downloading \[=+> +\] {4}500B\/1kB$/),
    '1 more layer waits',
  ]);
  for (const line of bars.lines(30, 20, 2000)) expect(line.length).toBeLessThan(30);
  expect(bars.lines(80, 2, 2000)).toHaveLength(2);
  bars.end(`sha256:${'a'.repeat(64)}`);
  bars.end(`sha256:${'b'.repeat(64)}`);
  bars.end(`sha256:${'c'.repeat(64)}`);
  expect(bars.lines(80, 20, 3000)).toEqual([]);
});

test('what stops several layers at once is told once, until one gets through', () => {
  let told = '';
  const stdout = { write: () => true };
  const io = { stdout, stderr: { write: (text: string) => (told += text) }, env: {} } as unknown as IoStreams;
  const { on } = new TransferView(io, 'pull', { quiet: false, begin: () => '' });
  const layer = { digest: `sha256:${'1'.repeat(64)}`, size: 1, outcome: 'moved', travelled: 1 } as const;
  for (const reason of ['a', 'a', 'b', 'b']) on({ kind: 'retry', reason });
  on({ kind: 'layer', layer });
  on({ kind: 'retry', reason: 'b' });
  expect(told).toBe('Trying again: a\nTrying again: b\nTrying again: b\n');
});

test('the sum counts only what may travel', () => {
  const layer = (outcome: 'exists' | 'moved' | 'foreign', size: number) => ({
    ...{ digest: `sha256:${'a'.repeat(64)}`, size, outcome },
    travelled: outcome === 'moved' ? size : 0,
  });
  const tally = {
    layers: [layer('exists', 20e6), layer('exists', 8.2e6), layer('moved', 4.7e6)],
    travelled: 4.7e6,
    reused: 28.2e6,
  };
  expect(tallyLine('pull', tally)).toBe('2 of 3 layers were here already: 4.7MB travelled, 28.2MB reused');
  expect(tallyLine('push', { layers: [layer('exists', 5)], travelled: 0, reused: 5 })).toBe(
    'the one layer was there already: nothing travelled, 5B reused',
  );
  expect(tallyLine('pull', { layers: [layer('foreign', 5)], travelled: 0, reused: 0 })).toBe('');
});
