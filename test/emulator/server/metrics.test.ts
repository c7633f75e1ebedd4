import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { addQuantities, compareQuantities, quantityValue } from '../../../src/lib/quantity.ts';
import { type Json, type TestCluster, testCluster } from './cluster.ts';

const ROOT = '/apis/metrics.k8s.io/v1beta1';
const PODS = '/api/v1/namespaces/default/pods';
const METRICS = `${ROOT}/namespaces/default/pods`;
const TABLE = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } };

let cluster: TestCluster;
let clock: SimulatedClock;

const run = async (seconds: number) => {
  for (let second = 0; second < seconds; second++) {
    clock.advanceTo(clock.now() + 1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const pod = (name: string, more: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: {
    containers: [
      { name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '200m', memory: '64Mi' } } },
      { name: 'side', image: 'busybox:1.36', command: ['sleep', '1d'] },
    ],
    ...more,
  },
});
const get = async (path: string): Promise<Json> => (await cluster.call('GET', path)).body;
const names = (list: Json) => list.items.map((one: Json) => one.metadata.name);

beforeAll(async () => {
  clock = new SimulatedClock(Date.parse('2026-01-02T03:04:05Z'));
  cluster = await testCluster({ clock });
  for (const body of [
    pod('one', {}, { labels: { app: 'web' } }),
    pod('two', {}, { annotations: { 'kctl.dev/cpu-usage': '250m', 'kctl.dev/memory-usage': '32Mi' } }),
    pod('nowhere', { nodeSelector: { none: 'such' } }),
  ]) {
    expect((await cluster.call('POST', PODS, { body })).status).toBe(201);
  }
  await run(90);
});
afterAll(() => cluster.stop());

