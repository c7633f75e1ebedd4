import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { connectPort } from '../../../src/emulator/network/responders.ts';
import { sendPage } from '../../../src/emulator/server/subresources/proxy-page.ts';
import { parseFirstYamlDocument } from '../../../src/lib/yaml.ts';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';

test.each([
  ['TokenRequest', '/api/v1/namespaces/default/serviceaccounts/default/token'],
  ['TokenReview', '/apis/authentication.k8s.io/v1/tokenreviews'],
])('audiences of a %s are texts', async (kind, path) => {
  for (const [audiences, shown, type] of [
    [[1], 'number', 'string'],
    [[{}], 'object', 'string'],
    ['a', 'string', '[]string'],
    [{ length: 1 }, 'object', '[]string'],
  ]) {
    const { status, body } = await cluster.call('POST', path, { body: { spec: { token: 'x', audiences } } });
    const why = `json: cannot unmarshal ${shown} into Go struct field ${kind}Spec.spec.audiences of type ${type}`;
    expect([status, body.message]).toEqual([400, `${kind} in version "v1" cannot be handled as a ${kind}: ${why}`]);
  }
});

describe('programs of pods', () => {
  const pod = (image: string, port: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', uid: 'u' },
    spec: { containers: [{ name: 'a', image, ports: [{ containerPort: port }] }] },
  });

  /** What is answered until the program hangs up. */
  async function talk(image: string, ...sent: (string | Buffer)[]): Promise<string> {
    const stream = connectPort(pod(image, 1), 1, () => 0);
    let heard = '';
    stream.on('data', (chunk) => {
      heard += chunk;
    });
    const over = once(stream, 'end');
    for (const one of sent) stream.write(one);
    await over;
    return heard;
  }

  test.each([
    ['*1000000000\r\n', 'invalid multibulk length'],
    ['*x\r\n', 'invalid multibulk length'],
    ['*1\r\n$-100\r\n', 'invalid bulk length'],
    ['*1\r\n$NaN\r\nPING\r\n', 'invalid bulk length'],
    ['*1\r\n$999999999\r\n', 'invalid bulk length'],
    [`*1\r\n$${'0'.repeat(100)}`, 'too big bulk count string'],
    ['x'.repeat(70_000), 'too big inline request'],
  ])('redis hangs up at %.30j', async (sent, why) => {
    expect(await talk('redis', sent)).toBe(`-ERR Protocol error: ${why}\r\n`);
  });

  test('redis answers what it can read, and hears nothing after the end', async () => {
    const many = '*1\r\n$4\r\nPING\r\n'.repeat(3);
    expect(await talk('redis', many, '*1\r\n$4\r\nQUIT\r\n', 'PING\r\n')).toBe(`${'+PONG\r\n'.repeat(3)}+OK\r\n`);
  });

  test('a database takes no start of any length', async () => {
    for (const length of [0, 7, 10_001, 0xffff_ffff]) {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(length);
      expect(await talk('postgres', head)).toBe('');
    }
  });

  test('a page takes no body of any length', async () => {
    for (const length of ['1048577', '9'.repeat(400)]) {
      const answer = await talk('nginx', `POST / HTTP/1.1\r\nContent-Length: ${length}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 413 Request Entity Too Large\r\n/);
    }
  });
});

test('a page that unpacks out of all measure is not unpacked whole', async () => {
  const answer = Object.assign(
    (async function* () {
      yield gzipSync(Buffer.alloc(33 * 1024 * 1024));
    })(),
    { headers: { 'content-encoding': 'gzip' } },
  );
  const sent = sendPage({ response: {} } as never, answer as never, {} as never);
  await expect(sent).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
});

describe('a body in YAML', () => {
  const headers = { 'content-type': 'application/yaml' };
  const first = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: y-}\ndata: {a: b}\n';

  test('is its first document; what follows is not read', async () => {
    expect(parseFirstYamlDocument('---\n---\na: 1\n---\nb: 2\n---\n]: {\n', 'x')).toEqual({ a: 1 });
    expect(parseFirstYamlDocument('# nothing\n', 'x')).toBeUndefined();
    const body = `${first}---\n${'a: &a [b, c]\n---\n'.repeat(150_000)}}`;
    const before = process.threadCpuUsage();
    const { status, body: made } = await cluster.call('POST', MAPS, { headers, body });
    const { user, system } = process.threadCpuUsage(before);
    expect([status, made.data]).toEqual([201, { a: 'b' }]);
    expect((user + system) / 1000).toBeLessThan(1000);
  });

  test.each([
    [
      'references that grow',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghijk'.replace(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    ],
    ['text nested out of all measure', `data: ${'['.repeat(200_000)}`],
    ['a key that is nothing', 'a: [\n'],
  ])('with %s is refused', async (_what, body) => {
    const { status, body: said } = await cluster.call('POST', MAPS, { headers, body });
    expect([status, said.reason]).toEqual([400, 'BadRequest']);
  });

  test('that is too long is read no further', async () => {
    const body = `${first}---\n${'x'.repeat(3 * 1024 * 1024)}`;
    expect((await cluster.call('POST', MAPS, { headers, body })).status).toBe(413);
  });
});
