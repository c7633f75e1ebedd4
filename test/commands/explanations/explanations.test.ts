import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiStatusError } from '../../../src/api/status.ts';
import { explainErrors } from '../../../src/commands/explanations/explain.ts';
import { createAuthority, issue } from '../../../src/emulator/pki/certificates.ts';
import { type Emulated, emulated } from '../emulated.ts';
import { failure, run } from '../fake-cluster.ts';

let cluster: Emulated;
beforeAll(async () => {
  cluster = await emulated();
  const { client } = cluster.emulator;
  for (const name of ['shop', 'other']) {
    await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const [namespace, name] of [
    ['shop', 'settings'],
    ['shop', 'colours'],
    ['other', 'prices'],
  ]) {
    await client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: name!, namespace: namespace! },
    });
  }
});
afterAll(() => cluster.stop());

/** What a person sees below the error. */
async function seen(line: string, env: Record<string, string> = {}): Promise<string> {
  const { stderr } = await cluster.run(line.split(' '), { terminal: true, env: { NO_COLOR: '1', ...env } });
  return stderr;
}

describe('never in the way', () => {
  const line = ['get', 'configmap', 'setings', '-n', 'shop'];
  const plain = 'Error from server (NotFound): configmaps "setings" not found\n';

  test('nothing is said on a pipe, nor where the program is called kubectl', async () => {
    expect((await cluster.run(line)).stderr).toBe(plain);
    expect((await cluster.run(line, { terminal: true, tool: 'kubectl' })).stderr).toBe(plain);
  });

  test('KCTL_EXPLAIN turns it off and on', async () => {
    const never = await cluster.run(line, { terminal: true, env: { KCTL_EXPLAIN: 'never' } });
    expect(never.stderr).toBe(plain);
    const always = await cluster.run(line, { env: { KCTL_EXPLAIN: 'always' } });
    expect(always.stderr).toBe(`${plain}  In namespace shop there is: settings.\n`);
  });

  test('the exit code stays, colour goes with NO_COLOR', async () => {
    const coloured = await cluster.run(line, { terminal: true });
    expect(coloured.code).toBe(1);
    expect(coloured.stderr).toBe(`${plain}  \u001b[2mIn namespace shop there is: settings.\u001b[22m\n`);
    expect(await seen(line.join(' '))).not.toContain('\u001b');
  });

  test('nobody asks more than one list for a name', async () => {
    const { requests, stderr } = await run(
      ['get', 'cm', 'a'],
      {
        'GET /api/v1/namespaces/default/configmaps/a': failure(404, 'NotFound', 'configmaps "a" not found', {
          name: 'a',
          kind: 'configmaps',
        }),
        'GET /api/v1/configmaps': {
          kind: 'List',
          apiVersion: 'v1',
          metadata: {},
          items: [{ metadata: { name: 'a', namespace: 'x\u001b[31m' } }],
        },
      },
      { tool: 'kctl', terminal: true, env: { NO_COLOR: '1' } },
    );
    expect(requests.map(({ path }) => path)).toEqual(['/api/v1/namespaces/default/configmaps/a', '/api/v1/configmaps']);
    expect(stderr).toContain('A ConfigMap of that name is in namespace x^[[31m.\n    kctl get cm a -n x^[[31m\n');
  });

  test('it ends with its time, and with Ctrl-C', async () => {
    const status = failure(404, 'NotFound', 'configmaps "a" not found', { name: 'a', kind: 'configmaps' });
    const aborter = new AbortController();
    const context = {
      io: { env: {}, cwd: '/', stderr: { write: () => true } },
      ...{ tool: 'kctl', commandPath: 'get', globals: {}, signal: aborter.signal },
    } as never;
    const connect = () => new Promise<never>(() => undefined);
    await explainErrors([new ApiStatusError(status)], { context, args: ['cm', 'a'], connect, limit: 5 });
    const waiting = explainErrors([new ApiStatusError(status)], { context, args: ['cm', 'a'], connect, limit: 60_000 });
    aborter.abort();
    await waiting;
  });

  test('what fails while explaining is no news', async () => {
    const { stderr, code } = await run(
      ['get', 'cm', 'a'],
      {
        'GET /api/v1/namespaces/default/configmaps/a': failure(404, 'NotFound', 'configmaps "a" not found', {
          name: 'a',
          kind: 'configmaps',
        }),
        'GET /api/v1/configmaps': failure(500, 'InternalError', 'no'),
      },
      { tool: 'kctl', terminal: true },
    );
    expect(stderr).toBe('Error from server (NotFound): configmaps "a" not found\n');
    expect(code).toBe(1);
  });
});

