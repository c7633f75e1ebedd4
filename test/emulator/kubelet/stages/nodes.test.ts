import { expect, test } from 'vitest';
import { addStages, fastPods, nodeStage, otherStage, worldWithStages } from './kwok.ts';

const initialize = nodeStage(
  'node-initialize',
  `
selector:
  matchExpressions:
  - { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: 'NotIn', values: ['True'] }
next:
  statusTemplate: |
    {{ $now := Now }}
    conditions:
    {{ range NodeConditions }}
    - { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }} }
    {{ end }}
    addresses:
    - { type: InternalIP, address: {{ NodeIP | Quote }} }
    - { type: Hostname, address: {{ NodeName | Quote }} }
    {{ with NodePort }}
    daemonEndpoints: { kubeletEndpoint: { Port: {{ . }} } }
    {{ end }}
    allocatable:
    {{ with .status.allocatable }}
    {{ YAML . 1 }}
    {{ else }}
      cpu: 1k
      memory: 1Ti
      pods: 1M
    {{ end }}
    {{ $nodeInfo := .status.nodeInfo }}
    {{ $kwokVersion := printf "kwok-%s" Version }}
    nodeInfo:
      architecture: {{ or $nodeInfo.architecture "amd64" }}
      kubeletVersion: {{ or $nodeInfo.kubeletVersion $kwokVersion }}
      bootID: {{ or $nodeInfo.bootID \`""\` }}
    phase: Running
`,
);
const heartbeat = nodeStage(
  'node-heartbeat',
  `
selector:
  matchExpressions:
  - { key: '.status.phase', operator: 'In', values: ['Running'] }
delay: { durationMilliseconds: 20000, jitterDurationMilliseconds: 25000 }
next:
  statusTemplate: |
    conditions:
    - { type: Ready, lastHeartbeatTime: {{ Now | Quote }} }
immediateNextStage: true
`,
);
const node = (name: string, more = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, ...more });

test('a node that a Stage selects becomes what the Stage says, and takes pods', async () => {
  const world = await worldWithStages(initialize, fastPods);
  await world.client.create('nodes', node('big', { metadata: { name: 'big', labels: { size: 'big' } } }));
  await world.run(2);
  const { status, spec } = world.get('nodes', 'big');
  expect(spec.podCIDR).toBe('10.244.2.0/24');
  expect(status).toMatchObject({
    phase: 'Running',
    addresses: [
      { type: 'InternalIP', address: '172.18.0.4' },
      { type: 'Hostname', address: 'big' },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    allocatable: { cpu: '1k', memory: '1Ti', pods: '1M' },
    nodeInfo: { kubeletVersion: 'kwok-v0.8.0', architecture: 'amd64' },
  });
  expect(status.conditions.map(({ type }: { type: string }) => type)).toEqual([
    'Ready',
    'MemoryPressure',
    'DiskPressure',
    'PIDPressure',
    'NetworkUnavailable',
  ]);
  await world.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one', namespace: 'default' },
    spec: {
      nodeSelector: { size: 'big' },
      containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '500' } } }],
    },
  });
  await world.run(2);
  expect(world.get('pods', 'one')['status']).toMatchObject({ phase: 'Running', hostIP: '172.18.0.4' });
  // Its lease is renewed by who plays the kubelet, as kwok does.
  await world.run(40);
  expect(world.get('leases.coordination.k8s.io', 'big', 'kube-node-lease').spec.holderIdentity).toBe('big');
  // The nodes that were there before live on as they did.
  expect(world.get('nodes', 'kctl-worker-1')['status'].nodeInfo.kubeletVersion).toMatch(/^v1\./);
  expect(world.errors).toEqual([]);
});

test('a heartbeat comes again and again, after a time between delay and jitter', async () => {
  const world = await worldWithStages(initialize, heartbeat);
  await world.client.create('nodes', node('big'));
  await world.run(2);
  const beats: number[] = [];
  world.lister.subscribe('nodes', ({ object }) => {
    if (object.metadata.name === 'big') beats.push(world.clock.now());
  });
  await world.run(200);
  expect(beats.length).toBeGreaterThanOrEqual(8);
  expect(beats.length).toBeLessThanOrEqual(10);
  for (const [index, at] of beats.slice(1).entries()) {
    expect(at - beats[index]!).toBeGreaterThanOrEqual(20_000);
    expect(at - beats[index]!).toBeLessThanOrEqual(25_100);
  }
  expect(world.get('nodes', 'big')['status'].conditions).toHaveLength(5);
});

test('other kinds have stages as well, with conditions in CEL and steps that apply objects', async () => {
  const world = await worldWithStages();
  await addStages(
    world,
    otherStage(
      'announce',
      `
resourceRef: { kind: ConfigMap }
selector:
  matchExpressions:
  - cel: { expression: "self.data.announce == 'yes' && !has(self.metadata.labels)" }
delay: { durationFrom: { cel: { expression: "duration('3s')" } } }
steps:
- apply:
    template: |
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: {{ .metadata.name }}-copy }
      data: { of: {{ .metadata.name | Quote }} }
- patch: { template: 'metadata: { labels: { announced: "true" } }' }
`,
    ),
  );
  const map = (name: string, data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  });
  await world.client.create('configmaps', map('one', { announce: 'yes' }));
  await world.client.create('configmaps', map('two', { announce: 'no' }));
  await world.run(2);
  expect(world.lister.get('configmaps', 'default', 'one-copy')).toBeUndefined();
  await world.run(2);
  expect(world.get('configmaps', 'one-copy')['data']).toEqual({ of: 'one' });
  // It is applied, by force: what others added stays, and what they changed is changed back.
  const managers = () =>
    (world.get('configmaps', 'one-copy').metadata.managedFields ?? []).map((one) => `${one.manager} ${one.operation}`);
  expect(managers()).toEqual(['kwok Apply']);
  await world.edit('configmaps', 'one-copy', (object) => {
    object['data'] = { of: 'somebody', more: 'yes' };
  });
  expect(managers()).toContain('kube-controller-manager Update');
  await world.edit('configmaps', 'one', ({ metadata }) => {
    delete metadata.labels;
  });
  await world.run(4);
  expect(world.get('configmaps', 'one-copy')['data']).toEqual({ of: 'one', more: 'yes' });
  expect(world.get('configmaps', 'one').metadata.labels).toEqual({ announced: 'true' });
  expect(world.lister.get('configmaps', 'default', 'two-copy')).toBeUndefined();
});
