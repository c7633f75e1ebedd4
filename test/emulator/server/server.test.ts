import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageFactsPath } from '../../../src/api/image-facts.ts';
import { createAuthority, issue } from '../../../src/emulator/pki/certificates.ts';
import { configMap, type Json, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
let serial = 0;
let base: string;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

/** A namespace of the test's own. */
async function freshNamespace(): Promise<void> {
  namespace = `t${serial++}`;
  base = `/api/v1/namespaces/${namespace}`;
  await cluster.call('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  });
}

const patchType = (kind: string) => ({ headers: { 'content-type': `application/${kind}` } });

describe('writes', () => {
  beforeAll(freshNamespace);

  test('a write that changes nothing keeps the resource version; one that does moves it on', async () => {
    const made = (await cluster.call('POST', `${base}/configmaps`, { body: configMap('a', { data: { k: '1' } }) }))
      .body;
    const same = await cluster.call('PUT', `${base}/configmaps/a`, { body: made });
    expect(same.body.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const other = await cluster.call('PUT', `${base}/configmaps/a`, { body: { ...made, data: { k: '2' } } });
    expect(Number(other.body.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    const stale = await cluster.call('PUT', `${base}/configmaps/a`, { body: { ...made, data: { k: '3' } } });
    expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test('status is written through /status only, and only spec changes count as generations', async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const labels = { app: 'r' };
    const spec = {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } },
    };
    const body = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'r' }, spec, status: { replicas: 9 } };
    expect((await cluster.call('POST', path, { body })).body.status.replicas).toBe(0);
    const merge = (patch: unknown, subresource = '') =>
      cluster.call('PATCH', `${path}/r${subresource}`, { body: patch, ...patchType('merge-patch+json') });
    const viaMain = await merge({ status: { fullyLabeledReplicas: 5 }, metadata: { labels: { x: 'y' } } });
    expect(viaMain.body.status.fullyLabeledReplicas).toBeUndefined();
    expect(viaMain.body.metadata).toMatchObject({ generation: 1, labels: { x: 'y' } });
    const viaStatus = await merge({ status: { replicas: 7, readyReplicas: 7 }, spec: { replicas: 3 } }, '/status');
    expect(viaStatus.body.spec.replicas).toBe(0);
    const scaled = await merge({ spec: { minReadySeconds: 4 } });
    expect(scaled.body.metadata.generation).toBe(2);
  });

  test('managed fields say who wrote what, and server-side apply holds them against others', async () => {
    const apply = (manager: string, data: Record<string, string>, query = '') =>
      cluster.call('PATCH', `${base}/configmaps/ssa?fieldManager=${manager}${query}`, {
        body: configMap('ssa', { data }),
        ...patchType('apply-patch+yaml'),
      });
    const first = await apply('one', { k: '1', own: 'x' });
    expect(first.status).toBe(201);
    expect(first.body.metadata.managedFields).toMatchObject([
      { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:k': {}, 'f:own': {} } } },
    ]);
    const refused = await apply('two', { k: '2' });
    expect(refused.body).toMatchObject({ code: 409, details: { causes: [{ reason: 'FieldManagerConflict' }] } });
    expect((await apply('two', { k: '2' }, '&force=true')).body.data).toEqual({ k: '2', own: 'x' });
    expect((await apply('one', {})).body.data).toEqual({ k: '2' });
  });

  test('unknown fields are refused, warned of or dropped, as the request says', async () => {
    const body = configMap('u', { data: { k: 'v' }, dta: {} });
    const create = (validation: string) =>
      cluster.call('POST', `${base}/configmaps?dryRun=All&fieldValidation=${validation}`, { body });
    const strict = await create('Strict');
    expect([strict.status, strict.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
    ]);
    const warned = await create('Warn');
    expect([warned.status, warned.headers.warning, warned.body.dta]).toEqual([
      201,
      '299 - "unknown field \\"dta\\""',
      undefined,
    ]);
    expect((await create('Ignore')).headers.warning).toBeUndefined();
  });

  test('fields given twice are refused, warned of or taken, as the request says', async () => {
    const text = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"dta":{},"data":{"k":"1","k":"2"}}`;
    const headers = { 'content-type': 'application/json' };
    const create = (validation: string) =>
      cluster.call('POST', `${base}/configmaps?dryRun=All&fieldValidation=${validation}`, { body: text, headers });
    expect((await create('Strict')).body.message).toMatch(
      /strict decoding error: unknown field "dta", duplicate field "data.k"$/,
    );
    const warned = await create('Warn');
    expect([warned.body.data, warned.headers.warning]).toEqual([
      { k: '2' },
      '299 - "unknown field \\"dta\\"", 299 - "duplicate field \\"data.k\\""',
    ]);
    expect((await create('Ignore')).headers.warning).toBeUndefined();
    await cluster.call('POST', `${base}/configmaps`, { body: configMap('d') });
    const duplicate = /strict decoding error: duplicate field "data.k"$/;
    for (const [kind, code, message] of [
      ['merge-patch+json', 422, duplicate],
      ['strategic-merge-patch+json', 422, duplicate],
      ['apply-patch+yaml', 400, /yaml: unmarshal errors:\n {2}line 1: key "k" already set in map$/],
    ] as const) {
      const patched = await cluster.call(
        'PATCH',
        `${base}/configmaps/d?dryRun=All&fieldValidation=Strict&fieldManager=t`,
        { body: text.replace('"dta":{},', ''), ...patchType(kind) },
      );
      expect([kind, patched.status, patched.body.message]).toEqual([kind, code, expect.stringMatching(message)]);
    }
  });

  test('a value of the wrong type is refused in the words of the decoder', async () => {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: 'x' } };
    const answer = await cluster.call('POST', `${base}/pods`, { body });
    expect(answer.body.message).toBe(
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    );
  });

  test('YAML bodies are objects too', async () => {
    const answer = await cluster.call('POST', `${base}/configmaps`, {
      body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  k: "1"\n',
      headers: { 'content-type': 'application/yaml' },
    });
    expect(answer.body.data).toEqual({ k: '1' });
  });
});

describe('lists', () => {
  beforeAll(async () => {
    await freshNamespace();
    for (const name of ['a', 'b', 'c', 'd']) {
      await cluster.call('POST', `${base}/secrets`, {
        body: { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { k: name } },
      });
    }
  });

  const namesOf = (answer: { body: Json }) => answer.body.items.map((item: Json) => item.metadata.name);

  test('go on where they stopped, in the state they began with', async () => {
    const first = await cluster.call('GET', `${base}/secrets?limit=2`);
    expect(namesOf(first)).toEqual(['a', 'b']);
    expect(first.body.metadata.remainingItemCount).toBe(2);
    await cluster.call('DELETE', `${base}/secrets/c`);
    const token = encodeURIComponent(first.body.metadata.continue);
    const second = await cluster.call('GET', `${base}/secrets?limit=2&continue=${token}`);
    expect(namesOf(second)).toEqual(['c', 'd']);
    expect(second.body.metadata).toEqual({ resourceVersion: first.body.metadata.resourceVersion });
  });

  test('of a forgotten state answer 410 with a token for the newest one', async () => {
    const token = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start: `${namespace}/a` })).toString(
      'base64url',
    );
    const gone = await cluster.call('GET', `${base}/secrets?limit=2&continue=${token}`);
    expect(gone.body).toMatchObject({ code: 410, reason: 'Expired' });
    expect(gone.body.message).toMatch(/^The provided continue parameter is too old/);
    const again = await cluster.call(
      'GET',
      `${base}/secrets?continue=${encodeURIComponent(gone.body.metadata.continue)}`,
    );
    expect(namesOf(again)).toEqual(['b', 'd']);
  });

  test('are refused by an unknown field selector or a future version', async () => {
    const field = await cluster.call('GET', `${base}/secrets?fieldSelector=data.k%3Dx`);
    expect(field.body).toMatchObject({ code: 400, message: 'field label not supported: data.k' });
    const future = await cluster.call(
      'GET',
      `${base}/secrets?resourceVersion=999999&resourceVersionMatch=NotOlderThan`,
    );
    expect(future.body).toMatchObject({ code: 504, details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } });
  });

  test('come compressed when they are big and the client asks', async () => {
    await cluster.call('POST', `${base}/configmaps`, { body: configMap('big', { data: { k: 'x'.repeat(200_000) } }) });
    const headers = { 'accept-encoding': 'gzip' };
    const big = await cluster.call('GET', `${base}/configmaps`, { headers });
    expect(big.headers['content-encoding']).toBe('gzip');
    expect(big.body.items.find((item: Json) => item.metadata.name === 'big').data.k).toHaveLength(200_000);
    const small = await cluster.call('GET', `${base}/secrets`, { headers });
    expect(small.headers['content-encoding']).toBeUndefined();
  });
});

describe('watches', () => {
  beforeAll(freshNamespace);

  test('show what enters and leaves the selection', async () => {
    const list = await cluster.call('GET', `${base}/configmaps`);
    const from = list.body.metadata.resourceVersion;
    const label = (value: string | null) =>
      cluster.call('PATCH', `${base}/configmaps/w`, {
        body: { metadata: { labels: { x: value } } },
        ...patchType('merge-patch+json'),
      });
    await cluster.call('POST', `${base}/configmaps`, { body: configMap('w') });
    await label('1');
    await label('1');
    await cluster.call('PATCH', `${base}/configmaps/w`, {
      body: { data: { k: 'v' } },
      ...patchType('merge-patch+json'),
    });
    await label(null);
    const seen: string[] = [];
    for await (const event of cluster.lines(
      `${base}/configmaps?watch=1&labelSelector=x%3D1&timeoutSeconds=1&resourceVersion=${from}`,
    )) {
      seen.push(event.type);
    }
    expect(seen).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  test('send what is there first and mark its end when asked to', async () => {
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const events = cluster.lines(`${base}/configmaps?${query}&fieldSelector=metadata.name%3Dw`);
    const first = (await events.next()).value;
    const mark = (await events.next()).value;
    expect([first.type, first.object.metadata.name]).toEqual(['ADDED', 'w']);
    expect(mark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await cluster.call('DELETE', `${base}/configmaps/w`);
    expect((await events.next()).value.type).toBe('DELETED');
    await events.return(undefined);
    const wrong = await cluster.call('GET', `${base}/configmaps?watch=1&sendInitialEvents=true`);
    expect(wrong.body).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  test('of a forgotten version end with an error event', async () => {
    const events = cluster.lines(`${base}/configmaps?watch=1&resourceVersion=1`);
    expect((await events.next()).value).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  test('give tables whose columns come once', async () => {
    await cluster.call('POST', `${base}/configmaps`, { body: configMap('t1') });
    await cluster.call('POST', `${base}/configmaps`, { body: configMap('t2') });
    const events = cluster.lines(
      `${base}/configmaps?watch=1&timeoutSeconds=1`,
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    const tables: Json[] = [];
    for await (const event of events) tables.push(event.object);
    expect(tables[0].columnDefinitions.map((column: Json) => column.name)).toEqual(['Name', 'Data', 'Age']);
    expect(tables.at(-1).columnDefinitions).toBeNull();
    expect(tables.at(-1).rows[0].object.kind).toBe('PartialObjectMetadata');
  });
});

describe('who may do what', () => {
  beforeAll(freshNamespace);

  test('strangers see the health and the version, and nothing else', async () => {
    const anonymous = { anonymous: true };
    for (const path of ['/readyz', '/healthz', '/livez', '/version']) {
      expect((await cluster.call('GET', path, anonymous)).status).toBe(200);
    }
    expect((await cluster.call('GET', '/api/v1/pods', anonymous)).body).toMatchObject({
      code: 403,
      message:
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    });
    const bad = await cluster.call('GET', '/api', { anonymous: true, headers: { authorization: 'Bearer nonsense' } });
    expect(bad.body).toMatchObject({ code: 401, message: 'Unauthorized' });
  });

  test('a certificate of another authority is refused, not taken for nobody', async () => {
    const now = Date.now();
    const authority = await createAuthority('another', now);
    const leaf = { commonName: 'admin', organization: 'system:masters', usage: 'client' } as const;
    const certificate = await issue(authority, leaf, now);
    expect((await cluster.call('GET', '/api/v1/pods', { certificate })).body).toMatchObject({
      code: 401,
      message: 'Unauthorized',
    });
  });

  test('a role binding lets a service account do what its role says, by the token it was given', async () => {
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const group = 'rbac.authorization.k8s.io';
    await cluster.call('POST', `${rbac}/roles`, {
      body: {
        apiVersion: `${group}/v1`,
        kind: 'Role',
        metadata: { name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
      },
    });
    await cluster.call('POST', `${base}/serviceaccounts`, {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' } },
    });
    const bound = await cluster.call('POST', `${rbac}/rolebindings`, {
      body: {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'reader' },
        roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'bot', namespace }],
      },
    });
    expect(bound.status).toBe(201);
    const request = await cluster.call('POST', `${base}/serviceaccounts/bot/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const asBot = { anonymous: true, headers: { authorization: `Bearer ${request.body.status.token}` } };
    expect((await cluster.call('GET', `${base}/configmaps`, asBot)).status).toBe(200);
    expect((await cluster.call('GET', `${base}/secrets`, asBot)).status).toBe(403);
    const who = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      ...asBot,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    expect(who.body.status.userInfo.username).toBe(`system:serviceaccount:${namespace}:bot`);
    await cluster.call('DELETE', `${base}/serviceaccounts/bot`);
    expect((await cluster.call('GET', `${base}/configmaps`, asBot)).status).toBe(401);
  });
});

describe('discovery and documents', () => {
  test('aggregated discovery answers in the asked form, and 304 when nothing changed', async () => {
    const accept =
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
    const answer = await cluster.call('GET', '/apis', { headers: { accept } });
    expect(answer.type).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const apps = answer.body.items.find((item: Json) => item.metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find((one: Json) => one.resource === 'deployments');
    expect(deployments).toMatchObject({ scope: 'Namespaced', shortNames: ['deploy'], categories: ['all'] });
    const again = await cluster.call('GET', '/apis', {
      headers: { accept, 'if-none-match': String(answer.headers.etag) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
    const plain = await cluster.call('GET', '/apis', { headers: { accept: 'application/json, */*' } });
    expect(plain.body.kind).toBe('APIGroupList');
  });

  test('the index of OpenAPI documents leads to documents that say what PATCH takes', async () => {
    const index = await cluster.call('GET', '/openapi/v3');
    const document = await cluster.call('GET', index.body.paths['apis/apps/v1'].serverRelativeURL);
    const patch = document.body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'].patch;
    expect(JSON.stringify(patch)).toContain('fieldValidation');
  });

  test('components say that they are well', async () => {
    const list = await cluster.call('GET', '/api/v1/componentstatuses');
    expect(list.body.metadata).toEqual({});
    expect(list.body.items.map((one: Json) => [one.metadata.name, one.conditions[0].status])).toEqual([
      ['controller-manager', 'True'],
      ['etcd-0', 'True'],
      ['scheduler', 'True'],
    ]);
    const table = await cluster.call('GET', '/api/v1/componentstatuses/scheduler', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(table.body.rows[0].cells).toEqual(['scheduler', 'Healthy', 'ok', '']);
    expect((await cluster.call('GET', '/api/v1/componentstatuses/none')).body).toMatchObject({
      code: 404,
      message: 'componentstatus "none" not found',
    });
  });

  test('image facts are served, and are 404 for what cannot be pulled', async () => {
    expect((await cluster.call('GET', imageFactsPath('nginx:1.27'))).body.layers.length).toBeGreaterThan(1);
    expect((await cluster.call('GET', imageFactsPath('nginx:1.161'))).status).toBe(404);
  });
});