describe('a name that is not there', () => {
  test.each([
    ['get cm setings -n shop', 'In namespace shop there is: settings.'],
    ['describe cm settings', 'A ConfigMap of that name is in namespace shop.\n    kctl describe cm settings -n shop'],
    ['delete cm prises', 'Near it: prices in namespace other.'],
    ['get cm settings -n default', '    kctl get cm settings -n shop\n'],
    ['get ns shpo', 'Near it: shop.'],
    ['scale deploy settings --replicas=2 -n shop', 'There is no Deployment in namespace shop.'],
    ['get cm zzz -n other', 'In namespace other there are: '],
  ])('%s', async (line, words) => {
    expect(await seen(line)).toContain(words);
  });
});

test('no command that changes something is put into the mouth of anybody', async () => {
  for (const line of ['delete cm settings', 'label cm settings a=b', 'edit cm settings']) {
    const said = await seen(line);
    expect(said).toContain('A ConfigMap of that name is in namespace shop.');
    expect(said).not.toContain('    kctl');
  }
});

test('of several namespaces or contexts nothing is guessed', async () => {
  const said = await seen('get cm setings -n shop,other');
  expect(said).toContain('not found');
  expect(said).not.toContain('In namespace');
});

describe('no access', () => {
  test('a role that exists is proposed, and the command gives just that', async () => {
    const said = await seen('get pods -n shop --as=mina');
    expect(said).toContain('You are mina (by --as).\n  ClusterRole view would allow it; so would ClusterRole edit');
    const command = /^ {4}kctl (create rolebinding .*)$/m.exec(said)![1]!;
    expect(command).toBe('create rolebinding mina-view --clusterrole=view --user=mina -n shop');
    expect((await cluster.run(command.split(' '))).code).toBe(0);
    expect((await cluster.run('auth can-i list pods -n shop --as=mina'.split(' '))).code).toBe(0);
    expect((await cluster.run('auth can-i list pods -n other --as=mina'.split(' '))).code).toBe(1);
  });

  test('where none exists, the rule is, and it is narrow', async () => {
    const said = await seen('get nodes --as=system:serviceaccount:shop:robot');
    const commands = [...said.matchAll(/^ {4}kctl (create .*)$/gm)].map(([, command]) => command!);
    expect(commands).toEqual([
      'create clusterrole nodes-list --verb=list --resource=nodes',
      'create clusterrolebinding robot-nodes-list --clusterrole=nodes-list --serviceaccount=shop:robot',
    ]);
    for (const command of commands) expect((await cluster.run(command.split(' '))).code).toBe(0);
    const robot = '--as=system:serviceaccount:shop:robot';
    expect((await cluster.run(['get', 'nodes', robot])).code).toBe(0);
    expect((await cluster.run(['auth', 'can-i', 'delete', 'nodes', robot])).code).toBe(1);
  });

  test('where one may is told, too', async () => {
    await cluster.run('create role looker --verb=get,list --resource=services -n other'.split(' '));
    await cluster.run('create rolebinding lookers --role=looker --group=team --user=ada -n other'.split(' '));
    const words = 'You may do it in namespace other (-n).';
    expect(await seen('get services -n shop --as=ada')).toContain(words);
    expect(await seen('get services -n shop --as=bea --as-group=team')).toContain(words);
    expect(await seen('get services -n shop --as=bea')).not.toContain(words);
    expect(await seen('get secrets -n shop --as=ada')).not.toContain('You may do it');
  });

  test('who may not read RBAC gets the rule', async () => {
    const denied = (what: string) =>
      failure(
        403,
        'Forbidden',
        `${what} is forbidden: User "eve" cannot list resource "${what}" in API group "" in the namespace "default"`,
      );
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const { stderr } = await run(
      ['get', 'pods'],
      {
        'GET /api/v1/namespaces/default/pods': denied('pods'),
        ...Object.fromEntries(
          ['clusterroles', 'clusterrolebindings', 'namespaces/default/roles', 'namespaces/default/rolebindings'].map(
            (path) => [`GET ${rbac}/${path}`, denied('x')],
          ),
        ),
        'POST /apis/authentication.k8s.io/v1/selfsubjectreviews': {
          status: { userInfo: { username: 'eve', groups: ['dev', 'system:authenticated'] } },
        },
      },
      { tool: 'kctl', terminal: true, env: { NO_COLOR: '1' } },
    );
    expect(stderr).toContain('You are eve, of dev.');
    expect(stderr).toContain('Which role would allow it you may not read');
    expect(stderr).toContain('    kctl create role pods-list --verb=list --resource=pods -n default\n');
    expect(stderr).toContain('    kctl create rolebinding eve-pods-list --role=pods-list --user=eve -n default\n');
  });

  test('also where the verb has words of its own, once for many', async () => {
    const said = await seen('create deployment x --image=nginx -n other --as=mina');
    expect(said).toContain('ClusterRole edit would allow it');
    const twice = await seen('get cm a b -n other --as=mina');
    expect(twice.match(/You are mina/g)).toHaveLength(1);
  });
});

