import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BenchSample, benchFigures, runBench } from '../../../src/tui/views/pages/bench-run.ts';
import { checkScreen, sizes, type WideCluster, wideCluster } from './wide-cluster.ts';

describe('a run', () => {
  test('sends as many as it was asked to, never more at a time, and counts what fails', async () => {
    let open = 0;
    let highest = 0;
    let sent = 0;
    const samples: BenchSample[] = [];
    const clock = { time: 0 };
    await runBench(
      {
        requests: 20,
        atOnce: 3,
        signal: new AbortController().signal,
        now: () => clock.time++,
        async send() {
          highest = Math.max(highest, ++open);
          const nth = ++sent;
          await Promise.resolve();
          open--;
          if (nth % 10 === 0) throw new Error('no answer');
          return { status: nth % 5 === 0 ? 503 : 200, bytes: 10 };
        },
      },
      (sample) => samples.push(sample),
    );
    expect([sent, highest, samples.length]).toEqual([20, 3, 20]);
    const figures = benchFigures(samples, 2000);
    expect(figures).toMatchObject({ count: 20, failed: 4, perSecond: 10, bytes: 180 });
    expect(figures.statuses).toEqual([
      [200, 16],
      [0, 2],
      [503, 2],
    ]);
  });

  test('ends when it is told to', async () => {
    const abort = new AbortController();
    let sent = 0;
    await runBench(
      {
        requests: 1000,
        atOnce: 2,
        signal: abort.signal,
        now: () => 0,
        async send() {
          if (++sent === 6) abort.abort();
          return { status: 200, bytes: 0 };
        },
      },
      () => undefined,
    );
    expect(sent).toBeLessThan(9);
  });

  test('percentiles are nearest ranks, and steps hold every answer', () => {
    const samples = Array.from({ length: 100 }, (_, index) => ({ ms: index + 1, status: 200, bytes: 0 }));
    const { percentiles, steps, least, mean, most } = benchFigures(samples.reverse(), 100);
    expect(percentiles).toEqual([
      [50, 50],
      [75, 75],
      [90, 90],
      [95, 95],
      [99, 99],
    ]);
    expect([least, mean, most]).toEqual([1, 50.5, 100]);
    expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    expect(benchFigures([{ ms: 3, status: 200, bytes: 1 }], 3).steps).toEqual([]);
    expect(benchFigures([], 0)).toMatchObject({ count: 0, percentiles: [], mean: 0 });
  });
});

describe('on a service', () => {
  let cluster: WideCluster;

  beforeAll(async () => {
    cluster = await wideCluster();
    const { client } = cluster.emulator;
    const metadata = { name: 'web', namespace: 'default' };
    const containers = [{ name: 'main', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }];
    const pod = { ...metadata, labels: { app: 'web' } };
    await client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: { containers } });
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    await client.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec });
  }, 60_000);

  afterAll(() => cluster.stop());

  test.each(sizes)('at %i×%i', async (cols, rows) => {
    const s = await cluster.open('svc /web', cols, rows);
    await s.waitFor(/web +ClusterIP/);
    await s.press('b');
    await s.waitFor('Benchmark service default/web');
    await s.press('tab', 'tab', 'tab', 'tab', 'tab', 'enter');
    await s.waitFor(/benchmark\(default\/web\)\[200\/200\]/);
    await s.waitFor(/Requests a second +\d/);
    expect(s.text()).toMatch(/GET \/ {2}port 80, 200 requests, 5 at a time/);
    expect(s.text()).toMatch(/done ─/);
    checkScreen(s, cols);
    s.close();
  });
});
