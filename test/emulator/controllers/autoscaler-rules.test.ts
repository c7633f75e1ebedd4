import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { limit, type Memory, stabilize } from '../../../src/emulator/controllers/autoscaler/limits.ts';
import { replicasFor } from '../../../src/emulator/controllers/autoscaler/replicas.ts';
import { createWorld, deployment, type World } from './world.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const memory = (more: Partial<Memory> = {}): Memory => ({ wishes: [], changes: [], selector: '', ...more });
const ago = (seconds: number) => NOW - seconds * 1000;

describe('the size that pods ask for', () => {
  const about = { resource: 'cpu', current: 4, tolerances: { up: 0.1, down: 0.1 }, nowMs: NOW };
  const one = (
    name: string,
    more: { phase?: string; ready?: boolean; age?: number; readyFor?: number; gone?: boolean } = {},
  ) => {
    const { phase = 'Running', ready = true, age = 3600, readyFor = age - 5, gone } = more;
    const condition = {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      lastTransitionTime: new Date(ago(readyFor)).toISOString(),
    };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...(gone ? { deletionTimestamp: 'x' } : {}) },
      status: { phase, startTime: new Date(ago(age)).toISOString(), conditions: [condition] },
    } as KubeObject;
  };
  const used = (values: Record<string, number>, windowMs = 15_000) =>
    new Map(Object.entries(values).map(([name, value]) => [name, { value, atMs: ago(10), windowMs }]));
  const half = { percent: 50, requests: new Map(['a', 'b', 'c', 'd'].map((name) => [name, 100])) };
  const wish = (pods: KubeObject[], values: Record<string, number>, current = pods.length) =>
    replicasFor(pods, used(values), half, { ...about, current }).replicas;

  test('usage over target, rounded up; nothing within a tenth', () => {
    expect(wish([one('a'), one('b')], { a: 60, b: 61 })).toBe(3);
    expect(wish([one('a'), one('b')], { a: 55, b: 55 })).toBe(2);
    expect(wish([one('a'), one('b')], { a: 45, b: 45 })).toBe(2);
    expect(wish([one('a'), one('b')], { a: 44, b: 44 })).toBe(2);
    expect(wish([one('a'), one('b'), one('c')], { a: 20, b: 20, c: 20 })).toBe(2);
  });

  test('what has no figures counts as idle on the way up and as busy on the way down', () => {
    const four = ['a', 'b', 'c', 'd'].map((name) => one(name));
    expect(wish(four, { a: 200, b: 200 })).toBe(8);
    // With two that count as 100 %, the four are above their target: nothing is done.
    expect(wish(four, { a: 10, b: 10 })).toBe(4);
    expect(wish(four, { a: 0, b: 0, c: 0 })).toBe(2);
  });

  test('what counts as idle may bring the usage back to where nothing needs doing', () => {
    const four = ['a', 'b', 'c', 'd'].map((name) => one(name));
    // 140 % of the target by three, 105 % by four.
    expect(wish(four, { a: 70, b: 70, c: 70 })).toBe(4);
    expect(wish(four, { a: 80, b: 80, c: 80 })).toBe(5);
  });

  test.each([
    // In its first five minutes a pod counts only while it is ready, and from figures of when it was.
    ['ready, 299 s old, measured over a time in which it was not', { age: 299, readyFor: 20 }, 2],
    ['ready, 299 s old, measured since it was', { age: 299, readyFor: 25 }, 8],
    ['not ready, 299 s old', { age: 299, readyFor: 100, ready: false }, 2],
    ['not ready any more, 301 s old', { age: 301, readyFor: 100, ready: false }, 8],
    // Later only that matters whether it was ever ready: within half a minute of its start that is not known.
    ['not ready since 29 s after its start', { age: 400, readyFor: 371, ready: false }, 2],
    ['not ready since 31 s after its start', { age: 400, readyFor: 369, ready: false }, 8],
  ])('a pod %s', (_, more, replicas) => {
    expect(wish([one('a'), one('b', more)], { a: 100, b: 300 })).toBe(replicas);
  });

  test('pods that wait or have just started count as idle on the way up, and not at all on the way down', () => {
    const young = one('c', { age: 100, readyFor: 5 });
    expect(wish([one('a'), one('b'), young], { a: 100, b: 100, c: 900 })).toBe(4);
    expect(wish([one('a'), one('b'), one('c', { phase: 'Pending' })], { a: 20, b: 20 })).toBe(1);
    // Unready since ten minutes, but it was ready once: its figures count.
    expect(wish([one('a'), one('b', { ready: false, readyFor: 600 })], { a: 100, b: 100 })).toBe(4);
    // Never ready.
    expect(wish([one('a'), one('b', { ready: false, readyFor: 3590 })], { a: 200, b: 200 })).toBe(4);
  });

  test('memory counts from the first second; what ends or has failed does not count', () => {
    const young = one('b', { age: 20, readyFor: 1, ready: false });
    expect(
      replicasFor([one('a'), young], used({ a: 100, b: 100 }), half, { ...about, resource: 'memory', current: 2 })
        .replicas,
    ).toBe(4);
    expect(wish([one('a'), one('b', { gone: true }), one('c', { phase: 'Failed' })], { a: 100, b: 900, c: 900 })).toBe(
      2,
    );
  });

  test('tolerances of both directions', () => {
    const pods = [one('a'), one('b')];
    const at = (value: number, up: number, down: number) =>
      replicasFor(pods, used({ a: value, b: value }), half, { ...about, current: 2, tolerances: { up, down } })
        .replicas;
    expect([at(60, 0.1, 0.1), at(60, 0.2, 0)]).toEqual([3, 2]);
    expect([at(25, 0, 0.6), at(25, 0.6, 0.1)]).toEqual([2, 1]);
  });

  test('nothing measured, nothing known', () => {
    expect(() => wish([], {})).toThrow('no pods returned by selector while calculating replica count');
    expect(() => wish([one('a', { phase: 'Pending' })], {})).toThrow(
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  });
});

