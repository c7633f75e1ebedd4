import { afterEach, describe, expect, test } from 'vitest';
import { parseMoment } from '../../../src/tui/state/moments.ts';
import { fakeCluster, podRow, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen;
afterEach(() => s?.close());

/** A pod that breaks after a minute and is gone after two. */
async function watched(cols: number, rows: number, depth: 'none' | '256' = '256') {
  const fake = fakeCluster([podRow('shop', 'web-0'), podRow('shop', '장바구니')]);
  s = await renderTest({ cols, rows, cluster: fake, kind: 'pods shop', depth });
  const pods = fake.tables.get('pods')!;
  fake.timing.advance(60_000);
  pods.change('MODIFIED', podRow('shop', 'web-0', { status: 'CrashLoopBackOff', ready: '0/1', restarts: '1' }));
  await s.settle();
  fake.timing.advance(60_000);
  pods.change('DELETED', podRow('shop', 'web-0'));
  await s.settle();
  // Until the cursor has left the place where it was.
  fake.timing.advance(500);
  await s.settle();
  return { fake, pods };
}

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
])('the past at %i×%i', (cols, rows) => {
  test('is stepped through with < and >, says that it is the past, and = is live', async () => {
    const { pods } = await watched(cols, rows, cols === 80 ? 'none' : '256');
    expect(s.text()).not.toContain('web-0');
    await s.press('<');
    expect(s.text()).toMatch(/web-0 +0\/1 +CrashLoopBackOff/);
    // Header, title and status line all say it.
    expect(s.lines()[0]).toContain('◀ PAST');
    expect(s.text()).toMatch(/pods\(shop\)\[2\].*as of \d\d:\d\d:\d\d · 1 changes since/);
    expect(s.text()).toMatch(/! This is \d\d:\d\d:\d\d, 6\ds ago\. < > step, = is live/);
    await s.press('<');
    expect(s.text()).toMatch(/web-0 +1\/1 +Running/);
    // Ages are counted to that moment, not to now.
    expect(s.text()).toMatch(/web-0 +1\/1 +Running .*60m/);
    await s.press('<');
    expect(s.text()).toContain('Nothing earlier is known');
    pods.change('ADDED', podRow('shop', 'new-0'));
    await s.settle();
    expect(s.text()).not.toContain('new-0');
    await s.press('>', '>', '>');
    expect(s.text()).toContain('new-0');
    await s.press('>');
    expect(s.lines()[0]).toContain('● live');
    await s.press('<', '=');
    expect(s.lines()[0]).toContain('● live');
    expect(s.text()).toContain('new-0');
    expect(s.text()).not.toContain('as of');
  });
});

test('what changes the cluster is refused while the past is shown', async () => {
  const { fake } = await watched(120, 40);
  await s.press('<', 'ctrl-d');
  expect(s.text()).toContain('the screen shows the past');
  expect(fake.commands).toEqual([]);
  await s.press('=', 'ctrl-d');
  expect(s.text()).toContain('Delete');
});

test(':@-90s goes there, :@live back, and both panes are at one moment', async () => {
  await watched(120, 40);
  await s.press('alt-v', ':');
  await s.type('@-90s\r');
  await s.settle();
  const [left, right] = s.text().match(/pods\(shop\)\[\d+\][^│]*/g)!;
  expect(left).toContain('as of');
  // The second pane was opened just now.
  expect(right).toContain('known only since');
  await s.press(':');
  await s.type('@live\r');
  await s.settle();
  expect(s.lines()[0]).toContain('● live');
  await s.press(':');
  await s.type('@25:99\r');
  await s.settle();
  expect(s.text()).toContain('"25:99" is no time');
});

test(':past says what is kept', async () => {
  await watched(120, 40);
  await s.press(':');
  await s.type('past\r');
  await s.settle();
  expect(s.text()).toMatch(/Kept since \d\d:\d\d:\d\d \(2m\d*s?\): 2 changes, \d+B of 8\.39MB/);
});

test('moments are read as people say them', () => {
  const now = new Date(2026, 10, 21, 14, 10, 0).getTime();
  const clock = (...parts: [number, number, number]) => new Date(2026, 10, 21, ...parts, 999).getTime();
  expect(parseMoment('@14:03', now)).toBe(clock(14, 3, 0));
  expect(parseMoment('9:03:22', now)).toBe(clock(9, 3, 22));
  expect(parseMoment('@23:59', now)).toBe(clock(23, 59, 0) - 86_400_000);
  expect(parseMoment('@-1h30m', now)).toBe(now - 5_400_000);
  expect(parseMoment('2026-11-21T12:00:00Z', now)).toBe(start);
  expect(parseMoment('@live', now)).toBeUndefined();
  for (const bad of ['x', '24:00', '-5x', '14']) expect(() => parseMoment(bad, now)).toThrow('is no time');
});
