import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, type World } from './world.ts';

const CPU = { resources: { requests: { cpu: '100m', memory: '64Mi' } } };
const scaler = (spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    ...spec,
  },
});
/** Lets every pod, the ones to come included, use so much. */
async function use(w: World, cpu: string): Promise<void> {
  await w.edit('deployments.apps', 'web', (object) => {
    object['spec'].template.metadata.annotations = { 'kctl.dev/cpu-usage': cpu };
  });
}
async function scaled(cpu: string, container: Record<string, unknown> = CPU, pods = 2): Promise<World> {
  const w = await createWorld();
  const web = deployment('web', { replicas: pods }, container);
  web['spec'].template.metadata.annotations = { 'kctl.dev/cpu-usage': cpu };
  await w.client.create('deployments.apps', web);
  await w.run(60);
  await w.client.create('horizontalpodautoscalers.autoscaling', scaler());
  return w;
}
const replicas = (w: World) => w.get('deployments.apps', 'web')['spec'].replicas;
const status = (w: World) => w.get('horizontalpodautoscalers.autoscaling', 'web')['status'];
const reason = (w: World, type: string) =>
  status(w).conditions.find((one: { type: string }) => one.type === type)?.reason;

describe('autoscaler', () => {
  test('grows to what usage asks for, and says why', async () => {
    const w = await scaled('100m');
    await w.run(2);
    expect(replicas(w)).toBe(4);
    expect(status(w).currentMetrics[0].resource.current).toEqual({ averageUtilization: 100, averageValue: '100m' });
    expect(w.events('web')).toContain(
      'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
    );
    await w.run(120);
    expect(replicas(w)).toBe(10);
    expect(reason(w, 'ScalingLimited')).toBe('TooManyReplicas');
  });

  test('leaves alone what is near its target', async () => {
    const w = await scaled('54m');
    await w.run(120);
    expect(replicas(w)).toBe(2);
    expect(reason(w, 'ScalingActive')).toBe('ValidMetricFound');
  });

  test.each([
    ['55m', 2],
    ['56m', 3],
    ['45m', 2],
  ])('a usage of %s, where 50m are wanted, makes %i of two', async (cpu, size) => {
    const w = await scaled(cpu);
    await w.run(5);
    expect(replicas(w)).toBe(size);
  });

  test('looks every fifteen seconds', async () => {
    const w = await scaled('100m');
    const looks: number[] = [];
    w.lister.subscribe('deployments.apps', ({ object, previous }) => {
      if (object['spec'].replicas !== previous?.['spec'].replicas) looks.push(w.clock.now());
    });
    await use(w, '1000m');
    await w.run(40);
    // Each look may double what there is.
    expect(
      looks
        .slice(1)
        .map((at) => at - looks[0]!)
        .every((ms) => ms % 15_000 === 0),
    ).toBe(true);
    expect(looks.length).toBeGreaterThan(1);
  });

  test('a behavior that says nothing of the way up adds four, or doubles, in fifteen seconds', async () => {
    const w = await scaled('50m');
    await w.edit('horizontalpodautoscalers.autoscaling', 'web', (object) => {
      object['spec'].maxReplicas = 30;
      object['spec'].behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    });
    const sizes = new Set<number>([replicas(w)]);
    w.lister.subscribe('deployments.apps', ({ object }) => sizes.add(object['spec'].replicas));
    await use(w, '1000m');
    await w.run(100);
    expect([...sizes]).toEqual([2, 6, 12, 24, 30]);
  });

  test('shrinks only when usage was low for five minutes', async () => {
    const w = await scaled('75m');
    await w.run(200);
    const high = replicas(w);
    expect(high).toBeGreaterThan(5);
    await use(w, '10m');
    await w.run(240);
    expect(replicas(w)).toBe(high);
    expect(reason(w, 'AbleToScale')).toBe('ScaleDownStabilized');
    await w.run(200);
    expect(replicas(w)).toBe(2);
  });

  test('takes what it finds for recommended, and lets five minutes pass before it shrinks', async () => {
    const w = await scaled('1m', CPU, 4);
    await w.run(240);
    expect(replicas(w)).toBe(4);
    await w.run(120);
    expect(replicas(w)).toBe(2);
  });

  test('needs requests to know a share of them', async () => {
    const w = await scaled('75m', {});
    await w.run(20);
    expect(replicas(w)).toBe(2);
    expect(reason(w, 'ScalingActive')).toBe('FailedGetResourceMetric');
    expect(status(w).conditions.find((one: { type: string }) => one.type === 'ScalingActive').message).toMatch(
      /missing request for cpu in container app of Pod web-/,
    );
  });

  test('sleeps while its target is at zero', async () => {
    const w = await scaled('54m');
    await w.edit('deployments.apps', 'web', (object) => {
      object['spec'].replicas = 0;
    });
    await w.run(40);
    expect(replicas(w)).toBe(0);
    expect(reason(w, 'ScalingActive')).toBe('ScalingDisabled');
  });
});
