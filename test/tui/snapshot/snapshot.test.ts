import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { textWidth } from '../../../src/lib/text-width.ts';
import { loadTheme } from '../../../src/theme/load-theme.ts';
import { Dashboard } from '../../../src/tui/dashboard.ts';
import { frameLines, plainFrame } from '../../../src/tui/snapshot/frame.ts';
import { plainLine } from '../../../src/tui/snapshot/sgr-runs.ts';
import { formatOf, parseSize, snapshot } from '../../../src/tui/snapshot/snapshot.ts';
import { waitUntilSeen } from '../../../src/tui/snapshot/wait-until-seen.ts';
import { type FakeCluster, fakeCluster, podRow } from '../fake-services.ts';
import { renderTest } from '../render-test.ts';

let dashboard: Dashboard;
let fake: FakeCluster;

function open(columns: number, rows: number, depth: 'none' | 'truecolor' = 'truecolor'): Dashboard {
  const theme = loadTheme({ env: {}, depth });
  const { services } = fake;
  dashboard = new Dashboard({
    services,
    theme,
    columns,
    rows,
    themeNames: [],
    loadTheme: () => theme,
    onQuit: () => undefined,
  });
  dashboard.start('pods shop');
  fake.timing.advance(100);
  return dashboard;
}

beforeEach(() => {
  fake = fakeCluster([
    podRow('shop', 'web-0', { restarts: '3' }),
    podRow('shop', '장바구니', { status: 'CrashLoopBackOff', ready: '0/1' }),
    podRow('shop', 'evil-\u001b[31m<b>&', { status: 'Pending' }),
  ]);
});

afterEach(() => dashboard.close());

describe('a view as text', () => {
  test('is the view alone, as long as it is, with no control sequence', () => {
    const text = snapshot(open(100, 20), 'text', false);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.split('\n')).toHaveLength(6);
    expect(text).toMatch(/^─ pods\(shop\)\[3\]/);
    expect(text).toContain('장바구니');
    expect(text).toContain('CrashLoopBackOff');
  });

  test.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('is, whole, the screen that Ink draws at %i×%i', async (cols, rows) => {
    const screen = await renderTest({ cols, rows, cluster: fake, kind: 'pods shop' });
    try {
      await screen.waitFor('v1.36.0');
      const frame = plainFrame(frameLines(screen.dashboard));
      expect(frame).toEqual(screen.lines().map((line) => line.trimEnd()));
      await screen.press('alt-v');
      expect(plainFrame(frameLines(screen.dashboard))).toEqual(screen.lines().map((line) => line.trimEnd()));
      dashboard = screen.dashboard;
    } finally {
      screen.close();
    }
  });
});

describe('a view as data', () => {
  test('has columns and rows as the server sent them, in the order of the screen', () => {
    const data = JSON.parse(snapshot(open(100, 20), 'json', false));
    expect(data).toMatchObject({
      kind: 'KctlView',
      version: 1,
      context: 'kind-dev',
      state: 'synced',
      address: 'kctl://kind-dev/shop/pods',
      columns: ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'],
    });
    expect(data.rows.map((row: { name: string }) => row.name)).toEqual(['evil-\u001b[31m<b>&', 'web-0', '장바구니']);
    expect(data.rows[1]).toMatchObject({ namespace: 'shop', cells: { Restarts: '3', Status: 'Running' } });
  });

  test('holds what the filter lets through', () => {
    open(100, 20).current().setFilter('web');
    fake.timing.advance(100);
    expect(JSON.parse(snapshot(dashboard, 'json', false)).rows).toHaveLength(1);
  });
});

describe('a view as a picture', () => {
  test('is an SVG on a grid: each piece says how wide it is', () => {
    const svg = snapshot(open(80, 24), 'svg', true);
    expect(svg).toMatch(/^<svg xmlns="[^"]+" width="696" height="456"/);
    expect(svg).not.toContain('\u001b');
    expect(svg).toContain('&#60;b&#62;&#38;');
    const name = /<text [^>]*textLength="([\d.]+)"[^>]*>장바구니/.exec(svg);
    expect(Number(name?.[1])).toBeCloseTo(textWidth('장바구니') * 8.4);
    // Gaps stand between pieces: a viewer would make one space of several and stretch the rest.
    expect(svg).not.toMatch(/>[^<]* {2,}[^<]*</);
    // Colours of the theme, and the same bytes for the same screen.
    expect(svg).toMatch(/fill="#[0-9a-f]{6}"/);
    expect(snapshot(dashboard, 'svg', true)).toBe(svg);
  });

  test('is a page of HTML whose text is the screen', () => {
    const html = snapshot(open(80, 24), 'html', true);
    const pre = /<pre>([\s\S]*)<\/pre>/.exec(html)![1]!;
    const text = pre
      .replace(/<[^>]+>/g, '')
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual(plainFrame(frameLines(dashboard)));
  });
});

test('lines without colour have no sequence in them', () => {
  expect(frameLines(open(80, 24, 'none')).every((line) => !/\u001b\[[\d;]*3[0-7]/.test(line))).toBe(true);
  expect(plainLine('\u001b[1;38;2;1;2;3mx\u001b[0my')).toBe('xy');
});

describe('waiting', () => {
  test('ends with the reason where the table cannot be read', async () => {
    open(80, 24);
    fake.tables.get('pods')!.error = new KctlError('api', 'pods is forbidden: User "me" cannot list');
    dashboard.switchTable({ resource: (await fake.services.cluster.discovery.resolve('pods'))! });
    fake.tables.get('pods')!.error = undefined;
    fake.timing.advance(100);
    dashboard.current().refresh();
    fake.timing.advance(100);
    await expect(waitUntilSeen(dashboard, { limitMs: 50, facts: false })).resolves.toBeUndefined();
    fake.tables.get('services') ??
      fake.services.tableSource(await fake.services.cluster.discovery.resolve('services'), {});
    fake.tables.get('services')!.error = new KctlError('api', 'services is forbidden');
    dashboard.switchTable({ resource: await fake.services.cluster.discovery.resolve('services') });
    fake.timing.advance(100);
    await expect(waitUntilSeen(dashboard, { limitMs: 5000, facts: false })).rejects.toThrow('services is forbidden');
  });

  test('ends with what did not come', async () => {
    open(80, 24);
    fake.tables.get('pods')!.state({ phase: 'connecting', since: 0 });
    fake.timing.advance(100);
    await expect(waitUntilSeen(dashboard, { limitMs: 30, facts: false })).rejects.toThrow(
      'pods (shop) did not come within 0.03 s',
    );
  });
});

test('sizes and formats are read as they are written', () => {
  expect(parseSize('120x40')).toEqual({ columns: 120, rows: 40 });
  expect(parseSize('80×24')).toEqual({ columns: 80, rows: 24 });
  for (const bad of ['', '80', '10x10', '80x9', '80xx24', '99999x40']) expect(() => parseSize(bad)).toThrow(KctlError);
  expect(['a.svg', 'b.HTM', 'c.json', 'd.txt', 'e'].map(formatOf)).toEqual(['svg', 'html', 'json', 'text', 'text']);
});
