import { expect, test } from 'vitest';
import { asDeclared } from '../../src/api/declared.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { toCompactJson } from '../../src/lib/json.ts';

const written = (object: object) => toCompactJson(asDeclared(object as KubeObject));

test('fields come in the order of the declarations, maps in that of their keys', () => {
  const data = { b: '1', '10': '2', '-a': '3' };
  expect(
    written({ metadata: { labels: { z: '', a: '' }, name: 'x' }, data, apiVersion: 'v1', kind: 'ConfigMap' }),
  ).toBe(
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","creationTimestamp":null,"labels":{"a":"","z":""}},"data":{"-a":"3","10":"2","b":"1"}}',
  );
});

test('what a type always writes is there, and what it does not have is gone', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: { containers: [{ name: 'a', odd: 1, command: [] }] },
  };
  expect(written(pod)).toBe(
    '{"kind":"Pod","apiVersion":"v1","metadata":{"creationTimestamp":null},"spec":{"containers":[{"name":"a","resources":{}}]},"status":{}}',
  );
});

test('a pointer keeps what is empty, a value does not', () => {
  const spec = { replicas: 0, minReadySeconds: 0, paused: false };
  const text = written({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: {}, spec });
  expect(text).toContain('"spec":{"replicas":0,"selector":null,"template":');
  expect(text).not.toMatch(/minReadySeconds|paused/);
});

test('kinds that are not known stay as they are', () => {
  const object = { kind: 'Gadget', apiVersion: 'example.com/v1', metadata: {}, b: 1, a: 2 } as KubeObject;
  expect(asDeclared(object)).toBe(object);
});
