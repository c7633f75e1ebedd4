import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { decodeObject, openEnvelope } from '../../../src/api/protobuf/envelope.ts';
import { type Json, type TestCluster, testCluster } from './cluster.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const aggregated = (version: string, more = '') =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList${more}`;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const get = (path: string, headers: Record<string, string> = {}) => cluster.call('GET', path, { headers });

describe('health', () => {
  test('one word, the whole list, one check, and checks left out', async () => {
    expect((await get('/readyz')).text).toBe('ok');
    const verbose = (await get('/readyz?verbose')).text.split('\n');
    expect(verbose[0]).toBe('[+]ping ok');
    expect(verbose).toContain('[+]poststarthook/rbac/bootstrap-roles ok');
    expect(verbose.slice(-2)).toEqual(['readyz check passed', '']);
    expect((await get('/livez/ping')).text).toBe('ok');
    expect((await get('/readyz/poststarthook/rbac/bootstrap-roles')).text).toBe('ok');
    expect((await get('/livez/nosuch')).status).toBe(404);
    const without = (await get('/livez?verbose&exclude=etcd&exclude=nosuch')).text;
    expect(without).toContain('[+]etcd excluded: ok\n');
    expect(without).toContain(
      'warn: some health checks cannot be excluded: no matches for "nosuch"\nlivez check passed\n',
    );
  });
});

describe('discovery', () => {
  test('aggregated, in the version and with the parameters that were asked for', async () => {
    for (const accept of [aggregated('v2'), aggregated('v2', ';profile=nopeer')]) {
      const answer = await get('/apis', { accept: `${accept},application/json` });
      expect(answer.type).toBe(accept);
      expect((await get('/apis', { accept, 'if-none-match': String(answer.headers.etag) })).status).toBe(304);
    }
    // Versions that are gone are passed over for what comes next.
    expect((await get('/apis', { accept: `${aggregated('v2beta1')},application/json` })).body.kind).toBe(
      'APIGroupList',
    );
    const core = (await get('/api', { accept: aggregated('v2') })).body.items[0].versions[0].resources as Json[];
    const pods = core.find((resource) => resource.resource === 'pods');
    expect(pods.subresources.find((one: Json) => one.subresource === 'eviction').responseKind).toEqual({
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
    });
    expect(pods.subresources.find((one: Json) => one.subresource === 'status').responseKind).toEqual({
      group: '',
      version: '',
      kind: 'Pod',
    });
  });

  test('in YAML and protobuf, aggregated or not', async () => {
    const yaml = await get('/api', { accept: 'application/yaml' });
    expect([yaml.type, yaml.text.split('\n')[0]]).toEqual(['application/yaml', 'kind: APIVersions']);
    const discovered = await get('/apis', { accept: aggregated('v2').replace('json', 'yaml') });
    expect(discovered.type).toBe(aggregated('v2').replace('json', 'yaml'));
    expect(parse(discovered.text).items[0].metadata.name).toBe('apiregistration.k8s.io');
    for (const [path, accept, kind] of [
      ['/api', PROTOBUF, 'APIVersions'],
      ['/apis', aggregated('v2').replace('application/json', PROTOBUF), 'APIGroupDiscoveryList'],
      ['/apis/apps/v1', PROTOBUF, 'APIResourceList'],
    ] as const) {
      const answer = await get(path, { accept });
      expect(answer.type, path).toBe(accept);
      const envelope = openEnvelope(answer.bytes);
      const json = (await get(path, { accept: accept.replace(PROTOBUF, 'application/json') })).body;
      expect(decodeObject({ apiVersion: '', kind, ...envelope }), path).toEqual({ apiVersion: '', ...json });
    }
  });

  test.each([
    ['GET', '/api', 'text/html', 406, /^406: Not Acceptable\n\nAvailable representations: application\/json, /],
    ['GET', '/api/v1', aggregated('v2'), 406, /^only the following media types are accepted: application\/json, /],
    ['GET', '/apis', 'text/html', 406, /^only the following media types are accepted: application\/json, /],
    ['GET', '/apis', 'application/*', 200, undefined],
    ['GET', '/api', 'application/*', 406, /Available/],
    ['GET', '/version', 'application/yaml', 406, /Available representations: application\/json$/m],
    ['GET', '/openid/v1/jwks', 'application/json', 406, /Available representations: application\/jwk-set\+json$/],
    ['POST', '/api', '*/*', 405, /^the server does not allow this method/],
    ['PUT', '/version', '*/*', 405, /^the server does not allow this method/],
    ['DELETE', '/apis/apps/v1', '*/*', 405, /^the server does not allow this method/],
    ['POST', '/apis', '*/*', 200, undefined],
    ['GET', '/apis/apps/v9', '*/*', 404, /^the server could not find the requested resource$/],
    ['GET', '/api/v2', '*/*', 404, /^the server could not find the requested resource$/],
    ['POST', '/apis/nope', '*/*', 404, undefined],
  ])('%s %s for %s', async (method, path, accept, code, message) => {
    const answer = await cluster.call(method, path, { headers: { accept } });
    expect(answer.status).toBe(code);
    if (message) expect(answer.body?.message ?? parse(answer.text).message).toMatch(message);
    else if (code === 404) expect(answer.text).toBe('404 page not found\n');
  });

  test('group by group', async () => {
    expect((await get('/apis/apps')).body).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
    const names = (await get('/api/v1')).body.resources.map((one: Json) => one.name);
    for (const row of ['attach', 'binding', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize', 'status']) {
      expect(names).toContain(`pods/${row}`);
    }
    const unknown = await get('/apis/nosuch.example');
    expect([unknown.status, unknown.text]).toEqual([404, '404 page not found\n']);
    for (const path of ['/debug/pprof/', '/logs', '/swagger.json']) expect((await get(path)).status).toBe(404);
  });

  test('every group version has an APIService, those of definitions for as long as they are served', async () => {
    const path = '/apis/apiregistration.k8s.io/v1/apiservices';
    const names = async (): Promise<string[]> => (await get(path)).body.items.map((one: Json) => one.metadata.name);
    expect(await names()).toEqual(
      expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling', 'v1beta1.metrics.k8s.io']),
    );
    expect((await get(`${path}/v1.apps`)).body).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    });
    const table = await get(`${path}/v1.apps`, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
    expect(table.body.rows[0].cells.slice(0, 3)).toEqual(['v1.apps', 'Local', 'True']);
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
    await cluster.call('POST', definitions, {
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'toys.play.example' },
        spec: { group: 'play.example', scope: 'Cluster', names: { plural: 'toys', kind: 'Toy' }, versions: [version] },
      },
    });
    const soon = async (there: boolean): Promise<void> => {
      const before = Date.now();
      while ((await names()).includes('v1.play.example') !== there) {
        if (Date.now() - before > 5000) throw new Error(`v1.play.example should be ${there ? 'there' : 'gone'}`);
      }
    };
    await soon(true);
    await cluster.call('DELETE', `${definitions}/toys.play.example`);
    await soon(false);
  });

  test('the root names what there is', async () => {
    const { paths } = (await get('/')).body;
    for (const path of ['/api/v1', '/apis/apps/v1', '/healthz/ping', '/metrics', '/openapi/v2', '/openid/v1/jwks']) {
      expect(paths).toContain(path);
    }
    expect(paths).toEqual([...paths].sort());
  });
});

