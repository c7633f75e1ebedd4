import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClusterOptions } from '../../src/kube/cluster-options.ts';
import {
  changeStanza,
  editKubeconfigFile,
  loadForEdit,
  setContextNamespace,
  useContext,
} from '../../src/kube/kubeconfig/edit.ts';
import { hasConfiguration } from '../../src/kube/kubeconfig/has-configuration.ts';
import { inClusterConfiguration } from '../../src/kube/kubeconfig/in-cluster.ts';
import { hasKubeconfig, loadKubeconfig } from '../../src/kube/kubeconfig/load.ts';
import { parsePlainYaml } from '../../src/kube/kubeconfig/plain-yaml.ts';
import { resolveConfig } from '../../src/kube/kubeconfig/resolve.ts';
import { serverUrl } from '../../src/kube/kubeconfig/server-url.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-kubeconfig-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What kubectl prints for the error. */
async function printed(action: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof action === 'function' ? action() : action);
  } catch (error) {
    const { prefix, message } = error as { prefix: string; message: string };
    return prefix + message;
  }
  return 'no error';
}

async function resolve(text: string, options: Partial<ClusterOptions> = {}) {
  const kubeconfig = file('config', text);
  return resolveConfig(await loadKubeconfig({ env: {}, kubeconfig }), { env: {}, ...options });
}

describe('plain YAML', () => {
  const samples: Record<string, string> = {
    'what kubectl writes': `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTg==
    server: https://127.0.0.1:6443
  name: kind-a
contexts:
- context:
    cluster: kind-a
    user: kind-a
  name: kind-a
current-context: kind-a
kind: Config
preferences: {}
users:
- name: kind-a
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - --region
      - eu-west-1
      - get-token
      command: aws
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
`,
    'lists below their key, comments, quotes': `# mine
apiVersion: "v1"
clusters:
  - name: 'it''s'
    cluster:
      # inside
      server: "https://a\\u0041:1"
      insecure-skip-tls-verify: true
  -
    name: b
    cluster: {}
users: []
empty:
deep:
  - - a
    - b
  - c
count: 12
`,
    JSON: '{"apiVersion":"v1","clusters":[{"name":"a","cluster":{"server":"https://a"}}]}',
    nothing: '# only a comment\n',
  };
  for (const [name, text] of Object.entries(samples)) {
    test(`reads ${name} as the YAML library does`, () => {
      expect(parsePlainYaml(text)).toEqual({ value: parse(text) ?? null });
    });
  }

  test.each([
    'a: [1, b]',
    'a: |\n  text',
    'a: &x 1\nb: *x',
    'a: yes',
    'a: 0777',
    'a: 1.5',
    'a: word # comment',
    'a: one\n  two',
    '\ta: 1',
    'a: b: c',
    'a: 2024-01-01',
    'a: !!str 1',
    'a:\n    b: 1\n  c: 2',
    '"quoted key": 1',
    '- a\nb: 1',
    '? a\n: b',
    'a: "open',
  ])('leaves %j to the YAML library', (text) => {
    expect(parsePlainYaml(text)).toBeUndefined();
  });
});

