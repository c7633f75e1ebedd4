import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { Cluster } from '../../src/kube/cluster.ts';
import type { ClusterOptions } from '../../src/kube/cluster-options.ts';
import type { ExecConfig, UserEntry } from '../../src/kube/kubeconfig/model.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { KctlError } from '../../src/lib/errors.ts';
import { createAuthority, type TestAuthority } from './support/pki.ts';
import { sendJson, startServer, type TestServer } from './support/test-server.ts';

let folder: string;
let authority: TestAuthority;
let server: TestServer;
const clusters: Cluster[] = [];
let peer = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-credentials-'));
  authority = await createAuthority();
  const tls = await authority.issue('server', { hosts: ['127.0.0.1'] });
  server = await startServer(
    (_, response) => {
      peer = String((response.socket as TLSSocket).getPeerCertificate().subject?.CN ?? '');
      sendJson(response, { ok: true });
    },
    { ...tls, ca: authority.cert },
  );
});

afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.transport.close();
  server.seen.length = 0;
  vi.useRealTimers();
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;

async function open(user: UserEntry, options: Partial<ClusterOptions> = {}, cluster = {}): Promise<Cluster> {
  const kubeconfig = join(folder, `config-${files++}`);
  const ca = Buffer.from(authority.cert).toString('base64');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority-data': ca, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const opened = await openCluster({
    env: { PATH: process.env.PATH },
    stdin: new PassThrough(),
    kubeconfig,
    ...options,
  });
  clusters.push(opened);
  return opened;
}

const get = (cluster: Cluster) => cluster.transport.json({ method: 'GET', path: '/api/v1/pods' });
const sent = () => server.seen.map((one) => one.headers.authorization);

async function printed(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: KctlError) => reason,
  );
  return error ? error.prefix + error.message : 'no error';
}

describe('token files', () => {
  test('are read again after a minute, and after a 401', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'one\n');
    vi.useFakeTimers({ toFake: ['Date'] });
    const cluster = await open({ tokenFile });
    await get(cluster);
    writeFileSync(tokenFile, 'two\n');
    await get(cluster);
    vi.setSystemTime(Date.now() + 61_000);
    await get(cluster);
    expect(sent()).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);

    writeFileSync(tokenFile, 'three\n');
    const answer = server.handle;
    server.handle = (request, response) =>
      request.headers.authorization === 'Bearer three' ? answer(request, response) : sendJson(response, {}, 401);
    expect(await get(cluster)).toEqual({ ok: true });
    server.handle = answer;
  });

  test('one that is missing', async () => {
    expect(await printed(open({ tokenFile: '/nope' }))).toBe('error: open /nope: no such file or directory');
  });
});