describe('metrics.k8s.io', () => {
  test('is in discovery, legacy and aggregated', async () => {
    expect((await get('/apis')).groups.map((one: Json) => one.name)).toContain('metrics.k8s.io');
    expect((await get(ROOT)).resources).toEqual([
      { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
      { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
    ]);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { text } = await cluster.call('GET', '/apis', { headers: { accept } });
    const group = JSON.parse(text).items.find((one: Json) => one.metadata.name === 'metrics.k8s.io');
    expect(group.versions[0].resources.map((one: Json) => one.responseKind.kind)).toEqual([
      'NodeMetrics',
      'PodMetrics',
    ]);
    const schemas = (await get('/openapi/v3/apis/metrics.k8s.io/v1beta1')).components.schemas;
    expect(Object.keys(schemas).some((name) => name.endsWith('v1beta1.PodMetrics'))).toBe(true);
  });

  test('says what each container of running pods uses, as annotations say or near its request', async () => {
    const list = await get(METRICS);
    expect([list.kind, list.apiVersion, names(list)]).toEqual([
      'PodMetricsList',
      'metrics.k8s.io/v1beta1',
      ['one', 'two'],
    ]);
    const [one, two] = list.items;
    expect(one).toMatchObject({ metadata: { namespace: 'default', labels: { app: 'web' } } });
    expect(one.window).toMatch(/^1[45]\.\d+s$/);
    const behind = clock.now() - Date.parse(one.timestamp);
    expect(behind >= 0 && behind <= 16_000).toBe(true);
    const [web] = one.containers;
    expect(web.name).toBe('web');
    expect(quantityValue(web.usage.cpu)).toBeGreaterThan(0.02);
    expect(quantityValue(web.usage.cpu)).toBeLessThan(0.2);
    expect(web.usage.memory).toMatch(/Ki$/);
    expect(two.containers).toEqual([
      { name: 'web', usage: { cpu: '250m', memory: '32Mi' } },
      { name: 'side', usage: { cpu: '250m', memory: '32Mi' } },
    ]);
  });

  test('a node uses what all of its pods use, and something itself', async () => {
    const [node] = (await get(`${ROOT}/nodes`)).items;
    expect(node).toMatchObject({ metadata: { labels: { 'kubernetes.io/os': 'linux' } } });
    const usages = (await get(`${ROOT}/pods`)).items
      .flatMap((one: Json) => one.containers)
      .map((one: Json) => one.usage);
    const sum = (what: 'cpu' | 'memory') =>
      usages.reduce((total: string, usage: Json) => addQuantities(total, usage[what]).toString(), '0');
    const itself = (what: 'cpu' | 'memory') => quantityValue(node.usage[what]) - quantityValue(sum(what));
    expect(compareQuantities(sum('cpu'), '500m')).toBe(1);
    expect(itself('cpu') > 0.03 && itself('cpu') < 0.15).toBe(true);
    expect(itself('memory') > 400e6 && itself('memory') < 900e6).toBe(true);
    expect((await get(`${ROOT}/nodes/${node.metadata.name}`)).usage).toEqual(node.usage);
  });

  test('selects by label and by name, and prints tables', async () => {
    expect(names(await get(`${METRICS}?labelSelector=app%3Dweb`))).toEqual(['one']);
    expect(names(await get(`${METRICS}?fieldSelector=metadata.name%3Dtwo`))).toEqual(['two']);
    expect(names(await get(`${ROOT}/namespaces/kube-public/pods`))).toEqual([]);
    expect((await get(`${METRICS}?fieldSelector=spec.nodeName%3Dx`)).code).toBe(400);
    const { body } = await cluster.call('GET', `${METRICS}/two`, TABLE);
    expect(body.rows[0].cells.slice(0, 3)).toEqual(['two', '500m', '64Mi']);
  });

  test('knows nothing of pods that do not run, and takes no writes', async () => {
    expect(await get(`${METRICS}/nowhere`)).toMatchObject({
      code: 404,
      message: 'podmetrics.metrics.k8s.io "default/nowhere" not found',
    });
    expect((await get(`${ROOT}/nodes/none`)).message).toBe('nodemetrics.metrics.k8s.io "none" not found');
    expect((await cluster.call('DELETE', `${METRICS}/one`)).status).toBe(405);
  });

  test('a pod has figures only after it has run for a while', async () => {
    await cluster.call('POST', PODS, { body: pod('young') });
    let started = Number.NaN;
    for (let second = 0; second < 60 && Number.isNaN(started); second++) {
      await run(1);
      const { status } = await get(`${PODS}/young`);
      if (status.phase === 'Running') started = clock.now();
    }
    expect(started).not.toBeNaN();
    expect(names(await get(METRICS))).not.toContain('young');
    await run(21);
    expect(names(await get(METRICS))).toContain('young');
  });

  test('figures stand between samples, move slowly from one to the next, and belong to their moment', async () => {
    const cpu = async () => {
      const { timestamp, containers } = await get(`${METRICS}/one`);
      return [timestamp, quantityValue(containers[0].usage.cpu)] as const;
    };
    const seen = new Map<string, number>();
    for (let second = 0; second < 300; second += 5) {
      const [timestamp, used] = await cpu();
      expect(seen.get(timestamp) ?? used).toBe(used);
      seen.set(timestamp, used);
      await run(5);
    }
    expect(seen.size).toBeGreaterThanOrEqual(20);
    const figures = [...seen.values()];
    expect(new Set(figures).size).toBeGreaterThan(1);
    for (let at = 1; at < figures.length; at++) expect(Math.abs(figures[at]! - figures[at - 1]!)).toBeLessThan(0.01);
  });

  test('is for those whom a role lets in', async () => {
    const as = (user: string) => cluster.call('GET', METRICS, { headers: { 'impersonate-user': user } });
    expect((await as('ann')).body).toMatchObject({
      code: 403,
      message:
        'pods.metrics.k8s.io is forbidden: User "ann" cannot list resource "pods" in API group "metrics.k8s.io" in the namespace "default"',
    });
    await cluster.call('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'ann' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'User', name: 'ann' }],
      },
    });
    expect((await as('ann')).status).toBe(200);
  });

  test('a node whose kubelet is silent has no figures, nor have its pods', async () => {
    const { metadata } = (await get('/api/v1/nodes')).items[0];
    await cluster.call('PATCH', `/api/v1/nodes/${metadata.name}`, {
      body: { metadata: { annotations: { 'kctl.dev/down': 'true' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    await run(70);
    expect((await get(`${ROOT}/nodes`)).items).toEqual([]);
    expect((await get(METRICS)).items).toEqual([]);
  });
});