describe('loading', () => {
  test('an explicit file must exist', async () => {
    expect(await printed(loadKubeconfig({ env: {}, kubeconfig: '/nope' }))).toBe(
      'error: stat /nope: no such file or directory',
    );
  });

  test('for names and the current context the first file wins; missing files are skipped', async () => {
    const a = file('a', 'clusters: [{"name": "c", "cluster": {"server": "https://first"}}]\n');
    const b = file(
      'b',
      'current-context: two\nclusters: [{"name": "c", "cluster": {"server": "https://second"}}, {"name": "d", "cluster": {"server": "https://d"}}]\n',
    );
    const c = file('c', 'current-context: three\n');
    const env = { KUBECONFIG: ['/nope', a, '', b, c].join(delimiter) };
    const merged = await loadKubeconfig({ env });
    expect(merged.currentContext).toBe('two');
    expect(merged.currentContextFile).toBe(b);
    expect(merged.clusters.get('c')).toMatchObject({ value: { server: 'https://first' }, file: a });
    expect(merged.clusters.get('d')?.file).toBe(b);
    expect(merged.files[0]).toBe('/nope');
  });

  test('paths count from their own file, bare commands from PATH', async () => {
    mkdirSync(join(folder, 'sub'));
    const path = join(folder, 'sub', 'config');
    writeFileSync(
      path,
      'clusters: [{"name":"c","cluster":{"certificate-authority":"ca.pem"}}]\nusers: [{"name":"u","user":{"client-certificate":"../c.crt","client-key":"/abs/k","tokenFile":"t","exec":{"command":"./bin/plugin"}}},{"name":"v","user":{"exec":{"command":"plugin"}}}]\n',
    );
    const merged = await loadKubeconfig({ env: {}, cwd: folder, kubeconfig: 'sub/config' });
    expect(merged.clusters.get('c')?.value['certificate-authority']).toBe(join(folder, 'sub', 'ca.pem'));
    expect(merged.users.get('u')?.value).toMatchObject({
      'client-certificate': join(folder, 'c.crt'),
      'client-key': '/abs/k',
      tokenFile: join(folder, 'sub', 't'),
      exec: { command: join(folder, 'sub', 'bin', 'plugin') },
    });
    expect(merged.users.get('v')?.value.exec?.command).toBe('plugin');
  });

  // The texts are those of kubectl 1.32.5 for the same files.
  test.each([
    ['clusters: 5\n', 'json: cannot unmarshal number into Go struct field Config.clusters of type []v1.NamedCluster'],
    [
      'clusters:\n- name: c\n  cluster:\n    server: 5\n',
      'json: cannot unmarshal number into Go struct field Cluster.clusters.cluster.server of type string',
    ],
    [
      'apiVersion: v2\nkind: Config\n',
      'no kind "Config" is registered for version "v2" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"',
    ],
    [
      'clusters:\n- name: c\n  cluster:\n    certificate-authority-data: "%%%"\n',
      'illegal base64 data at input byte 0',
    ],
  ])('refuses %j as kubectl does', async (text, detail) => {
    const kubeconfig = file('config', text);
    expect(await printed(loadKubeconfig({ env: {}, kubeconfig }))).toBe(
      `error: error loading config file "${kubeconfig}": ${detail}`,
    );
  });

  test('what is not plain YAML goes to the library: anchors, flow, merge keys, folding', async () => {
    const kubeconfig = file(
      'config',
      'x: &base {server: https://a, tls-server-name: t}\nclusters:\n- name: c\n  cluster:\n    <<: *base\n    server: >-\n      https://b\ncurrent-context: !!str 1\n',
    );
    const config = await loadKubeconfig({ env: {}, kubeconfig });
    expect(config.clusters.get('c')?.value).toEqual({ server: 'https://b', 'tls-server-name': 't' });
    expect(config.currentContext).toBe('1');
  });

  test('broken YAML is one line that names file and line', async () => {
    const kubeconfig = file('config', 'a: [1,2\nb: 3\n');
    const text = await printed(loadKubeconfig({ env: {}, kubeconfig }));
    expect(text).toMatch(/^error: error loading config file ".*\/config": yaml: line \d+: [a-z]/);
    expect(text).not.toContain('\n');
  });

  test('a folder, an empty file and an unknown field', async () => {
    expect(await printed(loadKubeconfig({ env: {}, kubeconfig: folder }))).toBe(
      `error: error loading config file "${folder}": read ${folder}: is a directory`,
    );
    expect((await loadKubeconfig({ env: {}, kubeconfig: file('empty', '') })).clusters.size).toBe(0);
    expect((await loadKubeconfig({ env: {}, kubeconfig: file('odd', 'foo: bar\n') })).currentContext).toBe('');
  });

  test('hasConfiguration: a file with content, --server or a pod', () => {
    const home = { HOME: folder };
    expect(hasConfiguration({ env: home })).toBe(false);
    expect(hasConfiguration({ env: home, server: 'https://a' })).toBe(true);
    expect(hasKubeconfig({ env: { KUBECONFIG: '/nope', ...home } })).toBe(false);
    expect(hasKubeconfig({ env: home, kubeconfig: '/nope' })).toBe(true);
    mkdirSync(join(folder, '.kube'));
    writeFileSync(join(folder, '.kube', 'config'), 'kind: Config\n');
    expect(hasConfiguration({ env: home })).toBe(true);
  });

  test('in a pod', async () => {
    for (const [name, text] of Object.entries({ token: 't', 'ca.crt': 'x', namespace: 'web\n' })) file(name, text);
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    expect(inClusterConfiguration(env, folder)).toEqual({
      server: 'https://[fd00::1]:443',
      tokenFile: join(folder, 'token'),
      caFile: join(folder, 'ca.crt'),
      namespace: 'web',
    });
    expect(inClusterConfiguration({}, folder)).toBeUndefined();
  });
});