describe('how fast', () => {
  const bounds = { minReplicas: 2, maxReplicas: 20, behavior: undefined };
  const limited = (wish: number, current: number, behavior?: object, changes: Memory['changes'] = []) => {
    const { replicas, reason } = limit(wish, current, { ...bounds, behavior }, memory({ changes }), NOW);
    return [replicas, reason];
  };
  const policies = (...list: [string, number, number][]) =>
    list.map(([type, value, periodSeconds]) => ({ type, value, periodSeconds }));

  test('without a behavior: twice the size or four, between the bounds', () => {
    expect(limited(15, 3)).toEqual([6, 'ScaleUpLimit']);
    expect(limited(15, 1)).toEqual([4, 'ScaleUpLimit']);
    expect(limited(25, 12)).toEqual([20, 'TooManyReplicas']);
    expect(limited(1, 12)).toEqual([2, 'TooFewReplicas']);
    expect(limited(7, 5)).toEqual([7, 'DesiredWithinRange']);
  });

  test('policies count what was done in their period, up and down', () => {
    const up = { scaleUp: { policies: policies(['Pods', 2, 60]) } };
    expect(limited(15, 10, up)).toEqual([12, 'ScaleUpLimit']);
    expect(limited(15, 12, up, [{ atMs: ago(30), by: 2 }])).toEqual([12, 'ScaleUpLimit']);
    expect(limited(15, 12, up, [{ atMs: ago(60), by: 2 }])).toEqual([14, 'ScaleUpLimit']);
    expect(limited(15, 10, up, [{ atMs: ago(30), by: -3 }])).toEqual([15, 'DesiredWithinRange']);
    const down = { scaleDown: { policies: policies(['Percent', 10, 60]) } };
    expect(limited(2, 19, down)).toEqual([17, 'ScaleDownLimit']);
    expect(limited(2, 17, down, [{ atMs: ago(1), by: -2 }])).toEqual([17, 'ScaleDownLimit']);
  });

  test('Max and Min choose by the change; Disabled forbids it', () => {
    const both = policies(['Pods', 4, 60], ['Percent', 10, 60]);
    const rules = (selectPolicy: string) => ({
      scaleUp: { policies: both, selectPolicy },
      scaleDown: { policies: both, selectPolicy },
    });
    expect([limited(20, 10, rules('Max'))[0], limited(20, 10, rules('Min'))[0]]).toEqual([14, 11]);
    expect([limited(2, 10, rules('Max'))[0], limited(2, 10, rules('Min'))[0]]).toEqual([6, 9]);
    expect(limited(20, 10, rules('Disabled'))).toEqual([10, 'ScaleUpLimit']);
    expect(limited(2, 10, rules('Disabled'))).toEqual([10, 'ScaleDownLimit']);
  });

  test('the way down is held for five minutes; both ways where a behavior says so', () => {
    const wishes = [
      { atMs: ago(300), replicas: 9 },
      { atMs: ago(200), replicas: 7 },
      { atMs: ago(20), replicas: 4 },
    ];
    const held = (wish: number, behavior?: object) => {
      const { replicas, reason } = stabilize(wish, 6, behavior, memory({ wishes }), NOW);
      return [replicas, reason];
    };
    expect(held(3)).toEqual([9, 'ScaleDownStabilized']);
    expect(held(12)).toEqual([12, 'ReadyForNewScale']);
    expect(held(3, { scaleDown: { stabilizationWindowSeconds: 60 } })).toEqual([4, 'ScaleDownStabilized']);
    expect(held(3, { scaleDown: { stabilizationWindowSeconds: 0 } })).toEqual([3, 'ReadyForNewScale']);
    expect(held(12, { scaleUp: { stabilizationWindowSeconds: 60 } })).toEqual([6, 'ScaleUpStabilized']);
  });
});

