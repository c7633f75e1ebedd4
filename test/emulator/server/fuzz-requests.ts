import fc from 'fast-check';
import type { ResourceInfo } from '../../../src/api/resource.ts';
import { apiVersionOf } from '../../../src/api/resource.ts';
import { builtinResources } from '../../../src/api/resources.ts';
import { type FieldSchema, namedType, packageOf, type ValueSchema } from '../../../src/api/schema.ts';

/** One request that means no good. */
export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

type Random = () => number;

/** Repeats itself for the same seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = [
  'a',
  'b',
  'default',
  'web-0',
  'kubernetes',
  'A_b',
  'x'.repeat(300),
  '..',
  '%',
  '💥',
  'a b',
  'system:x',
  '',
];
const ODD_TEXT = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e💥',
  '%s%n',
  '__proto__',
  'constructor',
  'x'.repeat(70_000),
  '-1',
  '🙂'.repeat(300),
];
/** Never a valid number of replicas that would fill the machine. */
const ODD_NUMBERS = [-1, 0, 1, 2, 1.5, 1e308, -9007199254740992, 4294967296.5];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

const odd = (random: Random): unknown =>
  pick<() => unknown>(random, [
    () => null,
    () => pick(random, ODD_TEXT),
    () => pick(random, ODD_NUMBERS),
    () => random() < 0.5,
    () => [],
    () => ({}),
    () => [null, [[]], {}],
    () => ({ a: null, '': '', 'a.b/c': [1] }),
    () => deep(60),
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  ])();

/** A value of the kind that a schema says, or now and then not. */
function valueFor(random: Random, value: ValueSchema, depth: number, wild: number): unknown {
  if (random() < wild) return odd(random);
  switch (value.kind) {
    case 'string':
      return pick(random, ['a', 'b', 'web', 'Always', 'TCP', 'nginx', '10Gi', 'kubernetes.io/x']);
    case 'int32':
    case 'int64':
      return pick(random, [0, 1, 2, 80]);
    case 'number':
      return pick(random, [0.5, 2]);
    case 'boolean':
      return random() < 0.5;
    case 'quantity':
      return pick(random, ['1', '100m', '1Gi', '1e99', '-1', 'x']);
    case 'intOrString':
      return pick<unknown>(random, [1, '50%', 'http']);
    case 'time':
    case 'microTime':
      return pick(random, ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z', 'yesterday']);
    case 'bytes':
      return pick(random, ['YQ==', '!', '']);
    case 'any':
      return pick<unknown>(random, [{ a: 1 }, 'x', [1], null]);
    case 'map':
      return Object.fromEntries(
        ['a', 'cpu', 'app']
          .filter(() => random() < 0.4)
          .map((key) => [key, valueFor(random, value.values, depth - 1, wild)]),
      );
    case 'array':
      return Array.from({ length: Math.floor(random() * 3) }, () => valueFor(random, value.items, depth - 1, wild));
    case 'object':
      return structOf(random, value.type, depth, wild);
  }
}

function structOf(random: Random, name: string, depth: number, wild: number): Record<string, unknown> {
  const fields = [...(namedType(name)?.fields.values() ?? [])];
  const chance = Math.min(0.7, 4 / Math.max(fields.length, 1));
  const wanted = (field: FieldSchema) => depth > 0 && random() < (field.required ? 0.95 : chance);
  const made = fields.filter(wanted).map((field) => [field.name, valueFor(random, field.value, depth - 1, wild)]);
  return Object.fromEntries(made);
}

const podSpec = { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }] };
const template = { metadata: { labels: { app: 'a' } }, spec: podSpec };
const selector = { matchLabels: { app: 'a' } };

/** What is good, so that what comes behind validation meets what is odd, too. By kind: everything but metadata. */
const GOOD: Readonly<Record<string, Record<string, unknown>>> = {
  Pod: { spec: podSpec },
  Deployment: { spec: { replicas: 1, selector, template } },
  ReplicaSet: { spec: { replicas: 1, selector, template } },
  StatefulSet: { spec: { replicas: 1, serviceName: 'a', selector, template } },
  DaemonSet: { spec: { selector, template } },
  Job: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
  CronJob: {
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
    },
  },
  Service: { spec: { selector: { app: 'a' }, ports: [{ port: 80, targetPort: 80 }] } },
  ConfigMap: { data: { a: 'b' } },
  Secret: { stringData: { a: 'b' } },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  HorizontalPodAutoscaler: {
    spec: { minReplicas: 1, maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
  },
  PodDisruptionBudget: { spec: { minAvailable: 1, selector } },
  NetworkPolicy: { spec: { podSelector: {} } },
  Ingress: { spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } } },
  Role: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  ClusterRole: { rules: [{ nonResourceURLs: ['/a'], verbs: ['get'] }] },
  Lease: { spec: { holderIdentity: 'a' } },
  ServiceAccount: {},
  ResourceQuota: { spec: { hard: { pods: '1000' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } },
  EndpointSlice: { addressType: 'IPv4', endpoints: [], ports: [] },
  CustomResourceDefinition: {
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
};

/** The same with one member somewhere turned odd. */
function spoiled(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return odd(random);
  const copy = structuredClone(value) as Record<string, unknown>;
  const name = pick(random, [...Object.keys(copy), 'x']);
  // Never so many that the machine is busy with nothing else.
  copy[name] =
    name === 'replicas' || name === 'maxReplicas' ? pick(random, [-1, 'x', null, 3]) : spoiled(random, copy[name]);
  return copy;
}

/** A manifest of the resource, from nearly good to hopeless. */
function manifest(random: Random, resource: ResourceInfo): Record<string, unknown> {
  const good = GOOD[resource.kind];
  if (!good || random() < 0.3) return randomManifest(random, resource);
  const metadata = {
    name: pick(random, resource.kind === 'CustomResourceDefinition' ? ['widgets.example.com'] : NAMES.slice(0, 4)),
  };
  const whole = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...structuredClone(good) };
  return random() < 0.4 ? whole : (spoiled(random, whole) as typeof whole);
}