describe('choosing', () => {
  const base = `clusters:
- name: c
  cluster: {"server": "https://127.0.0.1:1", "certificate-authority-data": "Zm9v", "tls-server-name": "x"}
- name: badca
  cluster: {"server": "https://127.0.0.1:1", "certificate-authority": "nope.pem"}
- name: both
  cluster: {"server": "https://127.0.0.1:1", "certificate-authority-data": "Zm9v", "insecure-skip-tls-verify": true}
- name: badproxy
  cluster: {"server": "https://127.0.0.1:1", "proxy-url": "ftp://x"}
users:
- name: u
  user: {"token": "t"}
- name: badcert
  user: {"client-certificate": "nope.crt", "client-key": "nope.key"}
- name: certnokey
  user: {"client-certificate-data": "Zm9v"}
- name: tokbasic
  user: {"token": "t", "username": "u", "password": "p"}
- name: exec2
  user: {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "x"}}
- name: exec3
  user: {"exec": {"command": "x", "interactiveMode": "Never"}}
- name: exec4
  user: {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}}
- name: exec10
  user: {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "true", "interactiveMode": "Foo"}}
contexts:
- name: ok
  context: {"cluster": "c", "user": "u", "namespace": "zz"}
- name: nocluster
  context: {"cluster": "zz", "user": "u"}
current-context: ok
`;

  test('the context, and flags over it', async () => {
    expect(await resolve(base)).toMatchObject({
      contextName: 'ok',
      clusterName: 'c',
      userName: 'u',
      namespace: 'zz',
      namespaceExplicit: false,
      cluster: { server: 'https://127.0.0.1:1' },
      user: { token: 't' },
    });
    await expect(resolve(base, { namespace: 'a/b' })).rejects.toThrow(`invalid namespace "a/b": [may not contain '/']`);
    const changed = await resolve(base, {
      namespace: 'n',
      server: 'https://other',
      insecureSkipTlsVerify: true,
      token: 'flag',
      as: 'jane',
      asGroup: ['g,h'],
      asUserExtra: ['a=1', 'a=2'],
    });
    expect(changed).toMatchObject({ namespace: 'n', namespaceExplicit: true });
    expect(changed.cluster).toEqual({ server: 'https://other', 'insecure-skip-tls-verify': true });
    expect(changed.user).toEqual({
      token: 'flag',
      as: 'jane',
      'as-groups': ['g,h'],
      'as-user-extra': { a: ['1', '2'] },
    });
  });

  test('without any, localhost; KUBERNETES_MASTER before that', async () => {
    expect((await resolve('')).cluster.server).toBe('http://localhost:8080');
    expect((await resolve('', { env: { KUBERNETES_MASTER: 'http://m' } })).cluster.server).toBe('http://m');
    expect((await resolve(base, { context: 'nocluster' })).cluster.server).toBe('http://localhost:8080');
  });

  // The texts are those of kubectl 1.32.5 for the same file; FOLDER stands for where it lies.
  test.each<[Partial<ClusterOptions>, string]>([
    [{ context: 'nope' }, 'Error in configuration: context was not found for specified context: nope'],
    [{ cluster: 'zz' }, 'error: no server found for cluster "zz"'],
    [{ user: 'zz' }, 'error: auth info "zz" does not exist'],
    [
      { cluster: 'badca' },
      'error: unable to read certificate-authority FOLDER/nope.pem for badca due to open FOLDER/nope.pem: no such file or directory',
    ],
    [{ cluster: 'both' }, 'error: specifying a root certificates file with the insecure flag is not allowed'],
    [
      { cluster: 'badproxy' },
      `error: invalid 'proxy-url' "ftp://x" for cluster "badproxy": unsupported scheme "ftp", must be http, https, or socks5`,
    ],
    [
      { user: 'badcert' },
      `Error in configuration: 
* unable to read client-cert FOLDER/nope.crt for badcert due to open FOLDER/nope.crt: no such file or directory
* unable to read client-key FOLDER/nope.key for badcert due to open FOLDER/nope.key: no such file or directory`,
    ],
    [
      { user: 'certnokey' },
      'error: client-key-data or client-key must be specified for certnokey to use the clientCert authentication method.',
    ],
    [
      { user: 'tokbasic' },
      'error: more than one authentication method found for tokbasic; found [token basicAuth], only one is allowed',
    ],
    [{ user: 'exec2' }, 'error: interactiveMode must be specified for exec2 to use exec authentication plugin'],
    [{ user: 'exec3' }, 'error: apiVersion must be specified for exec3 to use exec authentication plugin'],
    [{ user: 'exec4' }, 'error: command must be specified for exec4 to use exec authentication plugin'],
    [{ user: 'exec10' }, 'error: invalid interactiveMode for exec10: "Foo"'],
    [{ asGroup: ['g'] }, 'error: requesting uid, groups or user-extra for u without impersonating a user'],
  ])('%j is refused as kubectl refuses it', async (options, expected) => {
    expect((await printed(resolve(base, options))).replaceAll(folder, 'FOLDER')).toBe(expected);
  });

  test('server addresses', async () => {
    expect(serverUrl('127.0.0.1:1')).toBe('http://127.0.0.1:1');
    expect(serverUrl('https://a/base/')).toBe('https://a/base');
    expect(await printed(() => serverUrl('127.0.0.1:1/base'))).toBe(
      'error: host must be a URL or a host:port pair: "127.0.0.1:1/base"',
    );
    expect(await printed(() => serverUrl('http://127.0.0.1:99999'))).toBe(
      'Unable to connect to the server: dial tcp: address 99999: invalid port',
    );
  });
});

