import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Lister } from '../../../src/emulator/client.ts';
import { isOurs, matchesPath, routeFor } from '../../../src/emulator/network/ingress-rules.ts';

const ingress = (name: string, spec: Record<string, unknown>, annotations = {}): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop', annotations },
  spec: { ingressClassName: 'ours', ...spec },
});
const to = (name: string) => ({ service: { name, port: { number: 80 } } });
const path = (at: string, pathType: string, name: string) => ({ path: at, pathType, backend: to(name) });
const world = (...ingresses: KubeObject[]): Lister =>
  ({
    list: () => ingresses,
    get: (_resource: string, _namespace: string, name: string) =>
      ({ ours: { spec: { controller: 'kctl.dev/ingress' } }, theirs: { spec: { controller: 'example.org/x' } } })[name],
  }) as unknown as Lister;

test.each([
  ['/', 'Prefix', '/any', true],
  ['/foo', 'Exact', '/foo', true],
  ['/foo', 'Exact', '/foo/', false],
  ['/foo/', 'Exact', '/foo', false],
  ['/foo', 'Prefix', '/foo/', true],
  ['/foo/', 'Prefix', '/foo', true],
  ['/aaa/bb', 'Prefix', '/aaa/bbb', false],
  ['/aaa/bbb/', 'Prefix', '/aaa/bbb', true],
  ['/aaa/bbb', 'Prefix', '/aaa/bbb/ccc', true],
  ['/aaa/bbb', 'Prefix', '/aaa/bbbxyz', false],
  ['/foo', 'ImplementationSpecific', '/foo/bar', true],
] as const)('%s as %s for %s: %s', (at, pathType, asked, expected) => {
  expect(matchesPath({ path: at, pathType }, asked)).toBe(expected);
});

const shop = ingress('shop', {
  rules: [
    {
      host: 'shop.example',
      http: { paths: [path('/', 'Prefix', 'front'), path('/api', 'Prefix', 'api'), path('/api', 'Exact', 'root')] },
    },
    { host: '*.shop.example', http: { paths: [path('/', 'Prefix', 'tenants')] } },
    { http: { paths: [path('/', 'Prefix', 'any')] } },
  ],
});

test.each([
  ['shop.example', '/', 'front'],
  ['shop.example', '/api/v1', 'api'],
  ['shop.example', '/api', 'root'],
  ['a.shop.example', '/', 'tenants'],
  ['b.a.shop.example', '/', 'any'],
  ['nobody.example', '/', 'any'],
])('%s%s goes to %s', (host, asked, service) => {
  expect(routeFor(world(shop), host, asked)?.service).toBe(service);
});

test('what no rule is for goes to a default backend, or nowhere', () => {
  const some = ingress('some', { rules: [{ host: 'a', http: { paths: [path('/x', 'Prefix', 'x')] } }] });
  expect(routeFor(world(some), 'a', '/y')).toBeUndefined();
  const fallback = ingress('fallback', { defaultBackend: { service: { name: 'rest', port: { name: 'web' } } } });
  expect(routeFor(world(some, fallback), 'a', '/y')).toEqual({ namespace: 'shop', service: 'rest', port: 'web' });
});

test('only classes of ours are served, also those named the old way', () => {
  const lister = world();
  expect(isOurs(lister, ingress('a', {}))).toBe(true);
  expect(isOurs(lister, ingress('a', { ingressClassName: 'theirs' }))).toBe(false);
  expect(isOurs(lister, ingress('a', { ingressClassName: undefined }))).toBe(false);
  expect(isOurs(lister, ingress('a', { ingressClassName: undefined }, { 'kubernetes.io/ingress.class': 'ours' }))).toBe(
    true,
  );
  expect(
    routeFor(world(ingress('a', { ingressClassName: 'theirs', defaultBackend: to('x') })), 'a', '/'),
  ).toBeUndefined();
});
