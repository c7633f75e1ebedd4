import { afterEach, describe, expect, test } from 'vitest';
import { ApiStatusError } from '../../src/api/status.ts';
import { KctlError } from '../../src/lib/errors.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

function shop(): FakeCluster {
  return fakeCluster([
    podRow('shop', 'api-7d9f-abcde'),
    podRow('shop', 'cart-0', { ready: '0/1', status: 'CrashLoopBackOff', restarts: '7 (5s ago)' }),
  ]);
}

async function open(cluster: FakeCluster, cols = 80, rows = 24): Promise<TestScreen> {
  screen = await renderTest({ cols, rows, cluster });
  return screen;
}

function notFound(message: string): ApiStatusError {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;
  return new ApiStatusError({ ...status, reason: 'NotFound', code: 404, message });
}

async function command(s: TestScreen, line: string): Promise<void> {
  await s.press(':');
  await s.type(`${line}\r`);
}

describe('help', () => {
  test('is laid out again for another width, and breaks no word', async () => {
    const s = await open(shop(), 120, 60);
    await s.press('?');
    expect(s.lines()[5]).toMatch(/^General +│ \S+ +│ \S+/);
    await s.resize(60, 400);
    expect(s.text()).not.toContain('│');
    const words = s.text().replace(/\s+/g, ' ');
    for (const whole of ['any kind by any of its names', 'rows that match both expressions', 'Delete (asks first)']) {
      expect(words).toContain(whole);
    }
  });

  test.each([44, 80, 120])('is offered at %i columns', async (columns) => {
    const s = await open(shop(), columns);
    expect(s.lines()[23]).toMatch(/\? Help$/);
  });
});

describe('wrong names', () => {
  test('of kinds: the message has room and says what may have been meant', async () => {
    const s = await open(shop(), 50);
    await command(s, 'deplyo');
    const words = s.lines().slice(19, 23).join(' ').replace(/\s+/g, ' ');
    expect(words).toContain(
      'the server doesn\'t have a resource type "deplyo". Did you mean :deploy? :aliases lists every',
    );
    expect(s.text()).toContain('pods(shop)[2]');
  });

  test('of kinds on the smallest screen: no line of the message is lost', async () => {
    const s = await open(shop(), 40, 10);
    await command(s, 'deplyo');
    const words = s.lines().join(' ').replace(/\s+/g, ' ');
    expect(words).toContain('resource type "deplyo". Did you mean :deploy? :aliases lists every kind.');
  });

  test('of namespaces: the view stays', async () => {
    const cluster = shop();
    putObject(cluster, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'billing' } });
    cluster.services.get = async () => {
      throw notFound('namespaces "biling" not found');
    };
    const s = await open(cluster);
    await command(s, 'ns biling');
    expect(s.text()).toContain('There is no namespace "biling". Did you mean :ns billing?');
    expect(s.text()).toContain('pods(shop)[2]');
  });

  test('of namespaces that nobody may look up: the view goes there', async () => {
    const s = await open(shop());
    await command(s, 'ns secret-place');
    expect(s.text()).toContain('pods(secret-place)[0]');
  });

  test('a namespace typed over nodes or a page shows its pods', async () => {
    const s = await open(shop());
    await command(s, 'no');
    await command(s, 'ns shop');
    expect(s.text()).toContain('pods(shop)[2]');
    await s.press('d');
    await command(s, 'ns all');
    expect(s.text()).toContain('pods(all)[2]');
  });

  test('of rollouts', async () => {
    const s = await open(shop());
    await command(s, 'rollout nosuch');
    expect(s.text()).toContain('deployments "nosuch" not found');
    expect(s.text()).toContain('pods(shop)[2]');
  });
});

describe('views before', () => {
  test('[ ] and - go along what commands opened, namespaces and filters with them', async () => {
    const s = await open(shop());
    await s.press('/');
    await s.type('cart\r');
    await command(s, 'svc billing');
    await command(s, 'cm');
    expect(s.text()).toContain('configmaps(billing)');
    await s.press('[');
    expect(s.text()).toContain('services(billing)');
    await s.press('[');
    expect(s.text()).toContain('pods(shop)[1/2] /cart');
    await s.press('[');
    expect(s.text()).toContain('There is no view before this one.');
    await s.press(']', ']');
    expect(s.text()).toContain('configmaps(billing)');
    await s.press('-');
    expect(s.text()).toContain('services(billing)');
    await s.press('-');
    expect(s.text()).toContain('configmaps(billing)');
  });
});

describe('what goes on meanwhile', () => {
  test('an object that is deleted while it is looked at', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('d');
    expect(s.text()).not.toContain('deleted meanwhile');
    cluster.tables.get('pods')!.change('DELETED', podRow('shop', 'api-7d9f-abcde'));
    await s.waitFor('deleted meanwhile');
    expect(s.text()).toContain('describe(pods shop/api-7d9f-abcde)');
  });

  test('a lost connection is told on pages, too, with its reason', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('d');
    const error = new KctlError('connection', 'connection refused');
    cluster.tables.get('pods')!.state({ phase: 'stale', since: cluster.timing.now(), error });
    await s.waitFor('! reconnecting');
    expect(s.lines()[22]).toMatch(/^ pods › describe +! connection refused$/);
  });

  test('times that the server printed go on', async () => {
    const cluster = shop();
    const s = await open(cluster);
    expect(s.text()).toMatch(/7 \([56]s ago\)/);
    cluster.timing.advance(60_000);
    await s.settle();
    expect(s.text()).toMatch(/7 \(6[5-7]s ago\)/);
  });
});

test('a question shows the whole name, however long', async () => {
  const name = `a-name-${'that-goes-on-'.repeat(8)}and-ends`;
  const s = await open(fakeCluster([podRow('shop', name)]), 60, 20);
  await s.press('ctrl-d');
  const inside = s.lines().flatMap((line) => /│ (.*?) *│/.exec(line)?.[1] ?? []);
  expect(inside.join('')).toContain(`pods shop/${name}`);
  expect(s.text()).toContain('[>Cancel<]');
});

test('a line that is longer than the screen shows that it goes on', async () => {
  const cluster = shop();
  const annotations = { note: `${'x'.repeat(100)}end` };
  putObject(cluster, 'pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'api-7d9f-abcde', namespace: 'shop', annotations },
  });
  const s = await open(cluster);
  await s.press('y');
  const long = s.lines().find((line) => line.includes('xxx'))!;
  expect(long).toHaveLength(80);
  expect(long).toMatch(/x›$/);
  await s.press('right', 'right', 'right', 'right', 'right');
  expect(s.text()).toContain('xend');
});
