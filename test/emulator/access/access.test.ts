import { webcrypto, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const rbac = (kind: string, name: string, more: Json): Json => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name },
  ...more,
});
const grant = async (user: string, role: string) => {
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
  const body = rbac('ClusterRoleBinding', `${user}-${role}`, { subjects, roleRef });
  expect((await cluster.call('POST', `${RBAC}/clusterrolebindings`, { body })).status).toBe(201);
};
const as = (user: string, ...groups: string[]) => ({
  headers: { 'impersonate-user': user, ...(groups.length > 0 ? { 'impersonate-group': groups[0]! } : {}) },
});
const clusterRole = async (name: string): Promise<Json> =>
  (await cluster.call('GET', `${RBAC}/clusterroles/${name}`)).body;
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('did not come');
}

describe('the bootstrap policy', () => {
  test('has the roles of a real cluster, and the collecting ones are filled', async () => {
    const { body } = await cluster.call('GET', `${RBAC}/clusterroles`);
    const names = body.items.map((role: Json) => role.metadata.name);
    for (const name of [
      'system:kube-scheduler',
      'system:node',
      'system:controller:job-controller',
      'view',
      'system:discovery',
    ]) {
      expect(names).toContain(name);
    }
    expect(names).toHaveLength(31 + 38 + 2);
    const [view, edit, admin] = await Promise.all(['view', 'edit', 'admin'].map(clusterRole));
    expect(view.aggregationRule.clusterRoleSelectors[0].matchLabels).toEqual({
      'rbac.authorization.k8s.io/aggregate-to-view': 'true',
    });
    const verbsOn = (role: Json, resource: string) =>
      new Set(role.rules.filter((rule: Json) => rule.resources.includes(resource)).flatMap((rule: Json) => rule.verbs));
    expect([...verbsOn(view, 'pods')].sort()).toEqual(['get', 'list', 'watch']);
    expect(verbsOn(edit, 'pods')).toContain('create');
    expect(verbsOn(view, 'secrets')).toEqual(new Set());
    expect(verbsOn(edit, 'rolebindings')).toEqual(new Set());
    expect(verbsOn(admin, 'rolebindings')).toContain('create');
    expect((await cluster.call('GET', `${RBAC}/namespaces/kube-system/roles`)).body.items).toHaveLength(6);
  });

  test('a role with the label of a collecting one comes to it, and goes with it', async () => {
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    const rules = [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }];
    const body = rbac('ClusterRole', 'view-widgets', { metadata: { name: 'view-widgets', labels }, rules });
    await cluster.call('POST', `${RBAC}/clusterroles`, { body });
    const has = async (role: string) =>
      (await clusterRole(role)).rules.some((rule: Json) => rule.resources.includes('widgets'));
    await until(async () => ((await has('admin')) ? true : undefined));
    await cluster.call('DELETE', `${RBAC}/clusterroles/view-widgets`);
    await until(async () => ((await has('admin')) ? undefined : true));
  });
});

describe('what is forbidden is said as a real server says it', () => {
  test.each([
    [
      'GET',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/x/log',
      'pods "x" is forbidden: User "eve" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/nodes/n',
      'nodes "n" is forbidden: User "eve" cannot get resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'DELETE',
      '/apis/apps/v1/namespaces/a/deployments/d',
      'deployments.apps "d" is forbidden: User "eve" cannot delete resource "deployments" in API group "apps" in the namespace "a"',
    ],
    ['GET', '/metrics', 'forbidden: User "eve" cannot get path "/metrics"'],
  ])('%s %s', async (method, path, message) => {
    const { status, body } = await cluster.call(method, path, as('eve'));
    expect([status, body.reason, body.message]).toEqual([403, 'Forbidden', message]);
  });

  test('a binding to a role that is not there is named', async () => {
    await grant('ned', 'nowhere');
    const { body } = await cluster.call('GET', '/api/v1/nodes', as('ned'));
    expect(body.message).toBe(
      'nodes is forbidden: User "ned" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "nowhere" not found',
    );
  });
});

test('impersonation takes a permission for each thing that is asked for', async () => {
  const whoami = (headers: Record<string, string>) =>
    cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { headers, body: {} });
  const { body } = await whoami({
    'impersonate-user': 'jane',
    'impersonate-group': 'devs',
    'impersonate-uid': 'u1',
    'impersonate-extra-example.com%2Fteam': 'a',
  });
  expect(body.status.userInfo).toEqual({
    username: 'jane',
    uid: 'u1',
    groups: ['devs', 'system:authenticated'],
    extra: { 'example.com/team': ['a'] },
  });
  const account = await whoami({ 'impersonate-user': 'system:serviceaccount:a:b' });
  expect(account.body.status.userInfo.groups).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:a',
    'system:authenticated',
  ]);
  const nobody = await whoami({ 'impersonate-group': 'devs' });
  expect([nobody.status, nobody.body.message]).toEqual([
    400,
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"devs"}, Extra:map[string][]string(nil)} without impersonating a user name',
  ]);
});

