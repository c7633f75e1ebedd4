import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const NODE = 'kctl-worker-1';
const CAPACITY = 2 ** 30;
let world: World;
beforeEach(async () => {
  world = await createWorld({ nodes: 2 });
  const node = world.get('nodes', NODE);
  const capacity = { ...node['status'].capacity, 'ephemeral-storage': String(CAPACITY) };
  await world.client.updateStatus('nodes', {
    ...node,
    status: { ...node['status'], capacity, allocatable: { ...node['status'].allocatable, ...capacity } },
  });
});
afterEach(() => world.plane.stop());

const status = (name: string) => world.get('pods', name)['status'];
const condition = () =>
  world.get('nodes', NODE)['status'].conditions.find(({ type }: { type: string }) => type === 'DiskPressure');
const taints = (): string[] =>
  (world.get('nodes', NODE)['spec'].taints ?? []).map(({ key, effect }: Record<string, string>) => `${key}:${effect}`);
const usage = (disk: string) => ({ 'kctl.dev/disk-usage': disk });
const storage = (kind: 'requests' | 'limits', size: string) => ({
  containers: [
    {
      name: 'app',
      image: 'busybox:1.37',
      command: ['sleep', '1d'],
      resources: { [kind]: { 'ephemeral-storage': size } },
    },
  ],
});
const names = (): string[] =>
  (world.get('nodes', NODE)['status'].images ?? []).flatMap(({ names }: { names: string[] }) => names);

test('a node whose disk is full says so, and sends away who takes more than it asked for', async () => {
  await world.client.create('pods', pod('modest', storage('requests', '300Mi'), usage('280Mi')));
  await world.client.create(
    'pods',
    pod('greedy', { containers: [{ name: 'app', image: 'busybox:1.37', command: ['sleep', '1d'] }] }),
  );
  await world.run(20);
  expect(condition()).toMatchObject({ status: 'False', reason: 'KubeletHasNoDiskPressure' });
  await world.edit('pods', 'greedy', ({ metadata }) => {
    metadata.annotations = usage('700Mi');
  });
  await world.run(15);
  expect(status('greedy')).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
  const { message } = status('greedy');
  expect(message).toMatch(
    /^The node was low on resource: ephemeral-storage\. Threshold quantity: 161061280, available: \d+\. Container app was using 700Mi, request is 0, has larger consumption of ephemeral-storage\. $/,
  );
  expect(status('greedy').conditions.find(({ type }: { type: string }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
    message,
  });
  expect(world.events('greedy')).toContain(`Evicted: ${message}`);
  expect(world.events(NODE)).toContain('EvictionThresholdMet: Attempting to reclaim ephemeral-storage');
  expect(world.events(NODE)).toContain(`NodeHasDiskPressure: Node ${NODE} status is now: NodeHasDiskPressure`);
  expect(condition()).toMatchObject({
    status: 'True',
    reason: 'KubeletHasDiskPressure',
    message: 'kubelet has disk pressure',
  });
  expect(taints()).toContain('node.kubernetes.io/disk-pressure:NoSchedule');
  expect(status('modest').phase).toBe('Running');
  // Nobody comes meanwhile, whatever it asks for.
  await world.client.create('pods', pod('bound', { nodeName: NODE, ...storage('requests', '1Mi') }));
  await world.client.create('pods', pod('late'));
  await world.run(20);
  expect(status('bound')).toMatchObject({
    reason: 'Evicted',
    message: 'Pod was rejected: The node had condition: [DiskPressure]. ',
  });
  expect(status('late').phase).toBe('Pending');
  await world.run(310);
  expect(condition()).toMatchObject({ status: 'False', reason: 'KubeletHasNoDiskPressure' });
  expect(world.events(NODE)).toContain(`NodeHasNoDiskPressure: Node ${NODE} status is now: NodeHasNoDiskPressure`);
  await world.run(20);
  expect(taints()).toEqual([]);
  expect(status('late').phase).toBe('Running');
  expect(world.errors).toEqual([]);
});

test('images that nobody uses go first, and nobody is sent away where that is enough', async () => {
  await world.client.create('pods', pod('old', { containers: [{ name: 'app', image: 'postgres:16' }] }));
  await world.run(40);
  await world.client.delete('pods', 'default', 'old', { gracePeriodSeconds: 0 });
  const { sizeBytes } = world
    .get('nodes', NODE)
    ['status'].images.find(({ names }: { names: string[] }) => names.some((name) => name.includes('postgres')));
  // Short by less than the image has.
  const disk = String(Math.floor(CAPACITY * 0.86 - sizeBytes));
  await world.run(130);
  await world.client.create('pods', pod('writer', {}, usage(disk)));
  await world.run(30);
  expect(names().filter((name) => name.includes('postgres'))).toEqual([]);
  expect(status('writer').phase).toBe('Running');
  expect(condition().status).toBe('True');
  await world.run(320);
  expect([condition().status, status('writer').phase]).toEqual(['False', 'Running']);
});

test('pods that the cluster cannot do without stay', async () => {
  const needed = pod('needed', { priorityClassName: 'system-node-critical' }, usage('900Mi'));
  await world.client.create('pods', { ...needed, metadata: { ...needed.metadata, namespace: 'kube-system' } });
  await world.client.create('pods', pod('one', {}, usage('1Mi')));
  await world.run(30);
  expect(status('one').reason).toBe('Evicted');
  expect(world.get('pods', 'needed', 'kube-system')['status'].phase).toBe('Running');
});

describe('limits of a pod itself', () => {
  const write = async (name: string, script: string) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const { code } = await world.plane.nodeApi.exec(
      'default',
      name,
      { container: 'app', command: ['sh', '-c', script], stdout: true, stderr: true },
      { stdout, stderr },
      new AbortController().signal,
    );
    return code;
  };

  test.each([
    [
      'a folder',
      {
        volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2Mi' } }],
        containers: [
          {
            name: 'app',
            image: 'busybox:1.37',
            command: ['sleep', '1d'],
            volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
          },
        ],
      },
      'dd if=/dev/zero of=/scratch/a bs=1M count=3',
      'Usage of EmptyDir volume "scratch" exceeds the limit "2Mi". ',
    ],
    [
      'the pod',
      storage('limits', '2Mi'),
      'dd if=/dev/zero of=/tmp/a bs=1M count=3',
      'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
    ],
    [
      'a container',
      {
        containers: [
          storage('limits', '2Mi').containers[0]!,
          { ...storage('limits', '8Mi').containers[0]!, name: 'roomy' },
        ],
      },
      'dd if=/dev/zero of=/tmp/a bs=1M count=3',
      'Container app exceeded its local ephemeral storage limit "2Mi". ',
    ],
  ] as const)('%s: what was really written counts', async (_what, spec, script, message) => {
    await world.client.create('pods', pod('a', structuredClone(spec) as Record<string, unknown>));
    await world.run(20);
    expect(await write('a', script)).toBe(0);
    await world.run(15);
    expect(status('a')).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    // It is nobody else's doing.
    expect(status('a').conditions.map(({ type }: { type: string }) => type)).not.toContain('DisruptionTarget');
    expect(condition().status).toBe('False');
    expect(world.errors).toEqual([]);
  });

  test('a folder in memory is as large as it says, and takes no disk', async () => {
    const volumes = [{ name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }];
    const containers = [
      {
        name: 'app',
        image: 'busybox:1.37',
        command: ['sleep', '1d'],
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      },
    ];
    await world.client.create('pods', pod('a', { volumes, containers }));
    await world.run(20);
    expect(await write('a', 'dd if=/dev/zero of=/scratch/a bs=1M count=3')).not.toBe(0);
    await world.run(30);
    expect(status('a').phase).toBe('Running');
  });
});