test('tokens of service accounts are verified by the published keys', async () => {
  const configuration = (await get('/.well-known/openid-configuration')).body;
  const answer = await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  const [header = '', payload = '', signature = ''] = answer.body.status.token.split('.');
  const decoded = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(decoded(payload).iss).toBe(configuration.issuer);
  const keys = await get(new URL(configuration.jwks_uri).pathname, { accept: '*/*' });
  expect(keys.type).toBe('application/jwk-set+json');
  const jwk = JSON.parse(keys.text).keys.find((key: Json) => key.kid === decoded(header).kid);
  expect(jwk.d).toBeUndefined();
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  expect(
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true);
});

const value = async (start: string): Promise<number> => {
  const lines = (await get('/metrics')).text.split('\n').filter((line) => line.startsWith(start));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
};

test('metrics count what was answered', async () => {
  const missing = 'apiserver_request_total{code="404",component="apiserver",dry_run="",group="",resource="secrets",';
  expect(await value(missing)).toBe(0);
  await get('/api/v1/namespaces/default/secrets/nosuch');
  await get('/api/v1/namespaces/default/secrets/nosuch');
  expect(await value(missing)).toBe(2);
  expect(await value('apiserver_request_duration_seconds_count')).toBeGreaterThan(1);
  const lists =
    'apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1",le="+Inf"}';
  await get('/api/v1/pods');
  expect(await value(lists)).toBe(1);
  expect(await value('apiserver_storage_objects{resource="namespaces"}')).toBeGreaterThanOrEqual(4);
  const text = (await get('/metrics')).text;
  const malformed = text
    .split('\n')
    .filter((line) => !/^$|^# (HELP|TYPE) \w+ .+|^\w+(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+.\de]+$/.test(line));
  expect(malformed).toEqual([]);
});

test('metrics count what leaves HTTP', async () => {
  const open = (more: string) =>
    new WebSocket(`${cluster.emulator.url.replace('https', 'wss')}/api/v1/namespaces/default/secrets?watch=1${more}`, {
      agent: cluster.agent,
    });
  const where = 'group="",resource="secrets",scope="namespace",subresource="",verb="WATCH",version="v1"';
  const answered = (code: number) =>
    value(`apiserver_request_total{code="${code}",component="apiserver",dry_run="",${where}`);
  const socket = open('');
  await once(socket, 'open');
  expect(await value(`apiserver_longrunning_requests{${where}`)).toBe(1);
  socket.terminate();
  await expect.poll(() => answered(101)).toBe(1);
  expect(await value(`apiserver_longrunning_requests{${where}`)).toBe(0);
  await expect(once(open('&labelSelector=%21%21'), 'open')).rejects.toThrow('400');
  await expect.poll(() => answered(400)).toBe(1);
});
