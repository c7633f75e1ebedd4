import { describe, expect, test } from 'vitest';
import type { Json, TestCluster } from '../server/cluster.ts';
import { steered, web } from './steered.ts';

const { start: begin, stop, folder } = steered();

async function start(options: Parameters<typeof begin>[0] = {}): Promise<TestCluster> {
  const cluster = await begin(options);
  await cluster.emulator.idle();
  return cluster;
}

const turn = async (cluster: TestCluster, running: boolean, ...names: string[]) => {
  const answer = await cluster.call('POST', '/kctl/v1/components', { body: { names, running } });
  await cluster.emulator.idle();
  return answer;
};
const jump = (cluster: TestCluster, seconds: number) =>
  cluster.call('POST', '/kctl/v1/clock/jump', { body: { ms: seconds * 1000 } });

const pod = (name: string) => ({ metadata: { name }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } });
const renewTime = (cluster: TestCluster, name: string): string =>
  cluster.emulator.lister.get('leases.coordination.k8s.io', 'kube-system', name)!['spec'].renewTime;
const conditions = async (cluster: TestCluster): Promise<Record<string, Json>> => {
  const { body } = await cluster.call('GET', '/api/v1/componentstatuses');
  return Object.fromEntries(body.items.map((item: Json) => [item.metadata.name, item.conditions[0]]));
};

