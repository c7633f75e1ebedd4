import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../src/emulator/pki/certificates.ts';
import { configuration } from '../webhooks/webhook-server.ts';
import { configMap, type Json, type TestCluster, testCluster } from './cluster.ts';

type Answerer = (response: ServerResponse, uid: string) => void;

let cluster: TestCluster;
let server: Server;
let answer: Answerer;
let asked = 0;
const hook = { url: '', caBundle: '' };
const MAPS = '/api/v1/namespaces/default/configmaps';
const ROOT = '/apis/admissionregistration.k8s.io/v1';

beforeAll(async () => {
  const authority = await createAuthority('webhooks', Date.now());
  const names = { commonName: 'webhook', usage: 'server', dns: ['localhost'], ip: ['127.0.0.1'] } as const;
  const leaf = await issue(authority, names, Date.now());
  server = createServer({ cert: leaf.cert, key: leaf.key }, async (request: IncomingMessage, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    asked++;
    answer(response, JSON.parse(text).request.uid);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hook.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  hook.caBundle = Buffer.from(authority.cert).toString('base64');
  cluster = await testCluster();
  for (const [name, failurePolicy, timeoutSeconds] of [
    ['strict', 'Fail', 10],
    ['easy', 'Ignore', 10],
    ['short', 'Fail', 1],
  ] as const) {
    const body = configuration(hook, 'Mutating', name, {
      failurePolicy,
      timeoutSeconds,
      objectSelector: { matchLabels: { hook: name } },
    });
    const made = await cluster.call('POST', `${ROOT}/mutatingwebhookconfigurations`, { body });
    expect(made.status, made.text).toBe(201);
  }
});
afterAll(async () => {
  await cluster.stop();
  server.closeAllConnections();
  server.close();
});

let count = 0;
const create = (name: string) =>
  cluster.call('POST', MAPS, { body: configMap(`m-${++count}`, { data: { a: 'b' } }, { hook: name }) });

const review = (response: Json, uid: string) =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...response } });
const patch = (operations: unknown) => Buffer.from(JSON.stringify(operations)).toString('base64');
const FAILED = 'Internal error occurred: failed calling webhook "strict.example.com": failed to call webhook: ';

/** Fails where the policy is to, and is passed over where it is not. */
async function expectFailure(message: string | RegExp): Promise<void> {
  const strict = await create('strict');
  expect([strict.status, strict.body.message]).toEqual([
    500,
    typeof message === 'string' ? FAILED + message : expect.stringMatching(message),
  ]);
  expect((await create('easy')).status).toBe(201);
}

