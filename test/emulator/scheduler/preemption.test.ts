import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const sized = (cpu: string) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }],
});
const priority = (name: string, value: number, more = {}): KubeObject => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  ...more,
});
async function full(): Promise<World> {
  const w = await createWorld({ nodes: 3 });
  for (const one of [
    priority('low', 1),
    priority('middle', 10),
    priority('high', 100),
    priority('polite', 100, { preemptionPolicy: 'Never' }),
  ]) {
    await w.client.create('priorityclasses.scheduling.k8s.io', one);
  }
  for (const [name, className, node] of [
    ['low-1', 'low', 'kctl-worker-1'],
    ['middle-1', 'middle', 'kctl-worker-1'],
    ['middle-2', 'middle', 'kctl-worker-2'],
    ['middle-3', 'middle', 'kctl-worker-2'],
  ] as const) {
    const here = { ...sized('1900m'), priorityClassName: className, nodeSelector: { 'kubernetes.io/hostname': node } };
    await w.client.create('pods', pod(name, here));
  }
  await w.run(20);
  return w;
}
const names = (w: World) => w.pods().map((one) => one.metadata.name);

describe('a pod that is more important', () => {
  test('takes the place of the least important that makes room', async () => {
    const w = await full();
    await w.client.create('pods', pod('vip', { ...sized('1500m'), priorityClassName: 'high' }));
    await w.plane.idle();
    expect(w.get('pods', 'vip')['status'].nominatedNodeName).toBe('kctl-worker-1');
    const victim = w.get('pods', 'low-1');
    expect(victim.metadata.deletionTimestamp).toBeDefined();
    expect(w.events('low-1')).toContain(
      `Preempted: Preempted by pod ${w.get('pods', 'vip').metadata.uid} on node kctl-worker-1`,
    );
    await w.run(30);
    expect(names(w)).toEqual(['middle-1', 'middle-2', 'middle-3', 'vip']);
    expect(w.get('pods', 'vip')['spec'].nodeName).toBe('kctl-worker-1');
    expect(w.errors).toEqual([]);
  });

  test('spares what a disruption budget protects', async () => {
    const w = await full();
    await w.client.create('poddisruptionbudgets.policy', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'low', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'low-1' } } },
    });
    await w.run(5);
    await w.client.create('pods', pod('vip', { ...sized('1500m'), priorityClassName: 'high' }));
    await w.run(30);
    expect(names(w)).toContain('low-1');
    expect(names(w)).toHaveLength(4);
    expect(w.get('pods', 'vip')['status'].phase).toBe('Running');
  });

  test('waits when its class says so, or when nobody is less important', async () => {
    const w = await full();
    await w.client.create('pods', pod('waits', { ...sized('1500m'), priorityClassName: 'polite' }));
    await w.client.create('pods', pod('plain', { ...sized('1500m'), priorityClassName: 'low' }));
    await w.run(30);
    expect(names(w)).toHaveLength(6);
    expect(w.get('pods', 'waits')['spec'].nodeName).toBeUndefined();
    expect(w.events('plain')[0]).toContain(
      'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });
});