describe('nobody grants what they do not have', () => {
  const rules = [{ apiGroups: [''], resources: ['secrets', 'pods'], verbs: ['get', 'list'] }];

  test('in a role', async () => {
    await grant('mia', 'admin');
    const post = (more: Json) =>
      cluster.call('POST', `${RBAC}/namespaces/default/roles`, { ...as('mia'), body: rbac('Role', 'r', more) });
    const { status, body } = await post({
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }, ...rules],
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "mia" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}',
    );
    expect((await post({ rules })).status).toBe(201);
  });

  test('in a binding, but for the verb bind', async () => {
    await grant('max', 'admin');
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'x' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const post = (name: string) =>
      cluster.call('POST', `${RBAC}/namespaces/default/rolebindings`, {
        ...as('max'),
        body: rbac('RoleBinding', name, { subjects, roleRef }),
      });
    const { status, body } = await post('b');
    expect(status).toBe(403);
    expect(body.message).toContain(
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    );
    const mayBind = [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['cluster-admin'],
        verbs: ['bind'],
      },
    ];
    await cluster.call('POST', `${RBAC}/clusterroles`, { body: rbac('ClusterRole', 'binder', { rules: mayBind }) });
    await grant('max', 'binder');
    expect((await post('b')).status).toBe(201);
  });
});

test('reviews answer what would be decided, and why', async () => {
  await grant('rob', 'view');
  const review = async (spec: Json) =>
    (await cluster.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: { spec } })).body;
  const pods = { verb: 'list', resource: 'pods', namespace: 'default' };
  expect((await review({ user: 'rob', resourceAttributes: pods })).status).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "rob-view" of ClusterRole "view" to User "rob"',
  });
  expect((await review({ user: 'rob', resourceAttributes: { ...pods, verb: 'delete' } })).status).toEqual({
    allowed: false,
  });
  expect((await review({ user: 'rob' })).message).toContain(
    'exactly one of nonResourceAttributes or resourceAttributes must be specified',
  );
  const rules = await cluster.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    ...as('rob'),
    body: { spec: { namespace: 'default' } },
  });
  expect(rules.body.status.incomplete).toBe(false);
  expect(rules.body.status.resourceRules.some((rule: Json) => rule.resources.includes('pods'))).toBe(true);
});

test('rules that cannot be worked out are told of; only a node has more than its list', async () => {
  const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const bound = (name: string, ...subjects: Json[]) =>
    cluster.call('POST', bindings, {
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: subjects.map((subject) => ({ apiGroup: 'rbac.authorization.k8s.io', ...subject })),
      },
    });
  const review = async (user: string, ...groups: string[]): Promise<Json> => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const body = { spec: { namespace: 'default' } };
    return (await cluster.call('POST', path, { ...as(user, ...groups), body })).body.status;
  };
  await bound('lost', { kind: 'User', name: 'ann' }, { kind: 'User', name: 'bea' });
  await bound('gone', { kind: 'User', name: 'bea' });
  const missing = (name: string) => `clusterrole.rbac.authorization.k8s.io "${name}" not found`;
  expect(await review('ann')).toMatchObject({ incomplete: false, evaluationError: missing('lost') });
  const both = (await review('bea')) as { evaluationError: string };
  expect(both.evaluationError.slice(1, -1).split(', ').sort()).toEqual([missing('gone'), missing('lost')]);
  expect(await review('system:node:n', 'system:nodes')).toMatchObject({
    incomplete: true,
    evaluationError: 'node authorizer does not support user rule resolution',
  });
});

test('a node reads what its pods name, and nothing else', async () => {
  const post = (path: string, body: Json) => cluster.call('POST', `/api/v1/namespaces/default/${path}`, { body });
  const [node] = (await cluster.call('GET', '/api/v1/nodes')).body.items;
  for (const name of ['mine', 'other']) await post('secrets', { metadata: { name } });
  await post('pods', {
    metadata: { name: 'p' },
    spec: {
      nodeName: node.metadata.name,
      containers: [{ name: 'c', image: 'nginx', envFrom: [{ secretRef: { name: 'mine' } }] }],
    },
  });
  const read = (path: string) => cluster.call('GET', path, as(`system:node:${node.metadata.name}`, 'system:nodes'));
  expect((await read('/api/v1/namespaces/default/secrets/mine')).status).toBe(200);
  const other = await read('/api/v1/namespaces/default/secrets/other');
  expect(other.body.message).toContain(`no relationship found between node '${node.metadata.name}' and this object`);
  expect((await read('/api/v1/nodes')).status).toBe(200);
  expect((await read('/api/v1/namespaces/default/secrets')).status).toBe(403);
});

