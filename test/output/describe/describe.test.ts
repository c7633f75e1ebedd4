import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ResourceInfo } from '../../../src/api/resource.ts';
import { fieldTitle } from '../../../src/output/describe/generic.ts';
import type { DescribeFetch } from '../../../src/output/describe/index.ts';
import { describeObject } from '../../../src/output/describe/index.ts';
import { shorten } from '../../../src/output/describe/maps.ts';
import { optionalTimeText, timeText } from '../../../src/output/describe/time.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as KubeObject[];
const objects = [...read('./objects.json'), ...read('./objects-more.json')];
const now = Date.parse('2026-11-21T03:50:00Z');

const groups: Record<string, [plural: string, group: string]> = {
  Pod: ['pods', ''],
  Deployment: ['deployments', 'apps'],
  ReplicaSet: ['replicasets', 'apps'],
  StatefulSet: ['statefulsets', 'apps'],
  DaemonSet: ['daemonsets', 'apps'],
  Job: ['jobs', 'batch'],
  CronJob: ['cronjobs', 'batch'],
  Service: ['services', ''],
  Node: ['nodes', ''],
  ConfigMap: ['configmaps', ''],
  Secret: ['secrets', ''],
  Role: ['roles', 'rbac.authorization.k8s.io'],
  ClusterRole: ['clusterroles', 'rbac.authorization.k8s.io'],
  RoleBinding: ['rolebindings', 'rbac.authorization.k8s.io'],
  Widget: ['widgets', 'example.com'],
  Event: ['events', ''],
  Endpoints: ['endpoints', ''],
  EndpointSlice: ['endpointslices', 'discovery.k8s.io'],
  Lease: ['leases', 'coordination.k8s.io'],
  HorizontalPodAutoscaler: ['horizontalpodautoscalers', 'autoscaling'],
  CertificateSigningRequest: ['certificatesigningrequests', 'certificates.k8s.io'],
  ServiceCIDR: ['servicecidrs', 'networking.k8s.io'],
  IPAddress: ['ipaddresses', 'networking.k8s.io'],
  VolumeAttributesClass: ['volumeattributesclasses', 'storage.k8s.io'],
  Namespace: ['namespaces', ''],
  ReplicationController: ['replicationcontrollers', ''],
};

function resourceOf(kind: string, version = 'v1'): ResourceInfo {
  const [plural, group] = groups[kind] ?? ['', ''];
  return {
    ...{ group, plural, kind, version, singular: kind.toLowerCase(), namespaced: true },
    ...{ shortNames: [], categories: [], verbs: [], subresources: [] },
  };
}

function kindOf(groupResource: string): string | undefined {
  return Object.keys(groups).find((kind) => (groups[kind] ?? []).filter(Boolean).join('.') === groupResource);
}

const field = (object: KubeObject, path: string) =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);

/** Answers from the same objects that kubectl 1.32 was given when the golden files were made. */
const fetch: DescribeFetch = {
  async list(groupResource, { namespace, labelSelector, fieldSelector }) {
    const kind = kindOf(groupResource);
    const labels = (labelSelector ?? '').split(',').filter(Boolean);
    const fields = (fieldSelector ?? '').split(',').filter((term) => term !== '' && !term.includes('!='));
    return objects.filter(
      (object) =>
        object.kind === kind &&
        (namespace === '' || object.metadata.namespace === namespace) &&
        labels.every((term) => object.metadata.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1]) &&
        fields.every((term) => field(object, term.split('=')[0] ?? '') === term.split('=')[1]) &&
        !(kind === 'Event' && object.metadata.name === 'e5'),
    );
  },
  async get(groupResource, namespace, name) {
    const kind = kindOf(groupResource);
    return objects.find(
      (object) => object.kind === kind && object.metadata.namespace === namespace && object.metadata.name === name,
    );
  },
  async image() {
    return undefined;
  },
};

describe('describe prints what kubectl 1.32 printed for the same objects', () => {
  for (const file of readdirSync(new URL('./golden', import.meta.url))) {
    const [kind = '', name = ''] = file.replace('.txt', '').split('_');
    test(`${kind} ${name}`, async () => {
      const object = objects.find((entry) => entry.kind.toLowerCase() === kind && entry.metadata.name === name);
      const text = await describeObject(
        resourceOf(object!.kind, object!.apiVersion.split('/').at(-1)),
        object!,
        fetch,
        now,
      );
      expect(text).toBe(readFileSync(new URL(`./golden/${file}`, import.meta.url), 'utf8'));
    });
  }
});