describe('plugins', () => {
  const v1 = 'client.authentication.k8s.io/v1';

  /** A plugin in JavaScript that notes each call; `answer` is an expression. */
  function plugin(answer: string, more: Partial<ExecConfig> = {}): { exec: ExecConfig; calls(): unknown[] } {
    const script = join(folder, `plugin-${files}.mjs`);
    const log = join(folder, `calls-${files++}.json`);
    writeFileSync(log, '');
    writeFileSync(
      script,
      `import { appendFileSync, readFileSync } from 'node:fs';
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const call = readFileSync(${JSON.stringify(log)}, 'utf8').split('\\n').length;
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ info, extra: process.env.EXTRA }) + '\\n');
const answer = ${answer};
process.stdout.write(typeof answer === 'string' ? answer : JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', ...answer }));`,
    );
    return {
      exec: { apiVersion: v1, command: process.execPath, args: [script], interactiveMode: 'Never', ...more },
      calls: () =>
        readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    };
  }

  test('are asked once, with the cluster and their own environment', async () => {
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }];
    const { exec, calls } = plugin('{ status: { token: "t" + call } }', {
      provideClusterInfo: true,
      env: [{ name: 'EXTRA', value: 'yes' }],
    });
    const cluster = await open({ exec }, {}, { extensions });
    await Promise.all([get(cluster), get(cluster)]);
    expect(sent()).toEqual(['Bearer t1', 'Bearer t1']);
    expect(calls()).toEqual([
      {
        extra: 'yes',
        info: {
          kind: 'ExecCredential',
          apiVersion: v1,
          spec: {
            interactive: false,
            cluster: {
              server: server.url,
              'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
              config: { audience: 'a' },
            },
          },
        },
      },
    ]);
  });

  test('are asked again when the answer has expired', async () => {
    const { exec, calls } = plugin(
      '{ status: { token: "t" + call, expirationTimestamp: call < 2 ? "2020-01-01T00:00:00Z" : "2999-01-01T00:00:00Z" } }',
      { apiVersion: 'client.authentication.k8s.io/v1beta1' },
    );
    const cluster = await open({ exec });
    for (let i = 0; i < 3; i++) await get(cluster);
    expect(sent().at(-1)).toBe('Bearer t2');
    expect(calls().length).toBe(2);
  });

  test('are asked again once after a 401', async () => {
    const { exec, calls } = plugin('{ status: { token: "t" + call } }');
    const answer = server.handle;
    server.handle = (request, response) =>
      request.headers.authorization === 'Bearer t1' ? sendJson(response, {}, 401) : answer(request, response);
    const cluster = await open({ exec });
    expect(await get(cluster)).toEqual({ ok: true });
    server.handle = (_, response) => sendJson(response, {}, 401);
    await expect(get(cluster)).rejects.toMatchObject({ httpCode: 401 });
    server.handle = answer;
    expect(calls().length).toBe(3);
  });

  test('may give client certificates', async () => {
    const jane = await authority.issue('jane');
    const file = join(folder, 'status.json');
    writeFileSync(file, JSON.stringify({ clientCertificateData: jane.cert, clientKeyData: jane.key }));
    const { exec } = plugin(`{ status: JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8')) }`);
    await get(await open({ exec }));
    expect(peer).toBe('jane');
  });

  test('what they say on stderr reaches the user, what they print does not', async () => {
    const { exec } = plugin('(process.stderr.write("log in at x\\n"), { status: { token: "t" } })');
    let said = '';
    const stderr = new Writable({
      write(chunk, _, done) {
        said += chunk;
        done();
      },
    });
    await get(await open({ exec }, { stderr, verbosity: 8 }));
    expect(said).toContain('log in at x\n');
    expect(said).not.toContain('"token"');
    expect(said).toContain('Authorization: Bearer <masked>');
  });

  // The texts are those of kubectl 1.32.5 for the same plugins.
  test.each<[string, Partial<ExecConfig>, string]>([
    ['process.exit(3)', {}, `exec: executable ${process.execPath} failed with exit code 3`],
    [
      '""',
      {},
      'exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned version client.authentication.k8s.io/__internal',
    ],
    [
      '{ apiVersion: "client.authentication.k8s.io/v1beta1", status: { token: "x" } }',
      {},
      'exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned version client.authentication.k8s.io/v1beta1',
    ],
    ['{}', {}, "exec plugin didn't return a status field"],
    ['{ status: {} }', {}, "exec plugin didn't return a token or cert/key pair"],
    ['{ status: { clientCertificateData: "x" } }', {}, 'exec plugin returned only certificate or key, not both'],
    [
      '{}',
      { interactiveMode: 'Always' },
      'exec plugin cannot support interactive mode: standard input is not a terminal',
    ],
  ])('%s %j', async (answer, more, expected) => {
    const { exec } = plugin(answer, more);
    const cluster = await open({ exec });
    expect(await printed(get(cluster))).toBe(`Unable to connect to the server: getting credentials: ${expected}`);
  });

  test('one that is not installed, with its hint, which cannot steer the terminal', async () => {
    const cluster = await open({
      exec: {
        apiVersion: v1,
        command: 'no-such-plugin',
        interactiveMode: 'Never',
        installHint: '\u001b[31minstall it',
      },
    });
    expect(
      await printed(get(cluster)),
    ).toBe(`Unable to connect to the server: getting credentials: exec: executable no-such-plugin not found

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins

[31minstall it`);
  });

  test('an API version that is gone, and a provider that is gone', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x', interactiveMode: 'Never' };
    expect(await printed(open({ exec }))).toBe(
      'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"',
    );
    expect(await printed(open({ 'auth-provider': { name: 'foo' } }))).toBe(
      'error: no Auth Provider found for name "foo"',
    );
  });

  test('a token beats a plugin', async () => {
    const { exec, calls } = plugin('{ status: { token: "t" } }');
    await get(await open({ exec, token: 'mine' }));
    expect(sent()).toEqual(['Bearer mine']);
    expect(calls()).toEqual([]);
  });
});

describe('OIDC', () => {
  const jwt = (expires: number) =>
    ['{}', JSON.stringify({ exp: Math.floor(expires / 1000) })]
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.')
      .concat('.sig');

  test('uses the id-token while it is good, then renews it and writes both back', async () => {
    const fresh = jwt(Date.now() + 3_600_000);
    const requests: { path: string; body: string; authorization: string | undefined }[] = [];
    const tls = await authority.issue('issuer', { hosts: ['127.0.0.1'] });
    const issuer = await startServer((request, response) => {
      requests.push({ path: request.path, body: request.body, authorization: request.headers.authorization });
      if (request.path.endsWith('openid-configuration')) sendJson(response, { token_endpoint: `${issuer.url}/token` });
      else sendJson(response, { id_token: fresh, refresh_token: 'r2' });
    }, tls);
    const config = {
      'idp-issuer-url': issuer.url,
      'client-id': 'id',
      'client-secret': 's&',
      'id-token': jwt(Date.now() - 1000),
      'refresh-token': 'r1',
      'idp-certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
    };
    const cluster = await open({ 'auth-provider': { name: 'oidc', config } });
    await Promise.all([get(cluster), get(cluster)]);
    await get(cluster);
    await issuer.close();
    expect(new Set(sent())).toEqual(new Set([`Bearer ${fresh}`]));
    expect(requests.map((one) => one.path)).toEqual(['/.well-known/openid-configuration', '/token']);
    expect(requests[1]).toMatchObject({
      body: 'grant_type=refresh_token&refresh_token=r1',
      authorization: `Basic ${Buffer.from('id:s%26').toString('base64')}`,
    });
    const written = parse(readFileSync(join(folder, `config-${files - 1}`), 'utf8'));
    expect(written.users[0].user['auth-provider'].config).toMatchObject({
      'id-token': fresh,
      'refresh-token': 'r2',
      'client-id': 'id',
    });
  });

  test('without a refresh-token', async () => {
    const config = { 'idp-issuer-url': 'https://127.0.0.1:1', 'client-id': 'id', 'id-token': jwt(0) };
    const cluster = await open({ 'auth-provider': { name: 'oidc', config } });
    expect(await printed(get(cluster))).toBe(
      'Unable to connect to the server: No valid id-token, and cannot refresh without refresh-token',
    );
  });
});