describe('what the server does not take', () => {
  test('a quota that is used up', async () => {
    const { client } = cluster.emulator;
    await client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'other' },
      spec: { hard: { 'count/secrets': '0' } },
    });
    const said = await seen('create secret generic s -n other');
    expect(said).toContain('Quota few of namespace other is used up: count/secrets: 0 of 0 in use, 1 more asked for.');
    expect(said).toContain('    kctl describe quota few -n other\n');
  });

  test('fields lead to explain, and what cannot change says so', async () => {
    await cluster.run('create deployment web --image=nginx -n shop'.split(' '));
    const patch =
      '{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}';
    const said = await seen(`patch deploy web -n shop -p ${patch}`);
    expect(said).toContain('This cannot be changed in an object that exists');
    expect(said).toContain('    kctl explain deployments.spec.selector\n');
  });

  test('a type that is not served', async () => {
    writeFileSync(
      join(cluster.folder, 'old.yaml'),
      'apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: x}\n',
    );
    expect(await seen('create -f old.yaml')).toContain('This server has Deployment in apps/v1, not in apps/v1beta1.');
    writeFileSync(join(cluster.folder, 'odd.yaml'), 'apiVersion: v1\nkind: Pot\nmetadata: {name: x}\n');
    expect(await seen('create -f odd.yaml')).toContain('Near it: Pod');
  });

  test('a name that is taken', async () => {
    const said = (await seen('create cm settings -n shop')).replace(/\s+/g, ' ');
    expect(said).toMatch(
      /ConfigMap settings is there in namespace shop since \d+s.*\. To change it, apply a file or edit it/,
    );
  });

  test('pods that a standard does not let in', async () => {
    await cluster.run('create ns locked'.split(' '));
    await cluster.run('label ns locked pod-security.kubernetes.io/enforce=baseline'.split(' '));
    const overrides = '{"spec":{"hostNetwork":true}}';
    const said = await seen(`run x --image=nginx -n locked --overrides=${overrides}`);
    expect(said.replace(/\s+/g, ' ')).toContain('Namespace locked lets in only pods that keep the standard "baseline"');
    expect(said).toContain(
      '    kctl label namespace locked pod-security.kubernetes.io/enforce=privileged --overwrite\n',
    );
  });

  test('somebody else was faster', async () => {
    const details = { name: 'web', kind: 'configmaps' };
    const time = new Date(Date.now() - 7_000).toISOString();
    const managedFields = [
      { manager: 'early', operation: 'Update', time: '2020-01-01T00:00:00Z' },
      { manager: 'kube-controller-manager', operation: 'Update', time, subresource: 'status' },
    ];
    const path = '/api/v1/namespaces/default/configmaps/web';
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web', namespace: 'default', managedFields },
    };
    const { stderr } = await run(
      ['label', 'cm', 'web', 'a=b'],
      {
        [`GET ${path}`]: object,
        [`PATCH ${path}`]: failure(409, 'Conflict', 'the object has been modified', details),
      },
      { tool: 'kctl', terminal: true, env: { NO_COLOR: '1' } },
    );
    expect(stderr).toContain('It was changed by somebody else after it was read');
    expect(stderr).toMatch(/Written last by kube-controller-manager \(status\), [78]s ago\./);
  });
});