test('a pod whose images are known shows their layers before its events', async () => {
  const layers = [
    { digest: 'sha256:0123456789abcdef', sizeBytes: 29_126_000, instruction: 'ADD rootfs.tar /' },
    { digest: 'sha256:fedcba9876543210', sizeBytes: 512, instruction: 'RUN  make\n install' },
  ];
  const pod = objects.find((entry) => entry.kind === 'Pod' && entry.metadata.name === 'bare')!;
  const withImages: DescribeFetch = {
    ...fetch,
    image: async (reference) => ({
      reference,
      digest: 'sha256:aaaabbbbccccdddd',
      sizeBytes: 29_126_512,
      simulated: true,
      layers,
    }),
  };
  const text = await describeObject(resourceOf('Pod'), pod, withImages, now);
  expect(text.slice(text.indexOf('Image Layers:'))).toBe(
    [
      'Image Layers:',
      '  x  aaaabbbbcccc  29.1MB  (simulated)',
      '    0123456789ab  29.1MB  ADD rootfs.tar /',
      '    fedcba987654  512B    RUN make install',
      'Events:           <none>',
      '',
    ].join('\n'),
  );
});

test('control characters of the cluster do not reach the terminal', async () => {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', namespace: 'n' },
    data: { k: '\u001b[2Jgone' },
  };
  const text = await describeObject(resourceOf('ConfigMap'), map, fetch, now);
  expect(text).toContain('^[[2Jgone');
  expect(text).not.toContain('\u001b');
});

test('a subresource stands behind its group', async () => {
  const rules = [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] }];
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules };
  expect(await describeObject(resourceOf('ClusterRole'), role, fetch, now)).toMatch(
    /^ +deployments\.apps\/scale +\[]/m,
  );
});

test('fields of any kind stand in their order; names with digits stay as they are', async () => {
  const widget = {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w' },
    count: 1,
    openAPIV3Schema: 2,
  };
  const text = await describeObject(resourceOf('Widget'), widget, fetch, now);
  expect(text.match(/^(API Version|Count|Kind|openAPIV3Schema)/gm)).toEqual([
    'API Version',
    'Count',
    'Kind',
    'openAPIV3Schema',
  ]);
});

test('titles of fields are made of their words', () => {
  const titles = [
    'podIP',
    'podIPs',
    'apiURL',
    'someAPIKey',
    'HTTPServer',
    'uid',
    'with-dash',
    'snake_case',
    'name1',
    'aB',
  ];
  expect(titles.map(fieldTitle)).toEqual([
    ...['Pod IP', 'Pod I Ps', 'API URL', 'Some API Key', 'HTTP Server', 'UID', 'With - Dash', 'snake_case', 'name1'],
    'A B',
  ]);
});

test('annotations are cut at bytes, and never inside a character', () => {
  expect(shorten('가'.repeat(50), 10)).toBe('가가가...');
  expect(shorten('a'.repeat(138), 138)).toBe('a'.repeat(138));
  expect(shorten('a'.repeat(139), 138)).toBe(`${'a'.repeat(138)}...`);
});

test('times are those of the zone, zero is the year one', () => {
  expect(timeText(undefined)).toBe('Mon, 01 Jan 0001 00:00:00 +0000');
  expect(timeText('not a time')).toBe('not a time');
  expect(optionalTimeText(null)).toBe('<unset>');
});

test('events that cannot be read are none, but of a config map they fail the whole', async () => {
  const refused: DescribeFetch = { ...fetch, list: () => Promise.reject(new Error('no')) };
  const of = (kind: string) => objects.find((object) => object.kind === kind)!;
  expect(await describeObject(resourceOf('CronJob'), of('CronJob'), refused, now)).toMatch(/\nEvents: +<none>\n$/);
  await expect(describeObject(resourceOf('ConfigMap'), of('ConfigMap'), refused, now)).rejects.toThrow('no');
  expect(await describeObject(resourceOf('ConfigMap'), of('ConfigMap'), refused, now, false)).not.toContain('Events');
});

test('a line of a hundred thousand tabs is aligned', async () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { k: '\t'.repeat(100_000) } };
  const text = await describeObject(resourceOf('ConfigMap'), map, fetch, now);
  expect(text).toContain(' '.repeat(200_000));
});
