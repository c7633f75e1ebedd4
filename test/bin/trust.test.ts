// Public authorities and the environment, which the launcher keeps from Node (bin/kctl).
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../src/emulator/pki/certificates.ts';
import { type Sandbox, sandbox } from '../support/program.ts';

let box: Sandbox;
let server: Server;
let authority: string;
let seenToken: string | undefined;

beforeAll(async () => {
  box = sandbox();
  const now = Date.now();
  const ca = await createAuthority('public-authority', now);
  const leaf = await issue(ca, { commonName: 'server', usage: 'server', ip: ['127.0.0.1'] }, now);
  server = createServer({ cert: leaf.cert, key: leaf.key }, (request, answer) => {
    seenToken = request.headers.authorization;
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-afar' } };
    answer.end(request.url === '/manifest.json' ? JSON.stringify(manifest) : 'served');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  authority = join(box.home, 'authority.pem');
  writeFileSync(authority, ca.cert);
  const plugin = join(box.home, 'plugin');
  writeFileSync(
    plugin,
    `#!/bin/sh\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s-%s"}}' "$(basename "$NODE_EXTRA_CA_CERTS")" "$(env | grep -c KCTL_HELD)"\n`,
  );
  chmodSync(plugin, 0o755);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: url() } }],
    users: [
      {
        name: 'u',
        user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' } },
      },
    ],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  box.env.KUBECONFIG = join(box.home, 'config');
  writeFileSync(box.env.KUBECONFIG, JSON.stringify(config));
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  box.dispose();
});

const url = () => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The server is in this process, so kctl must not block it. */
async function run(args: string[], env: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> {
  const before = { ...box.env };
  Object.assign(box.env, env);
  const child = box.spawn(args);
  Object.assign(box.env, before);
  for (const name of Object.keys(env)) if (!(name in before)) delete box.env[name];
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (part) => (said.stdout += part));
  child.stderr?.on('data', (part) => (said.stderr += part));
  await once(child, 'close');
  return said;
}

describe('a cluster without an authority of its own', () => {
  test('is not trusted for nothing', async () => {
    expect((await run(['get', '--raw', '/x'])).stderr).toContain('certificate signed by unknown authority');
  });

  test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])('is trusted through %s', async (name) => {
    expect(await run(['get', '--raw', '/x'], { [name]: authority })).toEqual({ stdout: 'served', stderr: '' });
    // First words that are flags go another way.
    expect((await run(['-v=0', 'get', '--raw', '/x'], { [name]: authority })).stdout).toBe('served');
  });

  test('is trusted so beside options for Node', async () => {
    const env = { NODE_EXTRA_CA_CERTS: authority, NODE_OPTIONS: '--use-bundled-ca' };
    expect((await run(['get', '--raw', '/x'], env)).stdout).toBe('served');
  });

  test('is no more trusted by a file that cannot be read', async () => {
    const { stderr } = await run(['get', '--raw', '/x'], { NODE_EXTRA_CA_CERTS: '/nowhere.pem' });
    expect(stderr).toContain('certificate signed by unknown authority');
  });
});

test('manifests are fetched with the same trust', async () => {
  const args = ['apply', '--dry-run=client', '--validate=false', '-o', 'name', '-f', `${url()}/manifest.json`];
  expect((await run(args, { SSL_CERT_FILE: authority })).stderr).not.toContain('certificate');
  expect((await run(args)).stderr).toMatch(/certificate|unable to verify/);
});

test('a plugin sees the environment of the user', async () => {
  await run(['get', '--raw', '/x'], { NODE_EXTRA_CA_CERTS: authority });
  expect(seenToken).toBe('Bearer authority.pem-0');
});

test('compiled code is kept by a run that ended well, and one that is cut off is not used', async () => {
  const cache = join(box.home, 'cache');
  const env = { XDG_CACHE_HOME: cache };
  const folder = join(cache, 'kctl', 'compile');
  const kept = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.code')) : []);
  // Not get, whose code the build brings.
  const words = ['config', 'current-context'];
  await run([...words, '--nonsense'], env);
  expect(kept()).toEqual([]);
  await run(words, env);
  expect(kept()).toHaveLength(1);
  const file = join(folder, kept()[0]!);
  const whole = statSync(file).size;
  truncateSync(file, 20_000);
  expect(await run(words, env)).toEqual({ stdout: 'c\n', stderr: '' });
  expect(statSync(file).size).toBeGreaterThan(whole / 2);
  rmSync(cache, { recursive: true });
});
