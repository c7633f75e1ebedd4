import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { type FakeCluster, fakeCluster, podRow } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let screen: TestScreen | undefined;
beforeEach(() => speak('ko'));
afterEach(() => {
  screen?.close();
  speak('en');
});

function shop(): FakeCluster {
  return fakeCluster([
    podRow('shop', 'api-7d9f-abcde'),
    podRow('shop', '결제-0', { ready: '0/1', status: 'CrashLoopBackOff', restarts: '7 (5s ago)' }),
    podRow('shop', 'web-1\u001b[31m', { status: 'Pending' }),
  ]);
}

const sizes = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

describe.each(sizes)('Korean at %i×%i', (cols, rows) => {
  async function open(cluster = shop()): Promise<TestScreen> {
    screen = await renderTest({ cols, rows, cluster });
    return screen;
  }

  /** No line is wider than the screen, and nothing raw has got to it. */
  function holds(s: TestScreen): void {
    for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
    expect(s.text()).not.toContain('\u001b');
  }

  test('the table: header, connection, hints', async () => {
    const s = await open();
    expect(s.lines()[0]).toMatch(/^ 컨텍스트 +kind-dev.*● 연결됨$/);
    expect(s.lines().at(-1)).toContain('d 상세');
    expect(s.lines().at(-1)).toMatch(/\? 도움말$/);
    holds(s);
  });

  test('help: groups, labels, reasons, in columns that stand under each other', async () => {
    const s = await open();
    await s.press('?');
    await s.waitFor('일반');
    expect(s.text()).toMatch(/Esc +뒤로/);
    const bars = s
      .lines()
      .filter((line) => line.includes('│'))
      .map((line) => textWidth(line.slice(0, line.indexOf('│'))));
    expect(new Set(bars).size).toBe(1);
    holds(s);
  });

  test('a question: title, fields, buttons within a frame that closes', async () => {
    const s = await open();
    await s.press('ctrl-d');
    await s.waitFor('삭제할까요?');
    expect(s.text()).toMatch(/\[>취소<\] +\[ 삭제 \]/);
    const frame = s.lines().filter((line) => /[│┐┘]\s*[^│┐┘]*$/.test(line) && /[│┌└]/.test(line));
    const ends = frame.map((line) =>
      textWidth(line.slice(0, Math.max(line.lastIndexOf('│'), line.lastIndexOf('┐'), line.lastIndexOf('┘')))),
    );
    expect(new Set(ends).size).toBe(1);
    holds(s);
  });

  test('messages, empty tables, filters and titles', async () => {
    const s = await open();
    await s.press(']');
    expect(s.text()).toContain('가장 최근 화면입니다.');
    await s.press('/');
    await s.type('zzz\r');
    expect(s.text()).toContain('pods 3개 중 "zzz" 필터에 맞는 것이 없습니다.');
    await s.press('esc', 'j', 'space');
    expect(s.lines().join('\n')).toContain('1개 표시됨');
    await s.press(':');
    await s.type('podz\r');
    await s.waitFor('서버에 "podz" 종류가 없습니다');
    await s.press('d');
    expect(s.text()).toContain('상세(');
    holds(s);
  });
});

test('each language has words of its own for the same screen', async () => {
  screen = await renderTest({ cols: 80, rows: 24, cluster: shop() });
  const korean = screen.lines();
  speak('en');
  screen.dashboard.redraw();
  await screen.settle();
  expect(screen.lines()[0]).toContain('Context kind-dev');
  expect(screen.lines().at(-1)).toContain('d Describe');
  expect(korean.at(-1)).not.toMatch(/Describe|Filter|Help/);
});
