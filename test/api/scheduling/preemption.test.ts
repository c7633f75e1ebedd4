import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ClusterState } from '../../../src/api/scheduling/cluster-state.ts';
import { diagnose } from '../../../src/api/scheduling/diagnosis.ts';
import { requestsOf } from '../../../src/api/scheduling/pod-resources.ts';

const START = Date.parse('2026-03-02T10:00:00Z');

interface Victim {
  priority?: number;
  cpu?: number;
  /** Seconds. */
  started?: number;
  isProtected?: boolean;
}
const node = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec: {},
  status: { allocatable: { cpu: '4', memory: '4Gi', pods: '10' } },
});
const pod = (name: string, cpu: number, spec: object, more: Victim = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, labels: more.isProtected ? { app: 'guarded' } : {} },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: String(cpu) } } }], ...spec },
  status: { startTime: new Date(START + (more.started ?? 0) * 1000).toISOString() },
});
const budget: KubeObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'guard', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'guarded' } } },
  status: { disruptionsAllowed: 0 },
};

/** The node whose pods have to go for one that wants all four of its processors. */
function chosen(victims: Readonly<Record<string, readonly Victim[]>>): string | undefined {
  const state = new ClusterState();
  for (const [name, pods] of Object.entries(victims)) {
    state.setNode(node(name));
    for (const [at, { priority = 1, cpu = 1, ...more }] of pods.entries())
      state.setPod(pod(`${name}-${at}`, cpu, { nodeName: name, priority }, more));
  }
  const source = {
    get: () => undefined,
    list: (resource: string) => (/^poddisruption/.test(resource) ? [budget] : []),
  };
  return diagnose(pod('vip', 4, { priority: 1000 }), state, source, () => 0).preemption?.node;
}

// In the order in which they decide; of each pair all that comes before is equal.
describe('of two nodes that one gives way', () => {
  const cases: readonly [string, better: Victim[], worse: Victim[]][] = [
    ['where fewer budgets are violated, whoever else has to go', [{ priority: 900 }, {}], [{ isProtected: true }]],
    ['whose most important victim is less important', [{ priority: 5 }, { priority: 5 }], [{ priority: 6 }]],
    [
      'whose victims are less important taken together',
      [{ priority: 9 }, { priority: 1 }],
      [{ priority: 9 }, { priority: 2 }],
    ],
    // Each adds to the sum what makes its priority positive, so that more victims are a greater sum, but for the least of all.
    ['that has fewer victims', [{ priority: 9 }], [{ priority: 9 }, { priority: -5 }]],
    ['that has fewer victims, by number', [{ priority: 9 }], [{ priority: 9 }, { priority: -(2 ** 31) }]],
    [
      'where the first of the most important victims has run for a shorter time',
      [
        { priority: 9, started: 50 },
        { priority: 3, started: 0 },
      ],
      [
        { priority: 9, started: 40 },
        { priority: 3, started: 90 },
      ],
    ],
  ];
  test.each(cases)('%s', (_, better, worse) => {
    expect(chosen({ a: better, b: worse })).toBe('a');
    expect(chosen({ a: worse, b: better })).toBe('b');
  });

  test('that comes first, of equals', () => {
    expect(chosen({ a: [{}], b: [{}] })).toBe('a');
  });
});

test('overhead comes on top of what containers ask for, whether they ask or not', () => {
  const overhead = { cpu: '250m', memory: '1Mi' };
  expect(requestsOf(pod('x', 1, { overhead }))).toEqual({ cpu: 1250, memory: 1024 * 1024 });
});
