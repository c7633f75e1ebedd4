import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeObject, encodeObject, openEnvelope } from '../../../src/api/protobuf/envelope.ts';
import { WireReader } from '../../../src/api/protobuf/wire-reader.ts';
import { configMap, type Json, type TestCluster, testCluster } from './cluster.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const PREFERRED = `${PROTOBUF},application/json`;
const MAPS = '/api/v1/namespaces/default/configmaps';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

function open(method: string, path: string, accept: string, body?: Buffer, type = PROTOBUF): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept, ...(body ? { 'content-type': type, 'content-length': body.length } : {}) };
    const sent = request(cluster.emulator.url + path, { method, agent: cluster.agent, headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Decodes by the content type, so that a test sees what a client would. */
async function call(method: string, path: string, accept: string, body?: object | Buffer, type?: string) {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : encodeObject(body)!;
  const answer = await open(method, path, accept, bytes, type);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const contentType = String(answer.headers['content-type']);
  const object: Json = contentType === PROTOBUF ? objectOf(all) : JSON.parse(all.toString());
  return { status: answer.statusCode, type: contentType, object };
}

function objectOf(bytes: Buffer): Json {
  const { apiVersion = '', kind = '', raw } = openEnvelope(bytes);
  return decodeObject({ apiVersion, kind, raw });
}

describe('bodies', () => {
  test('an object is created and updated; the answer is JSON where only JSON is accepted', async () => {
    const created = await call('POST', MAPS, 'application/json', configMap('from-bytes', { data: { a: '1' } }));
    expect(created).toMatchObject({ status: 201, type: 'application/json', object: { data: { a: '1' } } });
    const updated = await call('PUT', `${MAPS}/from-bytes`, PREFERRED, { ...created.object, data: { a: '2' } });
    expect(updated).toMatchObject({ status: 200, type: PROTOBUF, object: { kind: 'ConfigMap', data: { a: '2' } } });
    expect(updated.object.metadata.uid).toBe(created.object.metadata.uid);
    const stored = await cluster.call('GET', `${MAPS}/from-bytes`);
    expect(stored.body.data).toEqual({ a: '2' });
  });

  test('a pod keeps what it says, with defaults', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'typed' },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'nginx:1.27',
            resources: { limits: { memory: '64Mi' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' } },
            ports: [{ name: 'http', containerPort: 80 }],
          },
        ],
      },
    };
    const { status, object } = await call('POST', '/api/v1/namespaces/default/pods', PREFERRED, pod);
    expect(status).toBe(201);
    expect(object.spec.containers[0]).toMatchObject({ ...pod.spec.containers[0], imagePullPolicy: 'IfNotPresent' });
    expect(object.spec.restartPolicy).toBe('Always');
    const same = await cluster.call('GET', '/api/v1/namespaces/default/pods/typed');
    expect(same.body.spec.containers[0].livenessProbe).toEqual(object.spec.containers[0].livenessProbe);
  });

  test('options of a delete; its dry run leaves the object', async () => {
    await call('POST', MAPS, PREFERRED, configMap('to-go'));
    const options = (more: object) => ({ apiVersion: 'v1', kind: 'DeleteOptions', ...more });
    const stale = await call('DELETE', `${MAPS}/to-go`, PREFERRED, options({ preconditions: { uid: 'x' } }));
    expect(stale).toMatchObject({ status: 409, type: PROTOBUF, object: { kind: 'Status', reason: 'Conflict' } });
    await call('DELETE', `${MAPS}/to-go`, PREFERRED, options({ dryRun: ['All'] }));
    expect((await cluster.call('GET', `${MAPS}/to-go`)).status).toBe(200);
    const gone = await call('DELETE', `${MAPS}/to-go`, PREFERRED, options({ gracePeriodSeconds: 0 }));
    expect(gone).toMatchObject({ status: 200, type: PROTOBUF, object: { kind: 'Status', status: 'Success' } });
    expect((await cluster.call('GET', `${MAPS}/to-go`)).status).toBe(404);
  });

  test('reviews, tokens and scales', async () => {
    const review = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', PREFERRED, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
    });
    expect(review).toMatchObject({ status: 201, type: PROTOBUF, object: { status: { allowed: true } } });
    const token = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', PREFERRED, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 1200, audiences: ['x'] },
    });
    expect(token).toMatchObject({ status: 201, type: PROTOBUF, object: { spec: { expirationSeconds: 1200 } } });
    expect(token.object.status.token).toMatch(/^ey.*\..*\./);
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'scaled' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 's' } },
        template: { metadata: { labels: { app: 's' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    };
    const path = '/apis/apps/v1/namespaces/default/deployments';
    expect((await call('POST', path, PREFERRED, deployment)).status).toBe(201);
    const scale = await call('GET', `${path}/scaled/scale`, PREFERRED);
    expect(scale).toMatchObject({ type: PROTOBUF, object: { kind: 'Scale', status: { selector: 'app=s' } } });
    const changed = await call('PUT', `${path}/scaled/scale`, PREFERRED, { ...scale.object, spec: { replicas: 2 } });
    expect(changed).toMatchObject({ status: 200, object: { spec: { replicas: 2 } } });
  });

  test('a binding and an eviction', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const spec = { schedulerName: 'mine', containers: [{ name: 'c', image: 'nginx' }] };
    await cluster.call('POST', pods, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bound' }, spec } });
    const nodes = await cluster.call('GET', '/api/v1/nodes');
    const target = { kind: 'Node', name: nodes.body.items[0].metadata.name };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target };
    expect(await call('POST', `${pods}/bound/binding`, PREFERRED, binding)).toMatchObject({ status: 201 });
    expect((await cluster.call('GET', `${pods}/bound`)).body.spec.nodeName).toBe(target.name);
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'bound' } };
    expect(await call('POST', `${pods}/bound/eviction`, PREFERRED, eviction)).toMatchObject({ status: 201 });
  });

  test('bytes that are wrong are a bad request that says why', async () => {
    const send = (bytes: Buffer) => call('POST', MAPS, 'application/json', bytes);
    expect((await send(Buffer.from('{}'))).object).toMatchObject({
      code: 400,
      message:
        'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})',
    });
    const good = encodeObject(configMap('cut', { data: { a: 'b' } }) as object)!;
    const { object } = await send(good.subarray(0, good.length - 10));
    expect(object).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(object.message).toContain('unexpected EOF');
    const pod = await send(encodeObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } } as object)!);
    expect(pod.object).toMatchObject({ code: 400 });
    expect(pod.object.message).toMatch(/^Pod in version "v1" cannot be handled as a ConfigMap: /);
  });

  test('an object that does not say what it is, is what the path says', async () => {
    const nameless = Buffer.concat([
      Buffer.from('6b387300', 'hex'),
      Buffer.from([0x12, 9, 0x0a, 7, 0x0a, 5, ...Buffer.from('short')]),
    ]);
    const { status, object } = await call('POST', MAPS, 'application/json', nameless);
    expect({ status, kind: object.kind, name: object.metadata.name }).toEqual({
      status: 201,
      kind: 'ConfigMap',
      name: 'short',
    });
  });
});