describe('in a cluster', () => {
  const hpa = (spec: Record<string, unknown>, name = 'web'): KubeObject => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      ...spec,
    },
  });
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
  async function world(spec: Record<string, unknown>, usage = '50m', name = 'scaler'): Promise<World> {
    const w = await createWorld();
    const web = deployment('web', { replicas: 2 }, { resources: { requests: { cpu: '100m', memory: '64Mi' } } });
    web['spec'].template.metadata.annotations = { 'kctl.dev/cpu-usage': usage };
    await w.client.create('deployments.apps', web);
    await w.run(60);
    await w.client.create('horizontalpodautoscalers.autoscaling', hpa(spec, name));
    await w.run(2);
    return w;
  }
  const status = (w: World, name = 'scaler') => w.get('horizontalpodautoscalers.autoscaling', name)['status'];
  const conditions = (w: World, name = 'scaler'): string[] =>
    status(w, name).conditions.map(
      (one: Record<string, string>) => `${one['type']}=${one['status']} ${one['reason']}: ${one['message']}`,
    );

  test('what it found, in words', async () => {
    const w = await world({ metrics: [cpu] });
    expect(conditions(w)).toEqual([
      'AbleToScale=True ReadyForNewScale: recommended size matches current size',
      'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      'ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range',
    ]);
    expect(status(w)).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '50m' } } },
      ],
    });
    expect(status(w).observedGeneration).toBeUndefined();
  });

  test('bounds come before metrics, and are told', async () => {
    const w = await world({ metrics: [cpu], minReplicas: 3 });
    expect(w.events('scaler')).toEqual([
      'SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    ]);
    expect(conditions(w)).toEqual([
      'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 3',
    ]);
    expect(status(w).lastScaleTime).toBeDefined();
  });

  const of = (name: string, selector?: object) => ({ name, ...(selector ? { selector } : {}) });
  const average = { type: 'AverageValue', averageValue: '10' };
  const CUSTOM =
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
  test.each([
    [
      'Pods',
      { type: 'Pods', pods: { metric: of('hits'), target: average } },
      `unable to get metric hits: ${CUSTOM}`,
      'pods metric value',
    ],
    [
      'Object',
      {
        type: 'Object',
        object: {
          metric: of('hits'),
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
          target: { type: 'Value', value: '10' },
        },
      },
      `unable to get metric hits: Service on default web/${CUSTOM}`,
      'object metric value',
    ],
    [
      'External',
      { type: 'External', external: { metric: of('queue', { matchLabels: { b: '2', a: '1' } }), target: average } },
      'unable to get external metric default/queue/&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
      'queue external metric value: failed to get queue external metric',
    ],
  ])('%s metrics need an adapter that nobody serves', async (kind, metric, message, summary) => {
    const w = await world({ metrics: [metric] });
    const reason = `FailedGet${kind}Metric`;
    expect(conditions(w)[1]).toBe(
      `ScalingActive=False ${reason}: the HPA was unable to compute the replica count: ${message}`,
    );
    expect(w.events('scaler')).toEqual([
      `${reason}: ${message}`,
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get ${summary}: ${message}`,
    ]);
    expect(status(w).currentMetrics).toEqual([{ type: '' }]);
  });

  test('of several metrics the greatest wins; one that cannot be had forbids only to shrink', async () => {
    const pods = { type: 'Pods', pods: { metric: of('hits'), target: average } };
    const memory = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Ti' } },
    };
    const up = await world({ metrics: [memory, pods, cpu] }, '100m');
    expect(up.get('deployments.apps', 'web')['spec'].replicas).toBe(4);
    expect(conditions(up)[1]).toMatch(/^ScalingActive=True ValidMetricFound/);
    const down = await world(
      { metrics: [pods, cpu], behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
      '1m',
    );
    await down.run(60);
    expect(down.get('deployments.apps', 'web')['spec'].replicas).toBe(2);
    expect(conditions(down)[1]).toMatch(/^ScalingActive=False FailedGetPodsMetric/);
  });

  test('one container alone', async () => {
    const metric = (container: string) => ({
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container, target: { type: 'Utilization', averageUtilization: 50 } },
    });
    const w = await world({ metrics: [metric('app')] }, '100m');
    expect(w.events('scaler')).toEqual([
      'SuccessfulRescale: New size: 4; reason: cpu container resource utilization (percentage of request) above target',
    ]);
    const other = await world({ metrics: [metric('none')] });
    expect(conditions(other)[1]).toMatch(
      'ScalingActive=False FailedGetContainerResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
    );
  });

  test.each([
    [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' }, 'deployments.apps "none" not found'],
    [{ apiVersion: 'apps/v1', kind: 'Nonesuch', name: 'web' }, 'no matches for kind "Nonesuch" in group "apps"'],
    [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web' }, 'the server could not find the requested resource'],
  ])('a target without a scale: %j', async (scaleTargetRef, message) => {
    const w = await world({ metrics: [cpu], scaleTargetRef });
    expect(conditions(w)).toEqual([
      `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: ${message}`,
    ]);
    expect(w.events('scaler')).toEqual([`FailedGetScale: ${message}`]);
  });

  test('two autoscalers of the same pods do nothing', async () => {
    const w = await world({ metrics: [cpu] }, '100m', 'first');
    await w.client.create('horizontalpodautoscalers.autoscaling', hpa({ metrics: [cpu] }, 'second'));
    await w.run(2);
    expect(conditions(w, 'second')[1]).toBe(
      'ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [{first default} {second default}]',
    );
  });

  test('custom resources are sized by the paths of their scale', async () => {
    const w = await createWorld();
    const count = { type: 'integer' };
    await w.client.create('customresourcedefinitions.apiextensions.k8s.io', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'farms.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'farms', singular: 'farm', kind: 'Farm' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', properties: { size: count } },
                  status: { type: 'object', properties: { size: count, selector: { type: 'string' } } },
                },
              },
            },
            subresources: {
              status: {},
              scale: {
                specReplicasPath: '.spec.size',
                statusReplicasPath: '.status.size',
                labelSelectorPath: '.status.selector',
              },
            },
          },
        ],
      },
    });
    await w.run(1);
    const farm = {
      apiVersion: 'example.com/v1',
      kind: 'Farm',
      metadata: { name: 'f', namespace: 'default' },
      spec: { size: 1 },
    };
    await w.client.create('farms.example.com', farm);
    await w.client.create(
      'horizontalpodautoscalers.autoscaling',
      hpa(
        { metrics: [cpu], minReplicas: 3, scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Farm', name: 'f' } },
        'scaler',
      ),
    );
    await w.run(16);
    expect(w.get('farms.example.com', 'f')['spec'].size).toBe(3);
    // It has no selector yet.
    expect(conditions(w)[1]).toBe("ScalingActive=False InvalidSelector: the HPA target's scale is missing a selector");
    expect(w.events('scaler')).toContain('SelectorRequired: selector is required');
  });
});
