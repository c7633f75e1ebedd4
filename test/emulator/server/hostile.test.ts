import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
const reports: string[] = [];

beforeAll(async () => {
  cluster = await testCluster({ log: (text) => reports.push(text) });
});
afterAll(() => cluster.stop());

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definitionWith = (a: string) =>
  `{"metadata":{"name":"x.y.z"},"spec":{"group":"y.z","names":{"plural":"x","kind":"X"},"scope":"Cluster","versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":${a}}}}}]}}`;

/** Each copy doubles what is there. */
const copyBomb = JSON.stringify([
  { op: 'add', path: '/x', value: { a: 'x'.repeat(1000) } },
  ...Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/x', path: `/x/c${at}` })),
]);

describe('nonsense is the fault of who sends it', () => {
  test.each<[string, string, string, number, RegExp]>([
    ['POST', maps, '[]', 400, /cannot unmarshal array into Go value/],
    ['POST', maps, 'null', 422, /name or generateName is required/],
    ['POST', maps, '', 400, /unexpected end of JSON input/],
    ['POST', maps, '{"kind":5,"apiVersion":{}}', 400, /cannot unmarshal object into Go struct field .apiVersion/],
    ['POST', maps, '{"metadata":null}', 422, /name or generateName is required/],
    ['POST', maps, '{"metadata":"x"}', 400, /cannot unmarshal string/],
    ['POST', maps, '{"metadata":{"name":"p","labels":{"__proto__":"x"}}}', 422, /"__proto__"/],
    ['POST', pods, '{"metadata":{"name":"x"},"spec":null}', 422, /spec.containers: Required value/],
    [
      'POST',
      pods,
      '{"metadata":{"name":"x"},"spec":{"containers":[null]}}',
      422,
      /containers\[0\].name: Required value/,
    ],
    ['POST', pods, '{"metadata":{"name":"x"},"spec":{"volumes":[null],"containers":[]}}', 422, /volumes\[0\].name/],
    ['POST', definitions, definitionWith('null'), 422, /properties\[a\].type: Required value/],
    ['POST', definitions, definitionWith('{"type":"string","pattern":"["}'), 422, /must be a valid regular expression/],
    ['DELETE', `${maps}/kube-root-ca.crt`, '{"propagationPolicy":"Foo"}', 422, /Unsupported value: "Foo"/],
    ['DELETE', `${maps}/kube-root-ca.crt`, '[', 400, /JSON/],
    ['DELETE', `${maps}/kube-root-ca.crt?gracePeriodSeconds=x`, '', 400, /parsing "x": invalid syntax/],
    ['PUT', `${pods}/x/status`, '{"metadata":{"name":"x"},"status":5}', 400, /cannot unmarshal number/],
    ['GET', `${pods}/%E0%A4%A`, '', 400, /invalid URL escape "%A"/],
    ['GET', `${pods}/%E0%A4`, '', 404, /not found/],
    ['GET', '/api/v1/pods?labelSelector=%21%21', '', 400, /unable to parse requirement/],
    ['GET', '/api/v1/pods?continue=@@@', '', 400, /continue key is not valid/],
  ])('%s %s %s', async (method, path, body, code, message) => {
    const answer = await cluster.call(method, path, body ? { body } : {});
    expect([answer.body.code, answer.body.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test.each<[string, string, number]>([
    ['merge-patch+json', 'null', 400],
    ['merge-patch+json', '[]', 400],
    ['merge-patch+json', '{"metadata":null}', 400],
    ['merge-patch+json', '{"metadata":{"labels":5}}', 422],
    ['strategic-merge-patch+json', 'null', 400],
    ['strategic-merge-patch+json', '5', 400],
    ['json-patch+json', '{"op":"x"}', 400],
    ['json-patch+json', '[{"op":"x"}]', 422],
    ['json-patch+json', '[{"op":"replace","path":"","value":null}]', 422],
    ['json-patch+json', '[{"op":"add","path":"/__proto__/x","value":1}]', 422],
    ['json-patch+json', '[null]', 422],
    ['json-patch+json', copyBomb, 413],
    ['apply-patch+yaml', '- a', 400],
    ['apply-patch+yaml', 'null', 400],
    ['apply-patch+yaml', 'a: [', 400],
    ['apply-patch+yaml', '', 400],
  ])('a patch of type %s: %s', async (type, body, code) => {
    const headers = { 'content-type': `application/${type}` };
    const answer = await cluster.call('PATCH', '/api/v1/namespaces/default?fieldManager=x', { body, headers });
    expect([answer.body.kind, answer.body.code]).toEqual(['Status', code]);
  });

  test('a body that is too big ends its connection, and the next request comes through at once', async () => {
    const answer = await cluster.call('POST', maps, { body: 'x'.repeat(4_000_000) });
    expect([answer.body.code, answer.headers.connection]).toEqual([413, 'close']);
    expect((await cluster.call('GET', '/version')).status).toBe(200);
  });

  test('and nothing of it is written down as a defect', () => expect(reports).toEqual([]));
});

test('patterns of Go are read as Go reads them', async () => {
  await cluster.call('POST', definitions, { body: definitionWith('{"type":"string","pattern":"(?i)^[a-c\\\\_]+$"}') });
  const make = (a: string) =>
    cluster.call('POST', '/apis/y.z/v1/x', { body: { apiVersion: 'y.z/v1', kind: 'X', metadata: { name: 'q' }, a } });
  expect((await make('xyz')).status).toBe(422);
  expect((await make('A_b')).status).toBe(201);
});