function randomManifest(random: Random, resource: ResourceInfo): Record<string, unknown> {
  const apiVersion = apiVersionOf(resource);
  const wild = pick(random, [0, 0, 0.01, 0.1, 0.5]);
  const body = structOf(random, `${packageOf(apiVersion)}.${resource.kind}`, 7, wild);
  const metadata = { ...((body.metadata as object | undefined) ?? {}), name: pick(random, NAMES.slice(0, 4)) };
  const whole: Record<string, unknown> = { ...body, apiVersion, kind: resource.kind, metadata };
  if (random() < 0.8 && resource.namespaced) Object.assign(metadata, { namespace: 'default' });
  for (const field of [
    'managedFields',
    'deletionTimestamp',
    'uid',
    'resourceVersion',
    'ownerReferences',
    'finalizers',
  ]) {
    if (random() < 0.7) delete (metadata as Record<string, unknown>)[field];
  }
  if (random() < 0.1) whole[pick(random, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])] = odd(random);
  return whole;
}

function jsonPatch(random: Random): unknown {
  const paths = [
    '',
    '/',
    '/metadata/labels/a',
    '/spec/replicas',
    '/spec/containers/0/image',
    '/spec/containers/-',
    '/~2',
    'x',
    '/metadata',
    '/a/b/c',
    '/metadata/finalizers/9',
  ];
  const operation = () => ({
    op: pick(random, ['add', 'remove', 'replace', 'move', 'copy', 'test', 'x', '']),
    path: pick<unknown>(random, [...paths, null, 1]),
    ...(random() < 0.5 ? { from: pick<unknown>(random, paths) } : {}),
    ...(random() < 0.7 ? { value: odd(random) } : {}),
  });
  return Array.from({ length: Math.floor(random() * 4) }, () => (random() < 0.05 ? odd(random) : operation()));
}

function strategicPatch(random: Random, resource: ResourceInfo): Record<string, unknown> {
  const patch = manifest(random, resource);
  const directives: [string, unknown][] = [
    ['$patch', pick<unknown>(random, ['delete', 'replace', 'merge', 'x', 1])],
    ['$retainKeys', pick<unknown>(random, [['a'], 'a', [], null])],
    ['$setElementOrder/containers', pick<unknown>(random, [[{ name: 'a' }], ['a'], 1, [{}]])],
    ['$deleteFromPrimitiveList/finalizers', pick<unknown>(random, [['a'], 'a', [{}], null])],
  ];
  const at = pick<unknown>(random, [patch, patch?.spec, patch?.metadata]);
  if (typeof at === 'object' && at !== null) Object.assign(at, Object.fromEntries([pick(random, directives)]));
  return patch;
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  PATCH: [
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'text/plain',
  ],
  other: ['application/json', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'x', ''],
};