describe('answers whose fields are of other types', () => {
  const field = (name: string, type: string, kind = 'string', struct = 'AdmissionResponse') =>
    `json: cannot unmarshal ${kind} into Go struct field ${struct}.response.${name} of type ${type}`;

  test.each<[Json, string]>([
    [{ allowed: 'yes' }, field('allowed', 'bool')],
    [{ allowed: false, status: { code: 'NaN' } }, field('status.code', 'int32', 'string', 'Status')],
    [{ allowed: false, status: { code: 1e99 } }, field('status.code', 'int32', 'number 1e+99', 'Status')],
    [{ allowed: false, status: { code: 418.5 } }, field('status.code', 'int32', 'number 418.5', 'Status')],
    [{ allowed: false, status: 'no' }, field('status', 'v1.Status')],
    [{ allowed: false, status: { message: {} } }, field('status.message', 'string', 'object', 'Status')],
    [{ allowed: false, status: { details: [] } }, field('status.details', 'v1.StatusDetails', 'array', 'Status')],
    [{ allowed: true, warnings: 'careful' }, field('warnings', '[]string')],
    [{ allowed: true, warnings: [1] }, field('warnings', 'string', 'number')],
    [{ allowed: true, auditAnnotations: { a: 1 } }, field('auditAnnotations', 'string', 'number')],
    [{ allowed: true, auditAnnotations: [] }, field('auditAnnotations', 'map[string]string', 'array')],
    [{ allowed: true, patchType: 'JSONPatch', patch: [] }, field('patch', '[]uint8', 'array')],
    [{ allowed: true, patchType: 'JSONPatch', patch: 'W10*' }, 'illegal base64 data at input byte 3'],
    [{ allowed: true, patchType: 'JSONPatch', patch: 'W10' }, 'illegal base64 data at input byte 3'],
    [{ allowed: true, uid: 7 }, field('uid', 'string', 'number')],
  ])('%j', async (given, message) => {
    answer = (response, uid) => response.end(review(given, uid));
    await expectFailure(message);
  });

  test.each([[], 5, null, 'x', {}, { response: [] }, { apiVersion: {}, response: {} }])('%j', async (whole) => {
    answer = (response) => response.end(JSON.stringify(whole));
    await expectFailure(
      /failed calling webhook "strict.example.com": (failed to call webhook|received invalid webhook)/,
    );
  });

  test('a uid of another request', async () => {
    answer = (response) => response.end(review({ allowed: true }, 'other'));
    await expectFailure(/received invalid webhook response: expected response.uid="/);
  });
});

test.each([
  [-5, 400],
  [200, 400],
  [418, 418],
  [99_999, 500],
])('a denial with code %i is answered with %i', async (code, status) => {
  answer = (response, uid) => response.end(review({ allowed: false, status: { code, message: 'no' } }, uid));
  const { body, ...denied } = await create('strict');
  expect([denied.status, body.code, body.message]).toEqual([
    status,
    status,
    'admission webhook "strict.example.com" denied the request: no',
  ]);
});

test('patches that make no object are clean failures', async () => {
  for (const operations of [
    'x',
    [5],
    [{ op: 'replace', path: '', value: 'x' }],
    [{ op: 'replace', path: '', value: [] }],
    [{ op: 'replace', path: '', value: null }],
    [{ op: 'remove', path: '' }],
    [{ op: 'replace', path: '/metadata', value: 'x' }],
    [{ op: 'remove', path: '/metadata' }],
    [{ op: 'add', path: '/metadata/labels', value: 7 }],
    [{ op: 'add', path: '/metadata/managedFields', value: ['x'] }],
    [{ op: 'add', path: '/__proto__/x', value: 7 }],
    [{ op: 'add', path: '/data/b', value: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) }],
  ]) {
    answer = (response, uid) =>
      response.end(review({ allowed: true, patchType: 'JSONPatch', patch: patch(operations) }, uid));
    const { status, body, text } = await create('strict');
    const said = `${JSON.stringify(operations).slice(0, 80)} ${text.slice(0, 400)}`;
    expect(said).not.toMatch(/Cannot (read|create|set)|is not a function|undefined|Maximum call stack|not iterable/);
    expect(status >= 400 ? body.kind : 'ConfigMap', said).toBe(status >= 400 ? 'Status' : body.kind);
  }
  expect(({} as Json).x).toBeUndefined();
});

test('texts of warnings make no headers of their own', async () => {
  answer = (response, uid) =>
    response.end(review({ allowed: true, warnings: ['a\r\nx-evil: 1', 'fine "é"', '\ud800', 'y'.repeat(9000)] }, uid));
  const { status, headers } = await create('strict');
  expect([status, headers['x-evil']]).toEqual([201, undefined]);
  expect(String(headers.warning).length).toBeLessThan(6000);
});

describe('answers that are none', () => {
  test('redirects are followed ten times, and nowhere but to TLS', async () => {
    answer = (response) => response.writeHead(307, { location: `${hook.url}/elsewhere` }).end();
    const before = asked;
    await expectFailure(`Post "${hook.url}/elsewhere": stopped after 10 redirects`);
    expect(asked - before).toBe(20);
    answer = (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expectFailure(/unsupported protocol scheme "http"$/);
    answer = (response) => response.writeHead(302).end();
    await expectFailure(/302 response missing Location header$/);
  });

  test('what is packed is unpacked to no more than an answer may be', async () => {
    const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024, 0x20));
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expectFailure(/http: response body too large$/);
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}');
    await expectFailure(/gzip: invalid header$/);
  });

  test('an answer out of all measure is read no further', async () => {
    const chunk = Buffer.alloc(4 * 1024 * 1024, 0x20);
    answer = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    await expectFailure(/body too large$/);
  });

  test('text nested out of all measure', async () => {
    answer = (response) => response.end('['.repeat(2_000_000));
    await expectFailure("couldn't get version/kind; json parse error: exceeded max depth");
  });

  test('an answer that never ends has the time of the whole call', async () => {
    answer = (response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    };
    const { status, body } = await create('short');
    expect([status, body.message]).toEqual([500, expect.stringMatching(/context deadline exceeded$/)]);
  });
});