describe('answers', () => {
  test('objects, lists and failures in protobuf where it is preferred, JSON where that comes first', async () => {
    await call('POST', MAPS, PREFERRED, configMap('shown', { data: { k: 'v' } }));
    const object = await call('GET', `${MAPS}/shown`, PROTOBUF);
    expect(object).toMatchObject({ status: 200, type: PROTOBUF, object: { data: { k: 'v' } } });
    const list = await call('GET', MAPS, PREFERRED);
    const json = await cluster.call('GET', MAPS);
    expect(list.type).toBe(PROTOBUF);
    expect(list.object.items.map((item: Json) => item.metadata.name)).toEqual(
      json.body.items.map((item: Json) => item.metadata.name),
    );
    expect(list.object).toMatchObject({ kind: 'ConfigMapList', metadata: json.body.metadata });
    const missing = await call('GET', `${MAPS}/missing`, PREFERRED);
    expect(missing).toMatchObject({ status: 404, type: PROTOBUF, object: { reason: 'NotFound', code: 404 } });
    expect((await call('GET', MAPS, `application/json,${PROTOBUF}`)).type).toBe('application/json');
    expect((await call('GET', MAPS, `${PROTOBUF};q=0.1,application/json;q=0.2`)).type).toBe('application/json');
  });

  test('every built-in object of a fresh cluster, as JSON has it', async () => {
    for (const path of [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      '/api/v1/nodes',
      '/api/v1/services',
      '/apis/coordination.k8s.io/v1/leases',
      '/apis/discovery.k8s.io/v1/endpointslices',
      '/apis/storage.k8s.io/v1/storageclasses',
      '/apis/apiregistration.k8s.io/v1/apiservices',
    ]) {
      const [json, protobuf] = [await cluster.call('GET', path), await call('GET', path, PROTOBUF)];
      if (json.body.metadata.resourceVersion === protobuf.object.metadata.resourceVersion) {
        expect(names(protobuf.object), path).toEqual(names(json.body));
      }
      expect(protobuf.object.kind).toBe(json.body.kind);
    }
  });

  test('metadata alone; tables stay JSON, or are not acceptable', async () => {
    const as = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const metadata = await call('GET', MAPS, `${PROTOBUF};${as}`);
    expect(metadata).toMatchObject({ type: PROTOBUF, object: { kind: 'PartialObjectMetadataList' } });
    expect(metadata.object.items[0].metadata.uid).toBeDefined();
    const table = `${PROTOBUF};as=Table;g=meta.k8s.io;v=v1`;
    expect(await call('GET', MAPS, table)).toMatchObject({ status: 406 });
    expect(await call('GET', MAPS, `${table},application/json`)).toMatchObject({ type: 'application/json' });
  });

  test('a watch: frames, and a bookmark at the end of the list', async () => {
    await call('POST', MAPS, PREFERRED, configMap('watched', { data: { n: '1' } }));
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dwatched';
    const stream = await open('GET', `${MAPS}?${query}`, PREFERRED);
    expect(stream.headers['content-type']).toBe(`${PROTOBUF};stream=watch`);
    const events = frames(stream);
    expect(await events.next()).toMatchObject({ value: { type: 'ADDED', object: { data: { n: '1' } } } });
    const bookmark = (await events.next()).value!;
    expect(bookmark.type).toBe('BOOKMARK');
    expect(bookmark.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    await cluster.call('PATCH', `${MAPS}/watched`, {
      body: { data: { n: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(await events.next()).toMatchObject({ value: { type: 'MODIFIED', object: { data: { n: '2' } } } });
    stream.destroy();
  });
});

describe('custom resources', () => {
  const path = '/apis/stable.example.com/v1/namespaces/default/crontabs';
  const crontab = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'c' }, spec: {} };

  test('have no protobuf form: 415 for a body, JSON or 406 for an answer', async () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const definition = await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', PREFERRED, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'crontabs.stable.example.com' },
      spec: {
        group: 'stable.example.com',
        names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', listKind: 'CronTabList' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    expect(definition).toMatchObject({ status: 201, type: PROTOBUF });
    expect(definition.object.spec.versions[0].schema).toEqual(schema);
    await expect.poll(async () => (await cluster.call('GET', path)).status, { interval: 10 }).toBe(200);
    const body = Buffer.concat([Buffer.from('6b387300', 'hex')]);
    expect(await call('POST', path, PREFERRED, body)).toMatchObject({ status: 415, object: { code: 415 } });
    const created = await call('POST', path, PREFERRED, Buffer.from(JSON.stringify(crontab)), 'application/json');
    expect(created).toMatchObject({ status: 201, type: 'application/json' });
    expect(await call('GET', path, PREFERRED)).toMatchObject({ type: 'application/json' });
    expect(await call('GET', path, PROTOBUF)).toMatchObject({ status: 406 });
    const metadata = await call('GET', `${path}/c`, `${PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`);
    expect(metadata).toMatchObject({ type: PROTOBUF, object: { metadata: { name: 'c' } } });
    const options = { apiVersion: 'stable.example.com/v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
    expect(await call('DELETE', `${path}/c`, PREFERRED, options)).toMatchObject({ status: 200 });
  });
});

const names = (list: Json): string[] => (list.items ?? []).map((item: Json) => item.metadata.name);

/** The events of a stream of frames. */
async function* frames(stream: IncomingMessage): AsyncGenerator<{ type: string; object: Json }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE();
      yield eventOf(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  }
}

/** A WatchEvent: type (1) and a RawExtension (2) around an object in its envelope (1). */
function eventOf(bytes: Buffer): { type: string; object: Json } {
  const reader = new WireReader(bytes);
  let type = '';
  let object: Json;
  while (!reader.done) {
    if (reader.tag().number === 1) type = reader.string();
    else {
      const inner = reader.message();
      inner.tag();
      object = objectOf(inner.bytes());
    }
  }
  return { type, object };
}
