import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { forwardWord, readForwardWishes } from '../../../src/store/forwards/forward-words.ts';
import { knownPorts } from '../../../src/store/forwards/known-ports.ts';
import { lastingTarget } from '../../../src/store/forwards/target.ts';

const pod = (annotations: Record<string, string>, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    namespace: 'shop',
    annotations,
    labels: { app: 'p', 'pod-template-hash': 'x' },
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'o', controller: true }] }
      : {}),
  },
  spec: {
    containers: [
      {
        name: 'app',
        ports: [
          { name: 'grpc', containerPort: 9000 },
          { name: 'http', containerPort: 8080 },
        ],
      },
      {
        name: 'side',
        ports: [
          { containerPort: 53, protocol: 'UDP' },
          { name: 'metrics', containerPort: 9090 },
        ],
      },
    ],
  },
});

const service = (annotations: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'shop', annotations },
  spec: {
    selector: { app: 'p' },
    ports: [
      { name: 'web', port: 80, targetPort: 8080 },
      { name: 'm', port: 81, targetPort: 'metrics' },
    ],
  },
});

const brief = (object: KubeObject, behind?: KubeObject) =>
  knownPorts(object, behind).map(({ remote, local, from, alias }) =>
    [remote, ...(local ? [`at ${local}`] : []), ...(from === 'declared' ? [] : [from]), ...(alias ? [alias] : [])].join(
      ' ',
    ),
  );

describe('ports that are known of an object', () => {
  test('without annotations a web server goes first, and UDP cannot be forwarded', () => {
    expect(brief(pod({}))).toEqual(['8080', '9000', '9090']);
  });
  test.each([
    ['app::9000', ['9000 k9s', '8080', '9090']],
    ['app::7000:grpc', ['9000 at 7000 k9s', '8080', '9090']],
    ['side::metrics,app::7001:8080', ['9090 k9s', '8080 at 7001 k9s', '9000']],
    ['7002:metrics', ['9090 at 7002 k9s', '8080', '9000']],
    ['app::6060', ['6060 k9s', '8080', '9000', '9090']],
    ['app::nope', ['8080', '9000', '9090']],
    ['side::http', ['8080', '9000', '9090']],
    ['::::', ['8080', '9000', '9090']],
  ])('as k9s has it: %s', (value, expected) => {
    expect(brief(pod({ 'k9scli.io/port-forwards': value }))).toEqual(expected);
  });
  test('those that k9s forwards without a question go before those that it offers', () => {
    const annotations = { 'k9scli.io/port-forwards': 'app::8080', 'k9scli.io/auto-port-forwards': 'side::9090' };
    expect(brief(pod(annotations))).toEqual(['9090 k9s-auto', '8080 k9s', '9000']);
  });
  test('a workload has those of its template', () => {
    const { metadata, spec } = pod({ 'k9scli.io/port-forwards': 'app::grpc' });
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { metadata, spec } },
    };
    expect(brief(deployment as KubeObject)).toEqual(['9000 k9s', '8080', '9090']);
  });
  test('those of a pod lead through the ports of its service', () => {
    const behind = pod({ 'k9scli.io/port-forwards': 'side::7003:metrics,app::grpc' });
    expect(brief(service({}), behind)).toEqual(['81 at 7003 k9s', '80']);
  });
  test.each([
    ['grafana-13080-web', ['80 at 13080 kftray grafana', '81']],
    ['my-shop-13080-8080', ['80 at 13080 kftray my-shop', '81']],
    ['a-1-web, b-2-m', ['80 at 1 kftray a', '81 at 2 kftray b']],
    ['grafana-x-web', ['80', '81']],
  ])('as kftray has it: %s', (value, expected) => {
    expect(brief(service({ 'kftray.app/configs': value }))).toEqual(expected);
    expect(brief(service({ 'kftray.app/configs': value, 'kftray.app/enabled': 'false' }))).toEqual(['80', '81']);
  });
});

describe('words', () => {
  test.each([
    ['web', [{ target: 'web', ports: [] }]],
    [
      'web db=5433:5432 cache',
      [
        { target: 'web', ports: [] },
        { target: 'db', ports: ['5433:5432'] },
        { target: 'cache', ports: [] },
      ],
    ],
    ['web 9000:metrics', [{ target: 'web', ports: ['9000:metrics'] }]],
    ['web :80 81', [{ target: 'web', ports: [':80', '81'] }]],
    ['deploy/web@shop=80,9090', [{ target: 'deploy/web', namespace: 'shop', ports: ['80', '9090'] }]],
    ['db@@admin@prod', [{ target: 'db', context: 'admin@prod', ports: [] }]],
    ['db@shop@prod=http', [{ target: 'db', namespace: 'shop', context: 'prod', ports: ['http'] }]],
  ])('%s', (line, expected) => {
    const wishes = readForwardWishes(line.split(' '));
    expect(wishes).toEqual(expected);
    expect(readForwardWishes(wishes.map(forwardWord))).toEqual(expected);
  });
  test.each(['8080', '=80', 'web=', 'web=a b', '@shop'])('%s is none', (word) => {
    expect(() => readForwardWishes([word])).toThrow();
  });
});

describe('a forward that outlives its pod', () => {
  const target = (object: KubeObject) => lastingTarget(findBuiltinKind('v1', 'Pod')!, object);
  test('goes to another pod of the same labels, where the owner gives new ones new names', () => {
    expect(target(pod({}, 'ReplicaSet'))).toMatchObject({ pods: { labelSelector: 'app=p' }, mayMove: true });
  });
  test('waits for the same name elsewhere', () => {
    expect(target(pod({}, 'StatefulSet'))).toMatchObject({ pods: { name: 'p' }, mayMove: true });
    expect(target(pod({}))).toMatchObject({ pods: { name: 'p' }, mayMove: true });
  });
});
