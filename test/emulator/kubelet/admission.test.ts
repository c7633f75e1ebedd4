import { describe, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const NODE = 'kctl-worker-1';
const bound = (name: string, spec: Record<string, unknown> = {}) => pod(name, { nodeName: NODE, ...spec });
const asking = (requests: Record<string, string>) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests } }],
});
const port = (hostPort: number) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: hostPort, hostPort }] }],
});

async function withPods(...pods: ReturnType<typeof pod>[]): Promise<World> {
  const world = await createWorld({ nodes: 3 });
  for (const one of pods) await world.client.create('pods', one);
  await world.run(10);
  return world;
}

describe('a pod that somebody bound to a node by hand is refused', () => {
  test.each([
    [
      'for want of memory',
      asking({ memory: '9Gi' }),
      'OutOfmemory',
      /^Node didn't have enough resource: memory, requested: 9663676416, used: 0, capacity: \d+$/,
    ],
    [
      'for want of storage',
      asking({ 'ephemeral-storage': '1Ti' }),
      'OutOfephemeral-storage',
      /requested: 1099511627776/,
    ],
    [
      'as it selects other nodes',
      { nodeSelector: { disk: 'ssd' } },
      'NodeAffinity',
      /^Predicate NodeAffinity failed: node\(s\) didn't match Pod's node affinity\/selector$/,
    ],
    [
      'as it wants a kernel setting that is not its own',
      {
        securityContext: {
          sysctls: [
            { name: 'net.ipv4.tcp_syncookies', value: '1' },
            { name: 'kernel.msgmax', value: '1' },
          ],
        },
      },
      'SysctlForbidden',
      /^forbidden sysctl: "kernel\.msgmax" not allowlisted$/,
    ],
    [
      'as it is for another system',
      { os: { name: 'windows' } },
      'PodOSNotSupported',
      /^Failed to admit pod as the OS field doesn't match node OS$/,
    ],
  ])('%s', async (_why, spec, reason, message) => {
    const world = await withPods(bound('one', spec));
    const { status } = world.get('pods', 'one');
    expect(status).toMatchObject({ phase: 'Failed', reason, observedGeneration: 1, startTime: expect.any(String) });
    expect(status.message.startsWith('Pod was rejected: ')).toBe(true);
    expect(status.message.slice('Pod was rejected: '.length)).toMatch(message);
    expect(status.containerStatuses).toBeUndefined();
    expect(world.events('one')).toEqual([`${reason}: ${status.message.slice('Pod was rejected: '.length)}`]);
  });

  test('as its port is taken', async () => {
    const world = await withPods(bound('first', port(8080)), bound('second', port(8080)), bound('third', port(8081)));
    expect(world.get('pods', 'first')['status'].phase).toBe('Running');
    expect(world.get('pods', 'third')['status'].phase).toBe('Running');
    expect(world.get('pods', 'second')['status']).toMatchObject({
      phase: 'Failed',
      reason: 'NodePorts',
      message:
        "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    });
  });

  test('as the node wants nobody who does not tolerate it', async () => {
    const world = await createWorld({ nodes: 3 });
    // It would take the pod away before its kubelet has seen it.
    world.plane.components.turn('taint-eviction-controller', false);
    await world.edit('nodes', NODE, ({ spec }) => {
      spec.taints = [
        { key: 'gone', effect: 'NoExecute' },
        { key: 'soft', effect: 'NoSchedule' },
      ];
    });
    const tolerations = [{ key: 'gone', operator: 'Exists' }];
    await world.client.create('pods', bound('strange'));
    await world.client.create('pods', bound('friend', { tolerations }));
    await world.run(10);
    expect(world.events('strange')).toContain(
      "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    );
    expect(world.get('pods', 'friend')['status'].phase).toBe('Running');
  });
});

test('a resource that the node has never heard of is not the kubelet’s business', async () => {
  const world = await withPods(
    bound('one', {
      containers: [{ name: 'app', image: 'nginx:1.27', resources: { limits: { 'example.com/foo': '1' } } }],
    }),
  );
  expect(world.get('pods', 'one')['status'].phase).toBe('Running');
});

test('readiness gates hold a pod back until all of them are open', async () => {
  const readinessGates = [{ conditionType: 'example.com/lb' }, { conditionType: 'example.com/dns' }];
  const world = await withPods(pod('one', { readinessGates }));
  const ready = () =>
    world.get('pods', 'one')['status'].conditions.find((one: { type: string }) => one.type === 'Ready');
  const missing = (name: string) =>
    `corresponding condition of pod readiness gate "example.com/${name}" does not exist.`;
  expect(ready()).toMatchObject({
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: `${missing('lb')}, ${missing('dns')}`,
  });
  const set = (type: string, status: string) => {
    const one = world.get('pods', 'one');
    const others = one['status'].conditions.filter((condition: { type: string }) => condition.type !== type);
    return world.client.updateStatus('pods', {
      ...one,
      status: { ...one['status'], conditions: [...others, { type, status }] },
    });
  };
  await set('example.com/lb', 'True');
  await set('example.com/dns', 'False');
  await world.run(1);
  expect(ready().message).toBe('the status of pod readiness gate "example.com/dns" is not "True", but False');
  await set('example.com/dns', 'True');
  await world.run(1);
  expect(ready().status).toBe('True');
});
