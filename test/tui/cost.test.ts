import { afterEach, expect, test } from 'vitest';
import { fakeCluster, podRow } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

const count = 10_000;
const statuses = ['Running', 'Running', 'Running', 'Pending', 'CrashLoopBackOff'];

function bigCluster() {
  return fakeCluster(
    Array.from({ length: count }, (_, index) =>
      podRow('shop', `web-${index}`, { status: statuses[index % 5]!, ageSeconds: 900_000 + index }),
    ),
  );
}

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

/** Bounds are several times what a slow machine needs, so that only another order of growth breaks them. */
test('10,000 rows: a frame costs as much as its window, a filter a few milliseconds', async () => {
  screen = await renderTest({ cols: 200, rows: 50, cluster: bigCluster() });
  expect(screen.text()).toContain(`pods(shop)[${count}]`);
  const model = screen.dashboard.current();
  const { theme } = screen.dashboard.getSnapshot();
  const times = Array.from({ length: 100 }, () => {
    model.move('page-down');
    const begin = performance.now();
    model.lines(200, 43, theme);
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  expect(times[50]).toBeLessThan(5);
  const begin = performance.now();
  model.setFilter('web-99');
  model.setFilter('');
  expect(performance.now() - begin).toBeLessThan(150);
});

test('nothing is drawn while nothing changes', async () => {
  const cluster = bigCluster();
  screen = await renderTest({ cols: 120, rows: 40, cluster });
  const { bytes } = screen.stdout;
  cluster.timing.advance(30_000);
  await screen.settle();
  expect(screen.stdout.bytes).toBe(bytes);
  // One timer for ages: it waits, it does not draw.
  expect(cluster.timing.pending).toBeLessThanOrEqual(1);
});

test('one changed row is drawn as one changed line', async () => {
  const cluster = bigCluster();
  screen = await renderTest({ cols: 120, rows: 40, cluster });
  const { bytes } = screen.stdout;
  cluster.tables.get('pods')!.change('MODIFIED', podRow('shop', 'web-3', { status: 'Error', ageSeconds: 900_003 }));
  await screen.settle();
  expect(screen.text()).toMatch(/x web-3 .*Error/);
  expect(screen.stdout.bytes - bytes).toBeLessThan(1500);
});
