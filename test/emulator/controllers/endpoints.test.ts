import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Backend } from '../../../src/emulator/controllers/endpoints/backends.ts';
import { subsetsOf } from '../../../src/emulator/controllers/endpoints/legacy.ts';
import { type Endpoint, planSlices } from '../../../src/emulator/controllers/endpoints/plan-slices.ts';
import { TriggerTimes, withTrigger } from '../../../src/emulator/controllers/endpoints/trigger-times.ts';
import { createWorld, deployment, pod, type World } from './world.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const service = (name: string, spec: Record<string, unknown> = {}, metadata = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', ...metadata },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
});
const slices = (w: World, name: string) =>
  w.lister
    .list<KubeObject>(SLICES, 'default')
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
const ends = (w: World, name: string): KubeObject[] => slices(w, name).flatMap((slice) => slice['endpoints'] ?? []);

/** As a kubelet that finds its containers not ready. */
const unready = (one: KubeObject): KubeObject => ({
  ...one,
  status: {
    ...one['status'],
    conditions: one['status'].conditions.map((condition: { type: string }) =>
      condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
    ),
  },
});

describe('the plan for slices', () => {
  const ports = [{ name: '', port: 80, protocol: 'TCP' }];
  const endpoint = (index: number): Endpoint => ({
    addresses: [`10.0.${index >> 8}.${index & 255}`],
    targetRef: { uid: String(index) },
  });
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => endpoint(from + at));
  const slice = (name: string, endpoints: Endpoint[]): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name },
    endpoints,
    ports,
  });
  const plan = (existing: KubeObject[], endpoints: Endpoint[]) => {
    const { write, spare } = planSlices(existing, endpoints.length > 0 ? [{ ports, endpoints }] : [], () => false);
    return {
      write: write.map((content) => `${content.slice?.metadata.name ?? 'new'} ${content.endpoints.length}`),
      spare: spare.map(({ metadata }) => metadata.name),
    };
  };
  const [a, b] = [slice('a', range(0, 100)), slice('b', range(100, 150))];

  test.each([
    ['new ones of a hundred', [], range(0, 250), ['new 100', 'new 100', 'new 50'], []],
    ['nothing to do', [a, b], range(0, 150), [], []],
    ['one that goes changes one slice', [a, b], range(1, 150), ['a 99'], []],
    ['one that comes goes where there is room', [a, b], range(0, 151), ['b 51'], []],
    ['what comes goes first into slices that change anyway', [a, b], range(1, 151), ['a 100'], []],
    ['what does not fit into one gets a new one', [a, b], range(0, 210), ['new 60'], []],
    ['an empty slice goes', [a, b], range(0, 100), [], ['b']],
    ['an empty slice is used for what is new', [a, slice('c', range(900, 950))], range(0, 101), ['c 1'], []],
    ['one slice stays when nothing is left', [a, b], [], ['a 0'], ['b']],
  ])('%s', (_, existing, endpoints, write, spare) => {
    expect(plan(existing, endpoints)).toEqual({ write, spare });
  });
});

test('the time of a change is that of the earliest news', () => {
  const times = new TriggerTimes();
  const born = { ...service('web'), metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:05Z' } };
  const ready = (name: string, at: string) => ({
    ...pod(name),
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }] },
  });
  const a = ready('a', '2026-01-01T00:00:07Z');
  expect(times.of('web', born, [a])).toBe('2026-01-01T00:00:05Z');
  expect(times.of('web', born, [a])).toBeUndefined();
  const later = [ready('a', '2026-01-01T00:00:09Z'), ready('b', '2026-01-01T00:00:08Z')];
  expect(times.of('web', born, later)).toBe('2026-01-01T00:00:08Z');
  expect(times.of('web', born, later.slice(1))).toBeUndefined();
  expect(withTrigger({ 'endpoints.kubernetes.io/last-change-trigger-time': 'x' }, undefined)).toBeUndefined();
});

async function web(spec: Record<string, unknown> = {}): Promise<World> {
  const w = await createWorld();
  for (const node of ['kctl-worker-1', 'kctl-worker-2']) {
    await w.edit('nodes', node, ({ metadata }) => {
      metadata.labels!['topology.kubernetes.io/zone'] = `z${node.at(-1)}`;
    });
  }
  await w.client.create('services', service('web', spec, { labels: { team: 'a' } }));
  await w.client.create('deployments.apps', deployment('web', { replicas: 2 }));
  await w.run(60);
  return w;
}

