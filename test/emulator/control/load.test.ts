import { afterEach, describe, expect, test } from 'vitest';
import { loadAt, parseLoad } from '../../../src/emulator/runtime/load.ts';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const post = async (path: string, body: unknown) => {
  const answer = await cluster!.call('POST', `/kctl/v1/${path}`, { body });
  await cluster!.emulator.idle();
  return answer;
};
const jump = (seconds: number) => post('clock/jump', { ms: seconds * 1000 });

async function startWithWeb(): Promise<void> {
  cluster = await testCluster();
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'nginx:1.27',
          resources: { requests: { cpu: '200m', memory: '100Mi' }, limits: { cpu: '300m' } },
        },
      ],
    },
  };
  await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', {
    body: { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template } },
  });
  await cluster.emulator.idle();
  await jump(120);
}

/** CPU and memory of each pod, as `kubectl top pods` is told. */
async function top(): Promise<string[]> {
  const { body } = await cluster!.call('GET', '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods');
  return body.items.map((item: Json) => `${item.containers[0].usage.cpu} ${item.containers[0].usage.memory}`);
}

const START = Date.parse('2026-03-02T10:00:00Z');
const at = (text: string, minutes: number, requested = 2) =>
  Math.round(loadAt(parseLoad(text)!, requested, START + minutes * 60_000) * 1000) / 1000;

describe('what a load says', () => {
  test('a share of what is requested, or an amount', () => {
    expect(at('80%', 0)).toBe(1.6);
    expect(at('150.5%', 0)).toBe(3.01);
    expect(at('250m', 0)).toBe(0.25);
    expect(at('64Mi', 0)).toBe(64 * 1024 * 1024);
    expect(at('0', 0)).toBe(0);
  });

  test('once from one to another, and then it stays', () => {
    const ramp = '20%..80% over 10m from 2026-03-02T10:00:00Z';
    expect([-5, 0, 5, 10, 60].map((minutes) => at(ramp, minutes, 1))).toEqual([0.2, 0.2, 0.5, 0.8, 0.8]);
    expect(at('2..1 over 10m from 2026-03-02T10:00:00Z', 5)).toBe(1.5);
  });

  test('up and down again and again', () => {
    expect([0, 15, 30, 45, 60].map((minutes) => at('20%..80% every 1h', minutes, 1))).toEqual([
      0.2, 0.5, 0.8, 0.5, 0.2,
    ]);
  });

  test.each([
    '',
    'much',
    '-5%',
    '-1',
    '20%..',
    '20%..1 every 1h',
    '20%..80%',
    '1..2 every 0s',
    '1..2 over 5m',
    '1 every 5m',
  ])('not %j', (text) => {
    expect(parseLoad(text)).toBeUndefined();
  });
});

describe('the load of a workload', () => {
  test('reaches its pods without a rollout, those to come as well, and is taken back', async () => {
    await startWithWeb();
    const { lister } = cluster!.emulator;
    const usual = await top();
    const { body } = await post('load', { target: 'deploy/web', cpu: '80%', memory: '64Mi' });
    expect(body).toEqual({ namespace: 'default', target: 'deployment/web', cpu: '80%', memory: '64Mi' });
    await jump(60);
    expect(await top()).toEqual(['160m 64Mi', '160m 64Mi']);
    expect(lister.list('replicasets.apps', 'default')).toHaveLength(1);

    const [first] = lister.list('pods', 'default');
    await cluster!.call('DELETE', `/api/v1/namespaces/default/pods/${first!.metadata.name}`);
    await jump(120);
    expect(lister.list('pods', 'default').map((pod) => pod.metadata.uid)).not.toContain(first!.metadata.uid);
    expect(await top()).toEqual(['160m 64Mi', '160m 64Mi']);
    const listed = await cluster!.call('GET', '/kctl/v1/load');
    expect(listed.body).toEqual({
      load: [{ namespace: 'default', target: 'deployment/web', cpu: '80%', memory: '64Mi' }],
    });

    // More than the limit is not to be had.
    await post('load', { target: 'deployment/web', cpu: '200%' });
    await jump(60);
    expect(await top()).toEqual(['300m 64Mi', '300m 64Mi']);

    await post('load', { target: 'deploy/web', off: true });
    for (const pod of lister.list('pods', 'default')) {
      expect(Object.keys(pod.metadata.annotations ?? {}).filter((name) => name.startsWith('kctl.dev/'))).toEqual([]);
    }
    await jump(60);
    expect(await top()).not.toEqual(['300m 64Mi', '300m 64Mi']);
    expect(usual).toHaveLength(2);
    expect((await cluster!.call('GET', '/kctl/v1/load')).body.load).toEqual([]);
  });

  test('makes an autoscaler scale, up to where the share is what it aims at', async () => {
    await startWithWeb();
    await cluster!.call('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      body: {
        metadata: { name: 'web' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          minReplicas: 2,
          maxReplicas: 10,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      },
    });
    await post('load', { target: 'deploy/web', cpu: '100%' });
    await jump(600);
    const web = cluster!.emulator.lister.get('deployments.apps', 'default', 'web')!;
    // Each new pod has the same load, so that it ends only at the most there may be.
    expect(web['spec'].replicas).toBe(10);
    await post('load', { target: 'deploy/web', cpu: '10%' });
    await jump(1200);
    expect(cluster!.emulator.lister.get('deployments.apps', 'default', 'web')!['spec'].replicas).toBe(2);
  });

  test('one pod can have its own; over time it grows', async () => {
    await startWithWeb();
    const [one, two] = cluster!.emulator.lister.list('pods', 'default').map((pod) => pod.metadata.name!);
    await post('load', { target: `pod/${one}`, cpu: '50m..250m', over: '10m' });
    await jump(300);
    const amounts = (await top()).map((text) => Number.parseInt(text, 10));
    expect(amounts[0]).toBeGreaterThan(130);
    expect(amounts[0]).toBeLessThan(170);
    await jump(900);
    expect((await top())[0]).toMatch(/^250m /);
    const listed = (await cluster!.call('GET', '/kctl/v1/load')).body.load;
    expect(listed.map((load: Json) => load.target)).toEqual([`pod/${one}`]);
    expect(two).toBeDefined();
  });

  test('what is no load, or of nothing, is refused in words', async () => {
    cluster = await testCluster();
    const said = async (body: unknown) => (await post('load', body)).body.message;
    expect(await said({ target: 'deploy/none', cpu: '80%' })).toBe('deployments.apps "none" not found');
    expect(await said({ target: 'toaster/none', cpu: '80%' })).toContain('say it as TYPE/NAME');
    expect(await said({ namespace: 'kube-system', target: 'deploy/coredns', cpu: 'lots' })).toContain(
      '"lots" is no load',
    );
    expect(await said({ namespace: 'kube-system', target: 'deploy/coredns', cpu: '1..2' })).toContain('needs both');
    expect(await said({ namespace: 'kube-system', target: 'deploy/coredns' })).toBe('say what the load is to be');
  });
});