describe('a server that is not reached', () => {
  const record = (name: string, url: string) => {
    const folder = join(cluster.folder, 'clusters', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'cluster.json'),
      JSON.stringify({ url, port: Number(new URL(url).port), nodes: 1, pid: 1 }),
    );
  };

  test('a name that nobody knows', async () => {
    expect(await seen('get pods -s https://api.invalid')).toContain('The name api.invalid is unknown to the resolver');
  });

  test('the context and file that said so; a bundled cluster that is stopped', async () => {
    record('lab', 'https://127.0.0.1:1');
    const said = await seen('get pods -s https://127.0.0.1:1');
    expect(said).toContain(
      'Tried https://127.0.0.1:1, as --server says; the rest is from context test, cluster test in',
    );
    expect(said).toContain('That is the bundled cluster lab, which is stopped.');
    expect(said).toContain('    kctl cluster start --name lab\n');
    expect(await seen('get pods -s https://127.0.0.1:2')).toContain('Nothing listens at 127.0.0.1:2 on this machine');
  });

  test('a proxy is named without its password', async () => {
    const said = await seen('get pods -s https://example.test:6443', { HTTPS_PROXY: 'http://user:hidden@127.0.0.1:1' });
    expect(said).toContain('By way of http://127.0.0.1:1, as the environment (HTTPS_PROXY, HTTP_PROXY) says');
    expect(said).not.toContain('hidden');
  });

  test('nothing names a cluster, or no context is chosen', async () => {
    const config = join(cluster.folder, 'unchosen');
    writeFileSync(config, 'contexts: [{name: a, context: {cluster: a, user: a}}]\n');
    expect(await seen(`get pods --kubeconfig=${config}`)).toContain('    kctl config use-context a\n');
  });

  test('a certificate of another name, and one of another authority', async () => {
    const { url, adminKubeconfig } = cluster.emulator;
    const name = `https://0.0.0.0:${new URL(url).port}`;
    const named = (await seen(`get pods -s ${name}`)).replace(/\s+/g, ' ');
    expect(named).toContain('The server shows CN=kube-apiserver, issued by CN=kubernetes, valid until');
    expect(named).toMatch(/It is for DNS:localhost, .* and not for 0\.0\.0\.0\./);
    const trusting = async (authority: string) => {
      const config = join(cluster.folder, 'mixed');
      const data = Buffer.from((await createAuthority(authority, Date.now())).cert).toString('base64');
      writeFileSync(config, adminKubeconfig.replace(/(certificate-authority-data: ).*/, `$1${data}`), { mode: 0o600 });
      return (await seen(`get pods --kubeconfig=${config}`)).replace(/\s+/g, ' ');
    };
    expect(await trusting('kubernetes')).toContain('trusts another authority of the same name (CN=kubernetes)');
    expect(await trusting('minikubeCA')).toContain('trusts CN=minikubeCA: the kubeconfig is of another cluster');
  });

  test('a certificate that has expired', async () => {
    const then = Date.now() - 2 * 365 * 86_400_000;
    const authority = await createAuthority('kubernetes', then);
    const pair = await issue(authority, { commonName: 'old', usage: 'server', ip: ['127.0.0.1'] }, then);
    const server = createTlsServer(pair, (socket) => socket.on('error', () => undefined).resume());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const config = join(cluster.folder, 'expired');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const data = Buffer.from(authority.cert).toString('base64');
    const { adminKubeconfig, url: real } = cluster.emulator;
    writeFileSync(config, adminKubeconfig.replace(real, url).replace(/(certificate-authority-data: ).*/, `$1${data}`), {
      mode: 0o600,
    });
    const said = (await seen(`get pods --kubeconfig=${config}`)).replace(/\s+/g, ' ');
    expect(said).toContain('certificate has expired or is not yet valid');
    expect(said).toMatch(
      /The server shows CN=old, issued by CN=kubernetes, .* It expired 3(64|65)d ago by this machine's clock/,
    );
    expect(said).not.toContain('trusts');
    await new Promise((resolve) => server.close(resolve));
  });

  test('something that is no API server', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await seen(`get pods -s https://127.0.0.1:${port}`)).toContain(
      `Whatever listens at 127.0.0.1:${port} speaks no TLS`,
    );
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('credentials that are not accepted', () => {
  const withUser = (user: string) => {
    const config = join(cluster.folder, 'user');
    writeFileSync(
      config,
      cluster.emulator.adminKubeconfig.replace(/client-certificate-data: .*\n\s*client-key-data: .*\n/, `${user}\n`),
      { mode: 0o600 },
    );
    return config;
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;

  test('a token that has expired is told by its own words, and never shown', async () => {
    const old = token({ exp: 1_700_000_000, sub: 'system:serviceaccount:shop:robot', iss: 'https://issuer' });
    const said = await seen(`get pods --kubeconfig=${withUser(`token: ${old}`)}`);
    expect(said).toContain('You must be logged in to the server');
    expect(said).toContain('It expired at 2023-11-14T22:13:20Z, ');
    expect(said).toContain('of system:serviceaccount:shop:robot, issued by https://issuer');
    expect(said).not.toContain(old);
    expect(said).not.toContain('c2lnbmF0dXJl');
  });

  test('a token from a flag, a plugin, and no credentials at all', async () => {
    const bare = withUser('username: ""');
    const secret = 'very-secret-token';
    const flag = await seen(`get pods --kubeconfig=${bare} --token=${secret}`);
    expect(flag).toContain('Sent a token of --token.');
    expect(flag).toContain('It is no JWT');
    expect(flag).not.toContain(secret);
    const answer = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: token({ exp: 1_700_000_000 }) },
    };
    const plugin = join(cluster.folder, 'answer.json');
    writeFileSync(plugin, JSON.stringify(answer));
    const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: cat, args: [${plugin}], interactiveMode: Never}`;
    const said = await seen(`get pods --kubeconfig=${withUser(exec)}`, { PATH: process.env['PATH']! });
    expect(said).toContain('Sent what the plugin cat gave');
    expect(said).toContain('It expired at 2023-11-14T22:13:20Z');
  });

  test('a certificate of another cluster', async () => {
    const authority = await createAuthority('kubernetes', Date.now());
    const { cert, key } = await issue(authority, { commonName: 'mina', usage: 'client' }, Date.now());
    const [certData, keyData] = [cert, key].map((pem) => Buffer.from(pem).toString('base64'));
    const user = `client-certificate-data: ${certData}\n    client-key-data: ${keyData}`;
    const said = (await seen(`get pods --kubeconfig=${withUser(user)}`)).replace(/\s+/g, ' ');
    expect(said).toContain('Showed the client certificate of user test');
    expect(said).toContain('It is of CN=mina, issued by CN=kubernetes.');
    expect(said).toContain('the server does not trust who issued it');
    expect(said).not.toContain(keyData!.slice(0, 20));
  });
});

describe('a container that does not run', () => {
  beforeAll(async () => {
    await cluster.run(
      'create secret docker-registry regcred -n shop --docker-server=ghcr.io --docker-username=u --docker-password=hush'.split(
        ' ',
      ),
    );
    const overrides = '{"spec":{"imagePullSecrets":[{"name":"regcred"},{"name":"gone"}]}}';
    await cluster.run([
      'run',
      'lost',
      '--image=registry.test/shop/web:does-not-exist',
      '-n',
      'shop',
      `--overrides=${overrides}`,
    ]);
    await cluster.run(
      'wait pod/lost -n shop --for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImagePull --timeout=60s'.split(
        ' ',
      ),
    );
  }, 70_000);

  test.each([
    'logs lost -n shop',
    'exec lost -n shop -- ls',
    'wait pod/lost -n shop --for=condition=Ready --timeout=10ms',
  ])('the chain of causes: %s', async (line) => {
    const said = (await seen(line)).replace(/\n +/g, ' ');
    expect(said).toContain('image registry.test/shop/web:does-not-exist cannot be pulled');
    expect(said).toContain('registry registry.test, repository shop/web, tag does-not-exist');
    expect(said).toContain('pull secret regcred has credentials for ghcr.io, and none for registry.test');
    expect(said).toContain('kctl why pod/lost -n shop');
    expect(said).not.toContain('hush');
  });

  test('a rollout that does not go on leads to its pod', async () => {
    await cluster.run('create deployment stuck --image=registry.test/shop/web:nope -n shop'.split(' '));
    const said = (await seen('rollout status deploy/stuck -n shop --timeout=50ms')).replace(/\n +/g, ' ');
    expect(said).toMatch(/Its pod stuck-\S+:|Pod stuck-\S+ has no node|kctl why deployment\/stuck -n shop/);
  });

  test('describe adds it for people', async () => {
    const line = 'describe pod lost -n shop'.split(' ');
    const { stdout } = await cluster.run(line, { terminal: true, env: { NO_COLOR: '1' } });
    expect(stdout).toContain('Why the image is not pulled:\n  - image registry.test/shop/web:does-not-exist means:');
    expect(stdout).toContain('  ✖ pull secret gone, which the pod names, does not exist in namespace shop\n');
    for (const quiet of [await cluster.run(line), await cluster.run(line, { terminal: true, tool: 'kubectl' })]) {
      expect(quiet.stdout).not.toContain('Why the image');
    }
  });

  test('why has all of it', async () => {
    const { stdout } = await cluster.run('why pod/lost -n shop'.split(' '));
    expect(stdout).toContain('✖ pull secret gone, which the pod names, does not exist in namespace shop');
    expect(stdout).toContain('kctl create secret docker-registry gone -n shop --docker-server=registry.test');
  });
});