describe('tokens', () => {
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  const request = (spec: Json) => cluster.call('POST', `${account}/token`, { body: { spec } });
  const whoami = async (token: string) =>
    (
      await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        anonymous: true,
        headers: { authorization: `Bearer ${token}` },
        body: {},
      })
    ).body;

  test('end with what they are bound to', async () => {
    await cluster.call('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: 'holder' } } });
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 'holder' };
    const { token } = (await request({ boundObjectRef })).body.status;
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(claims['kubernetes.io'].secret.name).toBe('holder');
    const me = (await whoami(token)).status.userInfo;
    expect(me.username).toBe('system:serviceaccount:default:default');
    expect(me.extra['authentication.kubernetes.io/credential-id']).toEqual([`JTI=${claims.jti}`]);
    await cluster.call('DELETE', '/api/v1/namespaces/default/secrets/holder');
    expect(await whoami(token)).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  });

  test.each([
    [
      { expirationSeconds: 599 },
      422,
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [{ expirationSeconds: 2 ** 33 }, 422, 'may not specify a duration larger than 2^32 seconds'],
    [{ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'none' } }, 404, 'secrets "none" not found'],
    [
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
  ])('%j', async (spec, code, message) => {
    const { status, body } = await request(spec);
    expect(status).toBe(code);
    expect(body.message).toContain(message);
  });
});

test('a certificate signing request ends in a certificate that opens the API', async () => {
  const x509 = await import('../../../src/emulator/pki/certificates.ts').then(({ x509 }) => x509());
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.Pkcs10CertificateRequestGenerator.create(
    { name: 'CN=carol, O=devs', keys: keys as never, signingAlgorithm: algorithm },
    webcrypto as never,
  );
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const spec = {
    request: Buffer.from(`${made.toString('pem')}\n`).toString('base64'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
    expirationSeconds: 3600,
    username: 'somebody else',
  };
  const created = await cluster.call('POST', path, {
    body: {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'carol' },
      spec,
    },
  });
  expect(created.status).toBe(201);
  expect(created.body.spec.username).toBe('kubernetes-admin');
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test' }];
  const approved = await cluster.call('PUT', `${path}/carol/approval`, {
    body: { ...created.body, status: { conditions } },
  });
  expect(approved.status).toBe(200);
  const cert = await until(async () => (await cluster.call('GET', `${path}/carol`)).body.status.certificate);
  const pem = Buffer.from(cert, 'base64').toString();
  const lifetime = new X509Certificate(pem);
  expect(Date.parse(lifetime.validTo) - Date.now()).toBeLessThan(3_600_000);
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const certificate = { cert: pem, key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
  const me = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { certificate, body: {} });
  expect(me.body.status.userInfo).toEqual({ username: 'carol', groups: ['devs', 'system:authenticated'] });
});

test('somebody may impersonate for some requests alone', async () => {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await cluster.call('POST', accounts, { body: { metadata: { name: 'support' } } });
  const issued = await cluster.call('POST', `${accounts}/support/token`, { body: { spec: {} } });
  const sender = 'system:serviceaccount:default:support';
  const ask = async (path: string, headers: Record<string, string>) => {
    const { status, body } = await cluster.call('GET', path, {
      anonymous: true,
      headers: { authorization: `Bearer ${issued.body.status.token}`, ...headers },
    });
    return [status, body.message];
  };
  const jane = { 'impersonate-user': 'jane' };
  const refused = (verb: string, resource: string, group: string, where: string, name = '') =>
    `${group ? `${resource}.${group}` : resource}${name && ` "${name}"`} is forbidden: User "${sender}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  const list = '/api/v1/namespaces/default/pods';
  expect(await ask(list, jane)).toEqual([
    403,
    refused('impersonate-on:user-info:list', 'pods', '', 'in the namespace "default"'),
  ]);
  await cluster.call('POST', `${RBAC}/clusterroles`, {
    body: rbac('ClusterRole', 'lists-for-others', {
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['impersonate-on:user-info:list'] },
        {
          apiGroups: ['authentication.k8s.io'],
          resources: ['users'],
          verbs: ['impersonate:user-info'],
          resourceNames: ['jane'],
        },
      ],
    }),
  });
  await grant(sender, 'lists-for-others');
  // Allowed to be jane, who may not do that herself.
  expect(await ask(list, jane)).toEqual([
    403,
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
  ]);
  await grant('jane', 'view');
  expect((await ask(list, jane))[0]).toBe(200);
  expect(await ask(`${list}/p`, jane)).toEqual([
    403,
    refused('impersonate-on:user-info:get', 'pods', '', 'in the namespace "default"', 'p'),
  ]);
  expect(await ask(list, { 'impersonate-user': 'joe' })).toEqual([
    403,
    refused('impersonate:user-info', 'users', 'authentication.k8s.io', 'at the cluster scope', 'joe'),
  ]);
  expect((await ask(list, { ...jane, 'impersonate-group': 'system:masters' }))[1]).toMatch(
    /: impersonating the system:masters group is not allowed$/,
  );
});
