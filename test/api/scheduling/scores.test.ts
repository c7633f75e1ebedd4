import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ClusterState } from '../../../src/api/scheduling/cluster-state.ts';
import { diagnose, enoughOf } from '../../../src/api/scheduling/diagnosis.ts';
import { chooseNode, scoreNodes } from '../../../src/api/scheduling/scores/index.ts';
import type { ObjectSource } from '../../../src/api/scheduling/source.ts';

const ZONE = 'topology.kubernetes.io/zone';
const MB = 1024 * 1024;

function node(name: string, more: { labels?: object; taints?: object[]; images?: object[] } = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.labels } },
    spec: { taints: more.taints },
    status: { allocatable: { cpu: '4', memory: '4000Mi', pods: '10' }, images: more.images },
  };
}
const pod = (
  name: string,
  spec: Record<string, unknown> = {},
  labels: Record<string, string> = { app: 'web' },
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, labels },
  spec: { containers: [{ name: 'c', image: 'web:1' }], ...spec },
});
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' } },
};
const empty: ObjectSource = { get: () => undefined, list: () => [] };
const served: ObjectSource = { get: () => undefined, list: (resource) => (resource === 'services' ? [service] : []) };

/** Weighted points by node and plugin. */
function points(nodes: KubeObject[], placed: KubeObject[], asked: KubeObject, source = empty) {
  const state = new ClusterState();
  for (const one of nodes) state.setNode(one);
  for (const one of placed) state.setPod(one);
  const scored = scoreNodes({ pod: asked, fitting: state.nodes(), state, source });
  return Object.fromEntries(
    scored.map(({ info, parts }) => [
      info.name,
      Object.fromEntries(parts.map(({ plugin, weight, score }) => [plugin, weight * score])),
    ]),
  );
}
const sized = (cpu: string, memory: string) => ({
  containers: [{ name: 'c', image: 'web:1', resources: { requests: { cpu, memory } } }],
});

describe('scores, worked out by hand from the formulas of 1.36', () => {
  test('LeastAllocated counts unnamed requests as 100m and 200Mi; BalancedAllocation only what is named', () => {
    const scores = points([node('a'), node('b')], [pod('p', { nodeName: 'a' })], pod('x', sized('1', '1000Mi')));
    // a: (4000-1100)/4000 = 72, (4000-1200)/4000 = 70; b: 75 and 75.
    expect(scores['a']).toMatchObject({ NodeResourcesFit: 71, NodeResourcesBalancedAllocation: 75 });
    expect(scores['b']).toMatchObject({ NodeResourcesFit: 75, NodeResourcesBalancedAllocation: 75 });
    const lopsided = points([node('a')], [], pod('x', sized('2', '0')));
    // Half of the CPU, nothing of the memory: the deviation is 0.25.
    expect(lopsided['a']).toMatchObject({ NodeResourcesBalancedAllocation: 50 + Math.trunc((50 + 75 - 100) / 2) });
    expect(points([node('a')], [], pod('x'))['a']).not.toHaveProperty('NodeResourcesBalancedAllocation');
  });

  test('TaintToleration (3): fewer disliked taints are better', () => {
    const soft = (key: string) => ({ key, effect: 'PreferNoSchedule' });
    const scores = points(
      [node('a', { taints: [soft('x'), soft('y')] }), node('b', { taints: [soft('x')] }), node('c')],
      [],
      pod('p'),
    );
    expect([scores['a'], scores['b'], scores['c']].map((one) => one!['TaintToleration'])).toEqual([0, 150, 300]);
  });

  test('NodeAffinity (2): the weights of the preferences that hold, as shares of the most', () => {
    const prefer = (weight: number, key: string) => ({
      weight,
      preference: { matchExpressions: [{ key, operator: 'Exists' }] },
    });
    const affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(60, 'x'), prefer(30, 'y')] },
    };
    const scores = points(
      [node('a', { labels: { x: '' } }), node('b', { labels: { y: '' } }), node('c')],
      [],
      pod('p', { affinity }),
    );
    expect([scores['a'], scores['b'], scores['c']].map((one) => one!['NodeAffinity'])).toEqual([200, 100, 0]);
  });

  test('PodTopologySpread (2): pods of a service spread by default, over hosts and zones', () => {
    const nodes = [
      node('a', { labels: { [ZONE]: '1' } }),
      node('b', { labels: { [ZONE]: '1' } }),
      node('c', { labels: { [ZONE]: '2' } }),
    ];
    const placed = [pod('p1', { nodeName: 'a' }), pod('p2', { nodeName: 'a' })];
    const scores = points(nodes, placed, pod('x'), served);
    // By host: log(5) a pod and 2 for a skew of 3; by zone: log(4) a pod and 4 for a skew of 5.
    const [a, b, c] = [2 * Math.log(5) + 2 + 2 * Math.log(4) + 4, 2 + 2 * Math.log(4) + 4, 6].map(Math.round) as [
      number,
      number,
      number,
    ];
    const share = (raw: number) => 2 * Math.floor((100 * (a + c - raw)) / a);
    expect([scores['a'], scores['b'], scores['c']].map((one) => one!['PodTopologySpread'])).toEqual(
      [a, b, c].map(share),
    );
    expect(points(nodes, placed, pod('x'))['a']).not.toHaveProperty('PodTopologySpread');
  });

  test('InterPodAffinity (2): what the pod prefers, and what those who are there prefer about it', () => {
    const term = (app: string) => ({ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } });
    const prefer = (app: string, weight: number) => ({
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term(app) }],
    });
    const placed = [
      pod('cache', { nodeName: 'a' }, { app: 'cache' }),
      pod('shy', { nodeName: 'b', affinity: { podAntiAffinity: prefer('web', 10) } }, { app: 'shy' }),
      pod(
        'fan',
        { nodeName: 'c', affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('web')] } } },
        { app: 'fan' },
      ),
    ];
    const asked = pod('x', { affinity: { podAffinity: prefer('cache', 9) } });
    const scores = points([node('a'), node('b'), node('c'), node('d')], placed, asked);
    // 9 for the cache, -10 for the shy one, 1 for whoever must be near; the range is 19.
    expect(['a', 'b', 'c', 'd'].map((name) => scores[name]!['InterPodAffinity'])).toEqual(
      [9, -10, 1, 0].map((raw) => 2 * Math.trunc((100 * (raw + 10)) / 19)),
    );
  });

  test('ImageLocality (1): large images that are there, less where few nodes have them', () => {
    const images = [{ names: ['web:1'], sizeBytes: 600 * MB }];
    const scores = points([node('a', { images }), node('b')], [], pod('x'));
    expect(scores['a']).toMatchObject({ ImageLocality: Math.trunc((100 * (300 - 23)) / (1000 - 23)) });
    expect(scores['b']).toMatchObject({ ImageLocality: 0 });
  });

  test('among equals chance decides', () => {
    const state = new ClusterState();
    for (const name of ['a', 'b', 'c']) state.setNode(node(name));
    const asked = { pod: pod('x'), fitting: state.nodes(), state, source: empty };
    expect([0, 0.5, 0.99].map((chance) => chooseNode(asked, () => chance).name)).toEqual(['a', 'b', 'c']);
  });
});