describe('components that can be stopped', () => {
  test('without the scheduler pods stay Pending, and nobody says a word; started again, it catches up', async () => {
    const cluster = await start();
    expect((await turn(cluster, false, 'kube-scheduler')).body).toEqual({
      components: [{ name: 'scheduler', running: false, changed: true }],
    });
    await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: pod('alone') });
    await jump(cluster, 3600);
    const alone = cluster.emulator.lister.get('pods', 'default', 'alone')!;
    expect(alone['status'].phase).toBe('Pending');
    expect(alone['status'].conditions ?? []).toEqual([]);
    expect(alone['spec'].nodeName).toBeUndefined();
    const events = cluster.emulator.lister
      .list('events', 'default')
      .filter((one) => one['involvedObject'].name === 'alone');
    expect(events).toEqual([]);
    await turn(cluster, true, 'scheduler');
    await jump(cluster, 60);
    expect(cluster.emulator.lister.get('pods', 'default', 'alone')!['status'].phase).toBe('Running');
  });

  test('leases, componentstatuses and readyz show it', async () => {
    const cluster = await start();
    expect(await conditions(cluster)).toEqual({
      'controller-manager': { type: 'Healthy', status: 'True', message: 'ok' },
      'etcd-0': { type: 'Healthy', status: 'True', message: 'ok' },
      scheduler: { type: 'Healthy', status: 'True', message: 'ok' },
    });
    const held = cluster.emulator.lister.get('leases.coordination.k8s.io', 'kube-system', 'kube-scheduler')!;
    expect(held['spec']).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(held['spec'].holderIdentity).toMatch(/^kctl-control-plane_[0-9a-f]{8}-/);
    await turn(cluster, false, 'scheduler');
    const before = [renewTime(cluster, 'kube-scheduler'), renewTime(cluster, 'kube-controller-manager')];
    await jump(cluster, 60);
    expect(renewTime(cluster, 'kube-scheduler')).toBe(before[0]);
    expect(Date.parse(renewTime(cluster, 'kube-controller-manager'))).toBeGreaterThan(Date.parse(before[1]!) + 45_000);
    const shown = await conditions(cluster);
    expect(shown['scheduler']).toEqual({
      type: 'Healthy',
      status: 'False',
      message: 'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused',
    });
    expect(shown['controller-manager'].status).toBe('True');
    const ready = await cluster.call('GET', '/readyz?verbose');
    expect(ready.status).toBe(200);
    expect(ready.text).toMatch(/\nwarn: scheduler is stopped\nreadyz check passed\n$/);
    await turn(cluster, true, 'scheduler');
    expect((await cluster.call('GET', '/readyz?verbose')).text).not.toContain('warn');
    const taken = cluster.emulator.lister.get('leases.coordination.k8s.io', 'kube-system', 'kube-scheduler')!['spec'];
    expect(taken.leaseTransitions).toBe(1);
    expect(taken.holderIdentity).not.toBe(held['spec'].holderIdentity);
    const told = cluster.emulator.lister
      .list('events', 'kube-system')
      .filter((one) => one['reason'] === 'LeaderElection');
    expect(told.map((one) => one['message'])).toContain(`${taken.holderIdentity} became leader`);
  });

  test('a lease is renewed before it lapses, for hours', async () => {
    const cluster = await start();
    const late: number[] = [];
    const seen = new Map<string, number>();
    cluster.emulator.lister.subscribe('leases.coordination.k8s.io', ({ object }) => {
      if (object.metadata.namespace !== 'kube-system') return;
      const at = Date.parse(object['spec'].renewTime);
      const before = seen.get(object.metadata.name!);
      if (before !== undefined && at - before > 15_000) late.push(at - before);
      seen.set(object.metadata.name!, at);
    });
    await jump(cluster, 3600);
    expect(seen.size).toBe(2);
    expect(late).toEqual([]);
  });

  test('one controller stops alone, its group with all of it; what was stopped by itself stays so', async () => {
    const cluster = await start();
    await turn(cluster, false, 'replicaset-controller');
    await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', { body: web });
    await jump(cluster, 30);
    const { lister } = cluster.emulator;
    expect(lister.list('replicasets.apps', 'default')).toHaveLength(1);
    expect(lister.list('pods', 'default')).toHaveLength(0);
    await turn(cluster, false, 'controller-manager');
    await turn(cluster, true, 'controller-manager');
    await jump(cluster, 30);
    expect(lister.list('pods', 'default')).toHaveLength(0);
    expect((await turn(cluster, true, 'replicaset-controller')).body.components[0].changed).toBe(true);
    expect((await turn(cluster, true, 'replicaset-controller')).body.components[0].changed).toBe(false);
    await jump(cluster, 60);
    expect(lister.list('pods', 'default').map((one) => one['status'].phase)).toEqual(['Running', 'Running']);
  });

  test('a kubelet that is stopped is a node that is lost', async () => {
    const cluster = await start({ nodes: 2 });
    await turn(cluster, false, 'kubelet/kctl-worker-1');
    await jump(cluster, 120);
    const ready = (name: string) =>
      cluster.emulator.lister
        .get('nodes', undefined, name)!
        ['status'].conditions.find((one: Json) => one.type === 'Ready').status;
    expect([ready('kctl-control-plane'), ready('kctl-worker-1')]).toEqual(['True', 'Unknown']);
    const { body } = await cluster.call('GET', '/kctl/v1/components');
    expect(body.components).toContainEqual({ name: 'kubelet/kctl-worker-1', group: 'kubelet', running: false });
    expect(body.groups.find((one: Json) => one.name === 'kubelet').running).toBe(true);
    await turn(cluster, true, 'kubelet');
    await jump(cluster, 60);
    expect(ready('kctl-worker-1')).toBe('True');
  });

  test('what nobody knows is refused, and nothing is switched', async () => {
    const cluster = await start();
    const answer = await turn(cluster, false, 'scheduler', 'toaster');
    expect(answer.status).toBe(404);
    expect(answer.body.message).toBe('components "toaster" not found');
    expect((await turn(cluster, false, 'kubelet/none')).status).toBe(404);
    expect((await turn(cluster, false, 'kube-scheduler/leader')).status).toBe(404);
    expect((await cluster.call('POST', '/kctl/v1/components', { body: { names: 'scheduler' } })).status).toBe(400);
    const { body } = await cluster.call('GET', '/kctl/v1/components');
    expect(body.components.every((one: Json) => one.running)).toBe(true);
  });

  test('what is stopped stays so over a restart', async () => {
    const dataDir = folder();
    const one = await start({ dataDir });
    await turn(one, false, 'scheduler', 'job-controller');
    await stop();
    const two = await start({ dataDir });
    const { body } = await two.call('GET', '/kctl/v1/components');
    expect(body.groups).toContainEqual({ name: 'scheduler', running: false });
    const stopped = body.components.filter((part: Json) => !part.running).map((part: Json) => part.name);
    expect(stopped.sort()).toEqual(['job-controller', 'kube-scheduler']);
  });
});