test('a pull for which the disk has no room fails when that is full, and heals when there is room', async () => {
  // nginx takes 72 MB.
  const node = world.get('nodes', NODE);
  const held = (node['status'].images as { sizeBytes: number }[]).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const resize = (bytes: number) => {
    const now = world.get('nodes', NODE);
    const capacity = { ...now['status'].capacity, 'ephemeral-storage': String(bytes) };
    return world.client.updateStatus('nodes', { ...now, status: { ...now['status'], capacity } });
  };
  await resize(held + 15_000_000);
  const on = { nodeName: NODE, tolerations: [{ operator: 'Exists' }], priorityClassName: 'system-node-critical' };
  const big = pod('big', { ...on, containers: [{ name: 'app', image: 'nginx:1.27' }] });
  await world.client.create('pods', { ...big, metadata: { ...big.metadata, namespace: 'kube-system' } });
  await world.run(4);
  const failed = world.events('big').find((one) => one.startsWith('Failed: Failed to pull'));
  expect(failed).toMatch(
    /^Failed: Failed to pull image "nginx:1\.27": failed to pull and unpack image "docker\.io\/library\/nginx:1\.27": failed to copy: write \/var\/lib\/containerd\/io\.containerd\.content\.v1\.content\/ingest\/[0-9a-f]{64}\/data: no space left on device$/,
  );
  expect(names()).not.toContain('docker.io/library/nginx:1.27');
  await resize(CAPACITY);
  await world.run(30);
  expect(world.get('pods', 'big', 'kube-system')['status'].containerStatuses[0].ready).toBe(true);
  expect(names()).toContain('docker.io/library/nginx:1.27');
});