describe('slices of a service', () => {
  test('say where each pod is, and since when', async () => {
    const w = await web();
    const [slice] = slices(w, 'web');
    expect(
      ends(w, 'web')
        .map((one) => one['zone'])
        .sort(),
    ).toEqual(['z1', 'z2']);
    expect(ends(w, 'web').some((one) => one['hints'])).toBe(false);
    const ready = w
      .pods()
      .map((one) => one['status'].conditions.find(({ type }: { type: string }) => type === 'Ready').lastTransitionTime);
    expect(ready).toContain(slice!.metadata.annotations!['endpoints.kubernetes.io/last-change-trigger-time']);
    expect(slice!.metadata.labels).toEqual({
      team: 'a',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    });
    expect(w.errors).toEqual([]);
  });

  test.each([
    ['PreferSameZone', (one: KubeObject) => ({ forZones: [{ name: one['zone'] }] })],
    [
      'PreferSameNode',
      (one: KubeObject) => ({ forZones: [{ name: one['zone'] }], forNodes: [{ name: one['nodeName'] }] }),
    ],
  ])('hint at who is to use them with %s', async (trafficDistribution, hints) => {
    const w = await web({ trafficDistribution });
    for (const one of ends(w, 'web')) expect(one['hints']).toEqual(hints(one));
    expect(ends(w, 'web')).toHaveLength(2);
  });

  test('are named after their service, and each by chance', async () => {
    const w = await web();
    await w.client.create('services', service('other'));
    await w.run(1);
    const names = ['web', 'other'].map((name) => slices(w, name)[0]!.metadata.name!);
    for (const [at, name] of ['web', 'other'].entries())
      expect(names[at]).toMatch(new RegExp(`^${name}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    expect(names[0]!.slice(-5)).not.toBe(names[1]!.slice(-5));
  });

  test('call every pod ready where the service wants them all, though none serves', async () => {
    const w = await web({ publishNotReadyAddresses: true });
    const plain = await w.client.create('services', service('plain'));
    await w.run(1);
    for (const one of w.pods()) await w.client.updateStatus('pods', unready(one));
    await w.run(1);
    const shown = (name: string) => ends(w, name).map((one) => one['conditions']);
    expect(shown('web')).toEqual(Array(2).fill({ ready: true, serving: false, terminating: false }));
    expect(shown(plain.metadata.name!)).toEqual(Array(2).fill({ ready: false, serving: false, terminating: false }));
  });

  test('give the host name of a pod only in the service that it names as its subdomain', async () => {
    const w = await web();
    await w.client.create('services', service('mine', { clusterIP: 'None' }));
    const named = { ...pod('named', { hostname: 'box', subdomain: 'mine' }) };
    await w.client.create('pods', { ...named, metadata: { ...named.metadata, labels: { app: 'web' } } });
    await w.run(20);
    const hosts = (name: string) => ends(w, name).flatMap((one) => one['hostname'] ?? []);
    expect([hosts('mine'), hosts('web')]).toEqual([['box'], []]);
    expect(ends(w, 'web')).toHaveLength(3);
  });

  test('leave out pods whose node is gone, and say so', async () => {
    const w = await web();
    await w.client.delete('nodes', undefined, 'kctl-worker-1');
    await w.edit('services', 'web', ({ metadata }) => {
      metadata.labels = { team: 'b' };
    });
    await w.run(1);
    expect(ends(w, 'web').map((one) => one['nodeName'])).toEqual(['kctl-worker-2']);
    expect(w.events('web').some((said) => said.includes('for Service default/web: Node kctl-worker-1 Not Found'))).toBe(
      true,
    );
  });

  test('are put right when somebody changes them, and go with the service', async () => {
    const w = await web();
    const [slice] = slices(w, 'web');
    await w.client.update(SLICES, { ...slice!, endpoints: [] });
    await w.run(1);
    expect(ends(w, 'web')).toHaveLength(2);
    await w.client.delete('services', 'default', 'web');
    await w.run(5);
    expect(slices(w, 'web')).toEqual([]);
    expect(w.lister.get('endpoints', 'default', 'web')).toBeUndefined();
  });

  test('of an ExternalName are none; of a service without pods there is one, empty', async () => {
    const w = await createWorld();
    await w.client.create('services', service('ext', { type: 'ExternalName', externalName: 'example.org' }));
    await w.client.create('services', service('empty'));
    await w.run(1);
    expect(slices(w, 'ext')).toEqual([]);
    expect(slices(w, 'empty')).toHaveLength(1);
    expect(ends(w, 'empty')).toEqual([]);
  });
});

describe('older Endpoints', () => {
  const backend = (index: number, ready: boolean, ports = [{ name: '', port: 80, protocol: 'TCP' }]): Backend => ({
    pod: { ...pod(`p${index}`), status: { podIP: `10.0.${index >> 8}.${index & 255}` } },
    ports,
    ready,
    serving: ready,
  });
  const sizes = (subset: Record<string, unknown> | undefined) =>
    [subset?.['addresses'], subset?.['notReadyAddresses']].map((list) => (list as unknown[] | undefined)?.length);

  test('hold a thousand, the ready ones first', () => {
    const all = Array.from({ length: 1200 }, (_, index) => backend(index, index >= 300));
    const [subset] = subsetsOf(service('web'), all);
    expect(sizes(subset)).toEqual([900, 100]);
  });

  test('are in the order of their numbers, and name no ports where there are none', () => {
    const all = [10, 9, 2].map((index) => backend(index, true, []));
    const [subset] = subsetsOf(service('web', { ports: undefined }), all);
    expect((subset!['addresses'] as { ip: string }[]).map(({ ip }) => ip)).toEqual([
      '10.0.0.2',
      '10.0.0.9',
      '10.0.0.10',
    ]);
    expect(subset).not.toHaveProperty('ports');
    expect(subsetsOf(service('web'), all)).toEqual([]);
  });

  test('say when they hold not all, and when they do again', async () => {
    const w = await web();
    await w.edit('endpoints', 'web', ({ metadata }) => {
      metadata.annotations = { 'endpoints.kubernetes.io/over-capacity': 'truncated' };
    });
    await w.edit('services', 'web', ({ metadata }) => {
      metadata.labels = { team: 'b' };
    });
    await w.run(1);
    expect(w.get('endpoints', 'web').metadata.annotations).toBeUndefined();
  });

  test('drop a pod the moment it is told to stop', async () => {
    const w = await web();
    const [first] = w.pods();
    await w.client.delete('pods', 'default', first!.metadata.name!);
    await w.plane.idle();
    expect(sizes(w.get('endpoints', 'web')['subsets'][0])).toEqual([1, undefined]);
    expect(ends(w, 'web').find((one) => one['targetRef'].name === first!.metadata.name)!['conditions']).toEqual({
      ready: false,
      serving: true,
      terminating: true,
    });
  });
});

describe('Endpoints kept by hand', () => {
  const byHand = (metadata: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'default', labels: { own: '1' }, annotations: { note: 'a' }, ...metadata },
    subsets: [
      { addresses: [{ ip: '10.9.0.1' }], notReadyAddresses: [{ ip: '10.9.0.3' }], ports: [{ port: 5432 }] },
      { addresses: [{ ip: 'fd00::1' }], ports: [{ name: 'q', port: 81 }] },
    ],
  });
  const told = (w: World) =>
    slices(w, 'db')
      .map(
        (slice) =>
          `${slice['addressType']} ${JSON.stringify(slice['endpoints'].map((one: Endpoint) => [one.addresses[0], (one['conditions'] as { ready: boolean }).ready]))}`,
      )
      .sort();

  test('are copied into slices, family by family, and follow them', async () => {
    const w = await createWorld();
    await w.client.create('services', service('db', { selector: undefined }));
    await w.client.create('endpoints', byHand());
    await w.run(1);
    expect(told(w)).toEqual(['IPv4 [["10.9.0.1",true],["10.9.0.3",false]]', 'IPv6 [["fd00::1",true]]']);
    expect(slices(w, 'db')[0]!.metadata).toMatchObject({
      generateName: 'db-',
      annotations: { note: 'a' },
      labels: { own: '1', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
      ownerReferences: [{ kind: 'Endpoints', name: 'db', controller: true }],
    });
    await w.edit('endpoints', 'db', (object) => {
      object['subsets'] = [{ addresses: [{ ip: '10.9.0.9' }], ports: [{ port: 5432 }] }];
    });
    await w.run(1);
    expect(told(w)).toEqual(['IPv4 [["10.9.0.9",true]]']);
    await w.client.delete('services', 'default', 'db');
    await w.run(1);
    expect(told(w)).toEqual([]);
  });

  test.each([
    ['a label says no', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, {}],
    ['they hold a leader', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, {}],
    ['the service has a selector', {}, { selector: { app: 'none' } }],
  ])('are not copied where %s', async (_, metadata, spec) => {
    const w = await createWorld();
    await w.client.create('endpoints', byHand(metadata));
    await w.client.create('services', service('db', { selector: undefined, ...spec }));
    await w.run(1);
    const mirrored = slices(w, 'db').filter(
      (one) => one.metadata.labels!['endpointslice.kubernetes.io/managed-by'] !== 'endpointslice-controller.k8s.io',
    );
    expect(mirrored).toEqual([]);
  });
});

/* As kube-controller-manager 1.36.3 leaves them. */
describe('copies of Endpoints', () => {
  test('are one slice of up to a thousand addresses', async () => {
    const w = await createWorld();
    await w.client.create('services', service('hand', { selector: undefined }));
    const addresses = Array.from({ length: 1010 }, (_, at) => ({ ip: `10.9.${at >> 8}.${at & 255}` }));
    await w.client.create<KubeObject>('endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'hand', namespace: 'default' },
      subsets: [{ addresses, ports: [{ port: 80 }] }],
    } as KubeObject);
    await w.run(5);
    expect(slices(w, 'hand').map((slice) => slice['endpoints'].length)).toEqual([1000]);
  });

  test('are not made of a service with a selector that became a name only', async () => {
    const w = await createWorld();
    await w.client.create('services', service('web'));
    await w.client.create('pods', { ...pod('a'), metadata: { ...pod('a').metadata, labels: { app: 'web' } } });
    await w.run(30);
    const managers = () =>
      slices(w, 'web').map(({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by']);
    expect(managers()).toEqual(['endpointslice-controller.k8s.io']);
    await w.edit('services', 'web', ({ spec }) => {
      spec.type = 'ExternalName';
      spec.externalName = 'example.com';
    });
    await w.run(5);
    expect(managers()).toEqual(['endpointslice-controller.k8s.io']);
    expect(w.get('services', 'web')['spec'].internalTrafficPolicy).toBeUndefined();
  });
});
