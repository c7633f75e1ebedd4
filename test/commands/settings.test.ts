import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure, run } from './fake-cluster.ts';

const kubeconfig = `# mine
apiVersion: v1
kind: Config
current-context: a
contexts:
- name: b
  context: {cluster: cb, user: ub}
- name: a
  context: {cluster: ca, user: ua, namespace: shop}
clusters:
- name: ca
  cluster: {server: https://a, certificate-authority-data: YWJj}
users:
- name: ua
  user: {token: secret}
`;

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-settings-'));
  env = { HOME: home, KUBECONFIG: join(home, 'config') };
  writeFileSync(env.KUBECONFIG!, kubeconfig);
});
afterEach(() => rmSync(home, { recursive: true }));

describe('config', () => {
  test.each([
    [['current-context'], 'a\n'],
    [
      ['get-contexts'],
      'CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\n*         a      ca        ua         shop\n          b      cb        ub         \n',
    ],
    [['get-contexts', '-o', 'name'], 'a\nb\n'],
    [['view', '--minify', '-o', 'jsonpath={.users[0].user.token} {.contexts[*].name}'], 'REDACTED a'],
    [['view', '--raw', '-o', 'jsonpath={.users[0].user.token}'], 'secret'],
    [['use-context', 'b'], 'Switched to context "b".\n'],
    [['use', 'b'], 'Switched to context "b".\n'],
    [['set-context', 'c', '--cluster=x'], 'Context "c" created.\n'],
    [['set-context', '--current', '--namespace=x'], 'Context "a" modified.\n'],
  ])('%j', async (line, stdout) => {
    expect(await run(['config', ...line], {}, { env })).toMatchObject({ stdout, stderr: '', code: 0 });
  });

  test('a field that is set is there; a context that is deleted is not', async () => {
    await run(['config', 'set-context', '--current', '--namespace=x'], {}, { env });
    const { stdout } = await run(['config', 'view', '--minify', '-o', 'jsonpath={..namespace}'], {}, { env });
    expect(stdout).toBe('x');
    expect(await run(['config', 'delete-context', 'b'], {}, { env })).toMatchObject({
      stdout: `deleted context b from ${env.KUBECONFIG}\n`,
    });
    expect((await run(['config', 'get-contexts', '-o', 'name'], {}, { env })).stdout).toBe('a\n');
  });

  test.each([
    [['use-context', 'zz'], 'error: no context exists with the name: "zz"\n'],
    [['set-context'], 'error: you must specify a non-empty context name or --current\n'],
    [['get-contexts', 'zz', '-o', 'name'], 'error: context zz not found\n'],
    [['get-contexts', 'zz', 'yy', '-o', 'name'], 'context zz not found\ncontext yy not found\n'],
    [['nope'], 'error: unknown command "nope"\nSee \'kubectl config -h\' for help and examples\n'],
  ])('%j is refused', async (line, stderr) => {
    expect(await run(['config', ...line], {}, { env })).toMatchObject({ stdout: '', stderr, code: 1 });
  });
});

describe('a kubeconfig that --kubeconfig names and that does not exist', () => {
  test('is empty to read, and is made by an edit', async () => {
    const file = `--kubeconfig=${join(home, 'new')}`;
    expect(await run(['config', 'get-contexts', file, '-o', 'name'], {}, { env })).toMatchObject({
      stdout: '',
      code: 0,
    });
    expect((await run(['config', 'current-context', file], {}, { env })).stderr).toBe(
      'error: current-context is not set\n',
    );
    await run(['config', 'set-context', 'c', '--cluster=x', file], {}, { env });
    expect((await run(['config', 'get-contexts', file, '-o', 'name'], {}, { env })).stdout).toBe('c\n');
  });
});

describe('where only the bundled cluster is known', () => {
  const bundled = () => join(home, 'data', 'clusters', 'kctl', 'kubeconfig');
  const bare = (more: object = {}) => ({ tool: 'kctl', env: { HOME: home, KCTL_HOME: join(home, 'data'), ...more } });
  beforeEach(() => {
    mkdirSync(dirname(bundled()), { recursive: true });
    writeFileSync(bundled(), kubeconfig);
  });

  test('its kubeconfig is the one that is read and changed', async () => {
    expect((await run(['ctx'], {}, bare())).stdout).toBe('* a\n  b\n');
    expect((await run(['config', 'current-context'], {}, bare())).stdout).toBe('a\n');
    await run(['config', 'use-context', 'b'], {}, bare());
    expect(readFileSync(bundled(), 'utf8')).toContain('current-context: b');
  });

  test('not where another is, nor as kubectl, nor where it is turned off', async () => {
    const seen = async (options: object) => (await run(['ctx'], {}, { ...bare(), ...options })).stdout;
    expect(await seen({ tool: 'kubectl' })).toBe('');
    expect(await seen(bare({ KCTL_NO_CLUSTER: '1' }))).toBe('');
    writeFileSync(join(home, 'mine'), kubeconfig.replace('name: b', 'name: mine'));
    expect(await seen(bare({ KUBECONFIG: join(home, 'mine') }))).toBe('* a\n  mine\n');
  });
});

describe('ctx', () => {
  test('lists, switches, and goes back', async () => {
    expect((await run(['ctx'], {}, { env })).stdout).toBe('* a\n  b\n');
    expect((await run(['ctx', '-'], {}, { env })).stderr).toContain('there is no previous context');
    await run(['ctx', 'b'], {}, { env });
    expect(readFileSync(env.KUBECONFIG!, 'utf8')).toBe(kubeconfig.replace('current-context: a', 'current-context: b'));
    expect((await run(['ctx', '-'], {}, { env })).stdout).toBe('Switched to context "a".\n');
    expect((await run(['ctx', '-'], {}, { env })).stdout).toBe('Switched to context "b".\n');
  });
});

describe('ns', () => {
  const namespaces = '/api/v1/namespaces';

  test('lists with the one in use marked', async () => {
    const items = ['default', 'shop'].map((name) => ({ metadata: { name } }));
    const routes = { [`GET ${namespaces}`]: { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items } };
    expect((await run(['ns'], routes, { env })).stdout).toBe('* default\n  shop\n');
  });

  test('a namespace that does not exist is refused', async () => {
    const routes = { [`GET ${namespaces}/nope`]: failure(404, 'NotFound', 'namespaces "nope" not found') };
    const { stderr, code } = await run(['ns', 'nope'], routes, { env });
    expect({ stderr, code }).toEqual({
      stderr: 'Error from server (NotFound): namespaces "nope" not found\n',
      code: 1,
    });
    expect(readFileSync(env.KUBECONFIG!, 'utf8')).toBe(kubeconfig);
  });
});
