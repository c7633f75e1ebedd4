import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CredentialHelper } from '../../../src/oci/registry/credential-helper.ts';
import { DockerConfig } from '../../../src/oci/registry/docker-config.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-docker-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const basic = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
function write(path: string, content: object): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}
const config = (env: Record<string, string> = {}) => new DockerConfig({ HOME: home, PATH: process.env.PATH, ...env });

/** A program that writes down what it is asked and answers so. @returns the environment that finds it */
function helper(name: string, answer: string, code = 0): Record<string, string> {
  const file = join(home, 'bin', `docker-credential-${name}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "$1 $(cat)" >> '${home}/asked'\nprintf '%s' '${answer}'\nexit ${code}\n`);
  chmodSync(file, 0o700);
  return { PATH: `${join(home, 'bin')}:/usr/bin:/bin` };
}
const asked = () => readFileSync(join(home, 'asked'), 'utf8').trim().split('\n');

describe('files', () => {
  test("docker's come before podman's, and REGISTRY_AUTH_FILE before both", async () => {
    write('.config/containers/auth.json', {
      auths: { 'a.example': basic('podman:1'), 'b.example/team': basic('b:1') },
    });
    write('.docker/config.json', {
      auths: { 'a.example': basic('docker:1'), 'https://index.docker.io/v1/': basic('hub:1') },
    });
    const own = write('own.json', { auths: { 'a.example': basic('own:1') } });
    expect(await config().credentialsFor('a.example', 'x')).toMatchObject({ username: 'docker' });
    expect(await config().credentialsFor('docker.io', 'library/nginx')).toMatchObject({ username: 'hub' });
    expect(await config().credentialsFor('b.example', 'team/x')).toMatchObject({ username: 'b' });
    expect(await config().credentialsFor('b.example', 'others/x')).toBeUndefined();
    expect(await config({ REGISTRY_AUTH_FILE: own }).credentialsFor('a.example', 'x')).toMatchObject({
      username: 'own',
    });
    expect(await config({ REGISTRY_AUTH_FILE: own }).credentialsFor('docker.io', 'x')).toBeUndefined();
    expect(await config({ DOCKER_CONFIG: join(home, 'none') }).credentialsFor('a.example', 'x')).toMatchObject({
      username: 'podman',
    });
  });

  test('what is no configuration is told, not passed over', async () => {
    writeFileSync(join(home, 'broken.json'), '{');
    const broken = config({ REGISTRY_AUTH_FILE: join(home, 'broken.json') });
    await expect(broken.credentialsFor('a.example', 'x')).rejects.toMatchObject({ code: 'config' });
  });

  test('keep what is not ours, are read by their owner only, and forget', async () => {
    const file = write('.docker/config.json', { auths: { other: basic('o:1') }, currentContext: 'x' });
    chmodSync(file, 0o644);
    const kept = await config().keep('localhost:5000', { username: 'ann', password: 's:e' });
    expect(kept).toEqual({ place: file, isPlain: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      auths: { other: basic('o:1'), 'localhost:5000': basic('ann:s:e') },
      currentContext: 'x',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await config().credentialsFor('localhost:5000', 'x')).toEqual({ username: 'ann', password: 's:e' });
    expect([await config().forget('localhost:5000'), await config().forget('localhost:5000')]).toEqual([true, false]);
    expect(JSON.parse(readFileSync(file, 'utf8')).auths).toEqual({ other: basic('o:1') });
    await config().keep('docker.io', { username: 'ann', identityToken: 'id' });
    expect(JSON.parse(readFileSync(file, 'utf8')).auths['https://index.docker.io/v1/']).toMatchObject({
      identitytoken: 'id',
    });
    expect(await config().credentialsFor('docker.io', 'x')).toMatchObject({ identityToken: 'id' });
  });
});

describe('helpers', () => {
  test('are asked once for a registry, by its name on standard input', async () => {
    const env = helper('vault', '{"Username":"ann","Secret":"from helper"}');
    write('.docker/config.json', { credHelpers: { 'a.example': 'vault' }, auths: { 'a.example': basic('file:1') } });
    const found = config(env);
    const both = await Promise.all([found.credentialsFor('a.example', 'x'), found.credentialsFor('a.example', 'x')]);
    expect(both).toEqual([
      { username: 'ann', password: 'from helper' },
      { username: 'ann', password: 'from helper' },
    ]);
    expect(asked()).toEqual(['get a.example']);
  });

  test('that know nobody leave it to the file; tokens are told from passwords', async () => {
    const none = helper('none', 'credentials not found in native keychain', 1);
    write('.docker/config.json', { credsStore: 'none', auths: { 'a.example': basic('file:1') } });
    expect(await config(none).credentialsFor('a.example', 'x')).toMatchObject({ username: 'file' });
    const token = helper('none', '{"Username":"<token>","Secret":"id"}');
    expect(await config(token).credentialsFor('a.example', 'x')).toEqual({ identityToken: 'id' });
  });

  test('keep and erase what a login brings, and the file has none of it', async () => {
    const env = helper('vault', '{"Username":"ann","Secret":"x"}');
    const file = write('.docker/config.json', { credsStore: 'vault' });
    expect(await config(env).keep('docker.io', { username: 'ann', password: 'pw' })).toEqual({
      place: 'docker-credential-vault',
      isPlain: false,
    });
    expect(await config(env).forget('docker.io')).toBe(true);
    expect(asked()).toEqual([
      'store {"ServerURL":"https://index.docker.io/v1/","Username":"ann","Secret":"pw"}',
      'get https://index.docker.io/v1/',
      'erase https://index.docker.io/v1/',
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain('pw');
  });

  test('that fail, do not end, are missing or no programs are told without their words', async () => {
    const failing = helper('vault', 'password is hunter2', 3);
    const env = { ...failing };
    const get = (name: string, more: object = {}) => new CredentialHelper(name, { env, ...more }).get('a.example');
    await expect(get('vault')).rejects.toMatchObject({ message: 'docker-credential-vault get ended with 3' });
    await expect(get('gone')).rejects.toMatchObject({ message: 'docker-credential-gone is not on PATH' });
    writeFileSync(join(home, 'bin/docker-credential-slow'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o700 });
    await expect(get('slow', { timeoutMs: 100 })).rejects.toThrow('does not answer within 0.1 s');
    helper('vault', 'no json');
    await expect(get('vault')).rejects.toThrow('does not answer with JSON');
    for (const name of ['../x', 'a b', '', '-x', 'a;b']) {
      expect(() => new CredentialHelper(name, { env })).toThrow('is no name of a credential helper');
    }
  });
});