describe('big clusters', () => {
  test('half of the nodes are looked at, fewer the more there are, at least 100 and 5 %', () => {
    expect([50, 99, 100, 200, 1000, 5000, 20_000].map(enoughOf)).toEqual([50, 99, 100, 100, 420, 500, 1000]);
  });

  test('the search goes on where the last one ended', () => {
    const state = new ClusterState();
    for (let at = 0; at < 300; at++) state.setNode(node(`n${at}`));
    const from = (start: number) =>
      diagnose(pod('x'), state, empty, () => 0, { start }).fitting.map(({ name }) => name);
    expect(from(0)).toHaveLength(enoughOf(300));
    expect(from(250).slice(0, 1)).toEqual(['n250']);
    expect(from(250)).toContain('n0');
  });

  test('zones take turns', () => {
    const state = new ClusterState();
    for (const [at, zone] of ['1', '1', '1', '2', '3'].entries())
      state.setNode(node(`n${at}`, { labels: { [ZONE]: zone } }));
    expect(state.nodes().map(({ name }) => name)).toEqual(['n0', 'n3', 'n4', 'n1', 'n2']);
  });
});

describe('what is counted as pods come and go', () => {
  test('counts of a selector stay right through labels, deletion and the end of a node', () => {
    const state = new ClusterState();
    for (const name of ['a', 'b']) state.setNode(node(name));
    const spread = {
      topologySpreadConstraints: [
        {
          topologyKey: 'kubernetes.io/hostname',
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    const fits = () =>
      diagnose(pod('x', spread), state, empty, () => 0)
        .fitting.map(({ name }) => name)
        .sort();
    expect(fits()).toEqual(['a', 'b']);
    const placed = pod('p', { nodeName: 'a' });
    state.setPod(placed);
    expect(fits()).toEqual(['b']);
    state.setPod({ ...placed, metadata: { ...placed.metadata, labels: { app: 'other' } } });
    expect(fits()).toEqual(['a', 'b']);
    state.setPod(placed);
    state.setPod({ ...placed, metadata: { ...placed.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(fits()).toEqual(['a', 'b']);
    state.setPod(placed);
    state.removeNode('a');
    expect(fits()).toEqual(['b']);
    state.setNode(node('a'));
    expect(fits()).toEqual(['b']);
    state.removePod(placed);
    expect(fits()).toEqual(['a', 'b']);
    expect(state.lowestPriority()).toBe(Number.POSITIVE_INFINITY);
  });
});
