import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { type TestCluster, testCluster } from './cluster.ts';

const node = '/api/v1/nodes/kctl-control-plane';
const pods = '/api/v1/namespaces/default/pods';

describe('a kubelet behind nodes/proxy', () => {
  const clock = new SimulatedClock(Date.parse('2026-01-02T03:04:05Z'));
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advanceTo(clock.now() + 1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await testCluster({ clock });
    await cluster.call('POST', pods, {
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'web',
          annotations: { 'kctl.dev/cpu-usage': '250m', 'kctl.dev/disk-usage': '2Mi', 'kctl.dev/memory-usage': '64Mi' },
        },
        spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
      },
    });
    await pass(90);
    expect((await cluster.call('GET', `${pods}/web`)).body.status.phase).toBe('Running');
  });
  afterAll(() => cluster.stop());

  const get = (path: string, method = 'GET') => cluster.call(method, `${node}/proxy${path}`);
  /** The sample of a metric with these labels. */
  const sample = (text: string, start: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(start))
        ?.split(' ')[1] ?? Number.NaN,
    );

  test('is well', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok' });
    expect(await get('/healthz/syncloop')).toMatchObject({ status: 200, text: 'ok' });
    expect((await get('/healthz?verbose')).text).toBe('[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n');
    expect((await get('/healthz/other')).status).toBe(404);
  });

  test('lists what is bound to it and what runs', async () => {
    const { body } = await get('/pods');
    const stored = await cluster.call('GET', `/api/v1/pods?fieldSelector=spec.nodeName=kctl-control-plane`);
    const names = (list: { items: { metadata: { name: string } }[] }) =>
      list.items.map(({ metadata }) => metadata.name);
    expect(body).toMatchObject({ kind: 'PodList', apiVersion: 'v1', metadata: {} });
    expect(names(body).sort()).toEqual(names(stored.body).sort());
    expect(names(body)).toContain('web');
    expect((await get('/pods/', 'POST')).status).toBe(405);
    const running = await get('/runningpods/');
    const web = running.body.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'web');
    expect(web.spec).toEqual({ containers: [{ name: 'app', image: 'nginx:1.27', resources: {} }] });
  });

  test('says what it uses: the figures of metrics.k8s.io, and counters that only grow', async () => {
    const { text } = await get('/metrics/resource');
    const labels = '{container="app",namespace="default",pod="web"}';
    expect(sample(text, `container_memory_working_set_bytes${labels}`)).toBe(64 * 1024 * 1024);
    expect(sample(text, 'pod_memory_working_set_bytes{namespace="default",pod="web"}')).toBe(64 * 1024 * 1024);
    const started = sample(text, `container_start_time_seconds${labels}`);
    const at = Number(
      /^container_cpu_usage_seconds_total\{container="app",namespace="default",pod="web"\} \S+ (\d+)$/m.exec(text)![1],
    );
    const used = sample(text, `container_cpu_usage_seconds_total${labels}`);
    // A quarter of a core since it started.
    expect(used).toBeCloseTo(0.25 * (at / 1000 - started), 6);
    // Longer than what a container uses needs to come round.
    await pass(1300);
    const { text: later } = await get('/metrics/resource');
    expect(sample(later, `container_cpu_usage_seconds_total${labels}`)).toBeCloseTo(used + 0.25 * 1300, 6);
    const whole = (figures: string) => sample(figures, 'node_cpu_usage_seconds_total');
    expect(whole(later)).toBeGreaterThan(whole(text));
    expect(sample(later, 'resource_scrape_error')).toBe(0);

    const { body } = await get('/stats/summary');
    expect(body.node).toMatchObject({ nodeName: 'kctl-control-plane' });
    const web = body.pods.find(({ podRef }: { podRef: { name: string } }) => podRef.name === 'web');
    expect(web.memory.workingSetBytes).toBe(64 * 1024 * 1024);
    expect(web.cpu.usageNanoCores).toBe(250_000_000);
    expect(web.containers.map(({ name }: { name: string }) => name)).toEqual(['app']);
    // One disk: what images and pods take is what is not free any more.
    const { fs, runtime } = body.node;
    expect(runtime.imageFs.usedBytes).toBeGreaterThan(50_000_000);
    const written = body.pods.reduce(
      (sum: number, one: { 'ephemeral-storage': { usedBytes: number } }) => sum + one['ephemeral-storage'].usedBytes,
      0,
    );
    expect(fs.usedBytes).toBe(runtime.imageFs.usedBytes + written);
    expect(fs.availableBytes).toBe(fs.capacityBytes - fs.usedBytes);
    expect(web['ephemeral-storage']).toMatchObject({ capacityBytes: fs.capacityBytes, usedBytes: 2 * 1024 * 1024 });
    expect(web.containers[0].rootfs.usedBytes).toBe(2 * 1024 * 1024);
    expect((await get('/metrics/cadvisor')).text).toContain('container_cpu_usage_seconds_total{container="app"');
    const own = (await get('/metrics')).text;
    expect(own).toContain('kubelet_node_name{node="kctl-control-plane"} 1\n');
    expect(sample(own, 'kubelet_running_pods')).toBe((await get('/runningpods/')).body.items.length);
  });

  test('tells its configuration and the logs of containers', async () => {
    const { kubeletconfig } = (await get('/configz')).body;
    expect(kubeletconfig).toMatchObject({
      port: 10250,
      clusterDomain: 'cluster.local',
      clusterDNS: ['10.96.0.10'],
      maxPods: 110,
    });
    const log = await cluster.call('GET', `${pods}/web/log?tailLines=3`);
    const own = await get('/containerLogs/default/web/app?tailLines=3');
    expect(own).toMatchObject({ status: 200, type: 'text/plain' });
    expect(own.text.split('\n')[0]).toBe(log.text.split('\n')[0]);
    expect(await get('/containerLogs/default/nobody/app')).toMatchObject({
      status: 404,
      text: 'pod "nobody" does not exist',
    });
    for (const wrong of ['/%zz', '/containerLogs/%/%/%']) expect((await get(wrong)).status).toBe(400);
    for (const strange of ['//', '/pods%2f..', '/?%']) {
      expect((await get(strange)).status).toBe(404);
    }
    expect(await get('/nothing/here')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  test('keeps what containers wrote in files', async () => {
    expect((await get('/logs')).status).toBe(301);
    expect((await get('/logs/')).text).toContain('<pre>\n<a href="pods/">pods/</a>\n</pre>');
    const { uid } = (await cluster.call('GET', `${pods}/web`)).body.metadata;
    const folder = `/logs/pods/default_web_${uid}/`;
    expect((await get('/logs/pods/')).text).toContain(`<a href="default_web_${uid}/">`);
    expect((await get(folder)).text).toContain('<a href="app/">app/</a>');
    expect((await get(`${folder}app/`)).text).toContain('<a href="0.log">0.log</a>');
    const stamped = (await cluster.call('GET', `${pods}/web/log?timestamps=true`)).text.split('\n');
    const [first] = (await get(`${folder}app/0.log`)).text.split('\n');
    expect(first).toBe(stamped[0]!.replace(' ', ' stdout F '));
    for (const missing of ['app/1.log', 'side/', 'app/0.log/x']) expect((await get(folder + missing)).status).toBe(404);
  });

  test('is found by its port, another port or node is not; a node that is down does not answer', async () => {
    const at = (name: string) => cluster.call('GET', `/api/v1/nodes/${name}/proxy/healthz`);
    expect((await at('kctl-control-plane:10250')).text).toBe('ok');
    expect((await at('https:kctl-control-plane:10250')).text).toBe('ok');
    expect(await at('kctl-control-plane:9100')).toMatchObject({
      status: 503,
      body: {
        reason: 'ServiceUnavailable',
        message: 'error trying to reach service: dial tcp 172.18.0.2:9100: connect: connection refused',
      },
    });
    expect((await at('nobody')).body.message).toBe('nodes "nobody" not found');
    const annotate = (down: string | null) =>
      cluster.call('PATCH', node, {
        body: { metadata: { annotations: { 'kctl.dev/down': down } } },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    await annotate('true');
    expect((await at('kctl-control-plane')).body.message).toBe(
      'error trying to reach service: dial tcp 172.18.0.2:10250: connect: no route to host',
    );
    expect((await cluster.call('GET', `${pods}/web/proxy/`)).body.message).toMatch(
      /^error trying to reach service: dial tcp 10\.244\.0\.\d+:80: connect: no route to host$/,
    );
    const exec = await cluster.call('POST', `${pods}/web/exec?command=x&stdout=1`);
    expect(exec).toMatchObject({
      status: 500,
      body: { message: 'error dialing backend: dial tcp 172.18.0.2:10250: connect: no route to host' },
    });
    await annotate(null);
    expect((await at('kctl-control-plane')).status).toBe(200);
  });
});
