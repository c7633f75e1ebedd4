import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, pod, type World } from '../controllers/world.ts';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const nodes = (w: World, app: string) =>
  w
    .pods()
    .filter((one) => one.metadata.labels?.['app'] === app)
    .map((one) => one['spec'].nodeName as string | undefined);
const withSpec = (name: string, replicas: number, spec: Record<string, unknown>): KubeObject => {
  const made = deployment(name, { replicas });
  Object.assign(made['spec'].template.spec, spec);
  return made;
};
const term = (app: string, topologyKey = HOST) => ({ topologyKey, labelSelector: { matchLabels: { app } } });
const required = (...terms: object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
const refusal = (w: World, app: string): string =>
  w
    .pods()
    .find((one) => one.metadata.labels?.['app'] === app && !one['spec'].nodeName)!
    ['status'].conditions.find(({ type }: { type: string }) => type === 'PodScheduled').message;

describe('placing beside other pods', () => {
  test('anti-affinity keeps replicas apart, and says so of what is left over', async () => {
    const w = await createWorld({ nodes: 3 });
    await w.client.create(
      'deployments.apps',
      withSpec('web', 3, { affinity: { podAntiAffinity: required(term('web')) } }),
    );
    await w.run(20);
    expect(nodes(w, 'web').filter(Boolean).sort()).toEqual(['kctl-worker-1', 'kctl-worker-2']);
    expect(refusal(w, 'web')).toMatch(
      /^0\/3 nodes are available: 1 node\(s\) had untolerated taint\(s\), 2 node\(s\) didn't match pod anti-affinity rules\./,
    );
  });

  test('anti-affinity of those who are there counts too', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('hermit', { affinity: { podAntiAffinity: required(term('guest')) } }));
    await w.run(5);
    await w.client.create('pods', pod('guest'));
    await w.run(5);
    expect(refusal(w, 'guest')).toContain("1 node(s) didn't satisfy existing pods anti-affinity rules");
    await w.client.delete('pods', 'default', 'hermit');
    await w.run(20);
    expect(nodes(w, 'guest')).toEqual(['kctl-worker-1']);
  });

  test('affinity brings pods together; the first of its own kind needs nobody', async () => {
    const w = await createWorld({ nodes: 5 });
    await w.client.create('deployments.apps', withSpec('db', 3, { affinity: { podAffinity: required(term('db')) } }));
    await w.run(20);
    expect(new Set(nodes(w, 'db')).size).toBe(1);
    expect(nodes(w, 'db')[0]).toBeDefined();
    await w.client.create('pods', pod('lost', { affinity: { podAffinity: required(term('nobody')) } }));
    await w.run(5);
    expect(refusal(w, 'lost')).toContain("4 node(s) didn't match pod affinity rules");
  });

  test('a preference decides among nodes that fit', async () => {
    const w = await createWorld({ nodes: 6 });
    await w.client.create('pods', pod('cache'));
    await w.run(5);
    const preferred = [{ weight: 100, podAffinityTerm: term('cache') }];
    await w.client.create(
      'pods',
      pod('web', { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }),
    );
    await w.run(5);
    expect(nodes(w, 'web')).toEqual(nodes(w, 'cache'));
  });
});

describe('spreading', () => {
  async function zones(): Promise<World> {
    const w = await createWorld({ nodes: 5 });
    for (const [at, zone] of ['a', 'a', 'a', 'b'].entries()) {
      await w.edit('nodes', `kctl-worker-${at + 1}`, (node) => {
        node.metadata.labels![ZONE] = zone;
      });
    }
    return w;
  }
  const spread = (whenUnsatisfiable: string) => ({
    topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable, ...term('web', ZONE) }],
  });

  test('holds the skew between zones', async () => {
    const w = await zones();
    await w.client.create('deployments.apps', withSpec('web', 6, spread('DoNotSchedule')));
    await w.run(30);
    const inB = nodes(w, 'web').filter((node) => node === 'kctl-worker-4');
    expect(nodes(w, 'web').filter(Boolean)).toHaveLength(6);
    expect(inB).toHaveLength(3);
  });

  test('refuses what would break it', async () => {
    const w = await zones();
    await w.edit('nodes', 'kctl-worker-4', (node) => {
      node['spec'].unschedulable = true;
    });
    await w.client.create('deployments.apps', withSpec('web', 3, spread('DoNotSchedule')));
    await w.run(20);
    expect(nodes(w, 'web').filter(Boolean)).toHaveLength(1);
    expect(refusal(w, 'web')).toContain("3 node(s) didn't match pod topology spread constraints");
  });
});