function bodyOf(random: Random, resource: ResourceInfo, type: string): string {
  if (type === 'application/vnd.kubernetes.protobuf') {
    return pick(random, ['k8s\u0000', 'k8s\u0000\n\u0004\n\u0002v1', '', 'x', `k8s\u0000${'\u00ff'.repeat(20)}`]);
  }
  const value =
    type === 'application/json-patch+json'
      ? jsonPatch(random)
      : type === 'application/strategic-merge-patch+json'
        ? strategicPatch(random, resource)
        : random() < 0.05
          ? odd(random)
          : manifest(random, resource);
  const text = JSON.stringify(value) ?? '';
  const kind = random();
  if (kind < 0.85) return text;
  if (kind < 0.9) return text.slice(0, Math.floor(text.length * random()));
  if (kind < 0.94) return text.replace('{', '{"metadata":{"name":"a","name":"b"},');
  if (kind < 0.97) return '['.repeat(20_000);
  return pick(random, ['', 'null', '---', 'a: &a [*a]', '{"a":1e999}', '\ufeff{}', ': :']);
}

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  labelSelector: ['a=b', 'a in (b', '!', '==', 'a notin ()', 'x/y/z', ',', 'a>b', '💥'],
  fieldSelector: ['metadata.name=a', 'spec.x=1', 'a', '=', 'metadata.name!=a,', 'a\\', 'status.phase=Running'],
  limit: ['1', '-1', 'x', '99999999999999999999', '0'],
  continue: ['x', 'e30', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvYSJ9', '%%%', 'bnVsbA'],
  resourceVersion: ['0', '1', 'x', '-1', '99999999', '1e3', ''],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  watch: ['true', '1', 'false', 'x'],
  timeoutSeconds: ['0', '1', '-1', 'x'],
  sendInitialEvents: ['true', 'x'],
  allowWatchBookmarks: ['true', ''],
  dryRun: ['All', 'x', ''],
  fieldManager: ['a', 'x'.repeat(129), '\u0007', ''],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  force: ['true', 'x'],
  propagationPolicy: ['Foreground', 'Orphan', 'x'],
  gracePeriodSeconds: ['0', '-1', 'x'],
  orphanDependents: ['true', 'x'],
  includeObject: ['None', 'Object', 'x'],
  pretty: ['1', 'x'],
  container: ['a', ''],
  tailLines: ['1', '-1', 'x'],
  sinceSeconds: ['x', '0'],
  follow: ['true'],
  previous: ['true'],
  path: ['/', '..'],
  'a%00': ['%'],
};

const ACCEPTS = [
  'application/json',
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v9;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf',
  'application/yaml',
  'image/png',
  ';;;=,',
  '',
];
const MORE_HEADERS: readonly Record<string, string>[] = [
  {},
  {},
  {},
  { 'impersonate-user': 'a' },
  { 'impersonate-group': 'a' },
  { 'impersonate-user': 'a', 'impersonate-extra-%zz': 'a' },
  { authorization: 'Bearer a.b.c' },
  { authorization: 'Basic x' },
  { 'accept-encoding': 'gzip' },
  { 'user-agent': '' },
  { 'if-none-match': '"x"' },
  { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' },
];
const OTHER_PATHS = [
  '/',
  '/api',
  '/apis/',
  '/api/v1',
  '/apis/apps',
  '/apis/apps/v9/x',
  '/version',
  '/healthz/x',
  '/readyz?verbose',
  '/openapi/v3/apis/apps/v1',
  '/openapi/v2',
  '/metrics',
  '//',
  '/api/v1/%zz',
  '/apis/%2e%2e/v1',
  '/kctl.dev/v1/images/%zz',
  '/.well-known/openid-configuration',
  '/api/v1/namespaces//pods',
  '/logs/x',
  '/api/v1/watch',
  '/api/v1/watch/pods',
];

/** Most methods are for one object, POST for a collection; the others are refused before anybody reads the body. */
function pathOf(random: Random, resource: ResourceInfo, method: string): string {
  if (random() < 0.05) return pick(random, OTHER_PATHS);
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const scope =
    resource.namespaced && random() < 0.9
      ? `/namespaces/${random() < 0.9 ? 'default' : encodeURIComponent(pick(random, NAMES.slice(0, 6)))}`
      : '';
  const name =
    random() < (method === 'POST' ? 0.25 : 0.75)
      ? `/${random() < 0.7 ? pick(random, NAMES.slice(0, 4)) : encodeURIComponent(pick(random, NAMES))}`
      : '';
  const parts = [...resource.subresources.map((one) => one.name), 'status', 'scale', 'x'];
  const subresource = name && random() < 0.3 ? `/${pick(random, parts)}` : '';
  return `${root}${scope}/${resource.plural}${name}${subresource}`;
}

function queryOf(random: Random): string {
  const chosen = Object.entries(PARAMETERS).filter(() => random() < 0.06);
  return chosen.map(([name, values]) => `${name}=${encodeURIComponent(pick(random, values))}`).join('&');
}

const WELL_KNOWN = builtinResources.filter(({ kind }) => kind in GOOD);

/** A request for each number; the same for the same number. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.integer().map((seed) => {
  const random = randomOf(seed);
  const known = random() < 0.5 ? builtinResources : WELL_KNOWN;
  const resource = pick(random, known);
  const method = pick(random, [
    'GET',
    'GET',
    'POST',
    'POST',
    'PUT',
    'PATCH',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'PROPFIND',
  ]);
  const query = queryOf(random);
  const type = pick(random, TYPES[method] ?? TYPES.other!);
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) || (method === 'DELETE' && random() < 0.3);
  const path = pathOf(random, resource, method);
  return {
    method,
    path: query ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path,
    headers: {
      accept: random() < 0.5 ? 'application/json' : pick(random, ACCEPTS),
      ...(hasBody && type ? { 'content-type': type } : {}),
      ...(random() < 0.5 ? {} : pick(random, MORE_HEADERS)),
    },
    body: hasBody ? bodyOf(random, resource, type) : undefined,
  };
});