describe('editing', () => {
  const commented = `# my clusters
apiVersion: v1
kind: Config
current-context: a # the usual one
contexts:
- name: a
  context:
    cluster: c
    user: u   # me
    colour: red
- name: b
  context: {cluster: c, user: u, namespace: old}
`;

  test('keeps comments and unknown fields, sets 0600, leaves no lock behind', async () => {
    const kubeconfig = file('config', commented);
    await useContext({ env: {}, kubeconfig }, 'b');
    await setContextNamespace({ env: {}, kubeconfig }, 'a', 'web');
    await setContextNamespace({ env: {}, kubeconfig }, 'b', '');
    const text = readFileSync(kubeconfig, 'utf8');
    expect(text).toContain('# my clusters');
    expect(text).toContain('# the usual one');
    expect(text).toContain('# me');
    expect(parse(text)).toMatchObject({
      'current-context': 'b',
      contexts: [
        { name: 'a', context: { cluster: 'c', user: 'u', colour: 'red', namespace: 'web' } },
        { name: 'b', context: { cluster: 'c', user: 'u' } },
      ],
    });
    expect(parse(text).contexts[1].context).not.toHaveProperty('namespace');
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(() => statSync(`${kubeconfig}.lock`)).toThrow('ENOENT');
  });

  test('writes to the file that owns the stanza, the current context to the first file', async () => {
    const a = file('a', 'kind: Config\ncontexts: []\n');
    const b = file('b', commented);
    const env = { KUBECONFIG: [join(folder, 'absent'), a, b].join(delimiter) };
    await setContextNamespace({ env }, 'a', 'web');
    expect(readFileSync(a, 'utf8')).toBe('kind: Config\ncontexts: []\n');
    expect(parse(readFileSync(b, 'utf8')).contexts[0].context.namespace).toBe('web');
    await useContext({ env }, 'b');
    expect(parse(readFileSync(a, 'utf8'))['current-context']).toBe('b');
    expect(parse(readFileSync(b, 'utf8'))['current-context']).toBe('a');
    expect((await loadKubeconfig({ env })).currentContext).toBe('b');
  });

  test('a new stanza, in a file that does not exist', async () => {
    const kubeconfig = join(folder, 'new', 'config');
    const env = { KUBECONFIG: kubeconfig };
    for (const user of ['u', 'v']) {
      await changeStanza(await loadForEdit({ env }), 'contexts', 'x', (before) => ({ ...before, cluster: 'c', user }));
    }
    await useContext({ env }, 'x');
    expect(parse(readFileSync(kubeconfig, 'utf8'))).toMatchObject({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'v' } }],
    });
  });

  test('refuses while another program holds the lock, and follows links', async () => {
    const kubeconfig = file('config', commented);
    const link = join(folder, 'link');
    symlinkSync(kubeconfig, link);
    file('link.lock', '');
    expect(await printed(useContext({ env: {}, kubeconfig: link }, 'b'))).toBe(`error: open ${link}.lock: file exists`);
    rmSync(`${link}.lock`);
    await useContext({ env: {}, kubeconfig: link }, 'b');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(parse(readFileSync(kubeconfig, 'utf8'))['current-context']).toBe('b');
  });

  test('changes that meet wait for each other, and none is lost', async () => {
    const kubeconfig = file('config', commented);
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
    await Promise.all(
      names.map(async (name) =>
        changeStanza(await loadForEdit({ env: {}, kubeconfig }), 'contexts', name, () => ({ cluster: name })),
      ),
    );
    const written = parse(readFileSync(kubeconfig, 'utf8')).contexts.map(({ name }: { name: string }) => name);
    expect(written.sort()).toEqual(['a', 'b', ...names].sort());
  });

  test('an unknown context', async () => {
    const kubeconfig = file('config', commented);
    expect(await printed(useContext({ env: {}, kubeconfig }, 'zz'))).toBe(
      'error: no context exists with the name: "zz"',
    );
  });

  test('reads, renames and removes what later verbs need', async () => {
    const kubeconfig = file('config', commented);
    await editKubeconfigFile(kubeconfig, (document) => {
      expect(document.get(['current-context'])).toBe('a');
      expect([document.has('contexts', 'a'), document.has('clusters', 'a')]).toEqual([true, false]);
      expect(document.renameStanza('contexts', 'a', 'c')).toBe(true);
      expect(document.renameStanza('contexts', 'zz', 'c')).toBe(false);
      expect(document.removeStanza('contexts', 'b')).toBe(true);
      expect(document.removeStanza('contexts', 'b')).toBe(false);
      expect(document.remove(['current-context'])).toBe(true);
      document.setStanza('users', 'u', ['exec'], { command: 'x', args: ['a'] });
    });
    expect(parse(readFileSync(kubeconfig, 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', colour: 'red' } }],
      users: [{ name: 'u', user: { exec: { command: 'x', args: ['a'] } } }],
    });
  });

  test('a failing change leaves the file and no lock', async () => {
    const kubeconfig = file('config', commented);
    const change = () => {
      throw new Error('no');
    };
    await expect(editKubeconfigFile(kubeconfig, change)).rejects.toThrow('no');
    expect(readFileSync(kubeconfig, 'utf8')).toBe(commented);
    expect(() => statSync(`${kubeconfig}.lock`)).toThrow('ENOENT');
  });
});
