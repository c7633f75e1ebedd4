import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiStatusError } from '../../src/api/status.ts';
import { type FakeLogs, fakeLogs, logPod, putWorkload, stamp } from './fake-logs.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

async function open(
  fake: FakeLogs,
  {
    cols = 120,
    rows = 40,
    line = 'logs web-*',
    depth,
    waits = 'Nothing has been logged yet',
  }: { cols?: number; rows?: number; line?: string; depth?: 'none'; waits?: string } = {},
): Promise<TestScreen> {
  screen = await renderTest({ cols, rows, cluster: fake, ...(depth && { depth }) });
  await screen.press(':');
  await screen.type(`${line}\r`);
  await screen.waitFor(waits);
  return screen;
}

/** Writes, and waits until lines have gone their way. */
async function write(fake: FakeLogs, s: TestScreen, ...args: Parameters<FakeLogs['write']>): Promise<void> {
  fake.write(...args);
  for (let round = 0; round < 3; round++) await s.settle();
}

const two = () => fakeLogs([logPod('web-1'), logPod('web-2')]);
const one = () => fakeLogs([logPod('web-1')]);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);
/** What stands between title and trail. */
const body = (s: TestScreen) => {
  const lines = s.lines();
  const title = lines.findIndex((line) => /^[─▶] logs/.test(line));
  return lines.slice(title + 1, -2).filter((line) => line !== '');
};
const title = (s: TestScreen) => s.lines().find((line) => /^[─▶] logs/.test(line))!;

test('lines of many pods stand in order of time, each with its pod', async () => {
  const fake = two();
  const s = await open(fake);
  fake.write('web-2', ['second', 'third'], { second: 2 });
  await write(fake, s, 'web-1', ['first'], { second: 1 });
  expect(body(s)).toEqual(['  web-1 │ first', '  web-2 │ second', '  web-2 │ third']);
  expect(title(s)).toContain('logs(shop/web-*)[3]');
  expect(title(s)).toContain('autoscroll · 2 logs · tail 1000');
});

test('logs that were opened late are put in their places', async () => {
  const fake = two();
  fake.logs.set('web-1/main', `${stamp(5)} late\n`);
  const s = await open(fake).catch(() => screen!);
  await s.waitFor('late');
  await write(fake, s, 'web-2', ['early'], { second: 1 });
  fake.timing.advance(2000);
  await s.settle();
  expect(body(s)).toEqual(['  web-2 │ early', '  web-1 │ late']);
});

test('a workload, marked rows and a label selector lead to logs of all their pods', async () => {
  const fake = two();
  putWorkload(fake, 'web');
  const s = await open(fake, { line: 'logs deploy/web' });
  expect(title(s)).toContain('logs(shop/deploy/web)');
  expect(fake.asked.map(({ pod, tailLines }) => [pod, tailLines])).toEqual([
    ['web-1', 1000],
    ['web-2', 1000],
  ]);
  await s.press('esc', 'space', 'down', 'space', 'l');
  await s.waitFor('logs(shop/web-1 web-2)');
  await s.press('esc', ':');
  await s.type('logs app=web -c main\r');
  await s.waitFor('logs(shop/app=web:main)');
});

describe('what part of the past is read', () => {
  test.each([
    ['2', 60],
    ['3', 300],
    ['4', 900],
    ['5', 1800],
    ['6', 3600],
  ])('%s: since %i seconds ago', async (key, seconds) => {
    const fake = one();
    const s = await open(fake);
    const before = fake.timing.now();
    await s.press(key);
    const asked = Date.parse(fake.asked.at(-1)!.sinceTime!);
    expect(asked).toBeGreaterThanOrEqual(before - seconds * 1000);
    expect(asked).toBeLessThan(before - seconds * 1000 + 1000);
    await s.press('0');
    expect(fake.asked.at(-1)).toMatchObject({ tailLines: 1000 });
  });

  test('1: from the first line on, and the beginning does not fall out', async () => {
    const fake = one();
    const s = await open(fake);
    await s.press('1');
    expect(fake.asked.at(-1)!.tailLines).toBeUndefined();
    await write(fake, s, 'web-1', numbered(100));
    expect(body(s)[0]).toBe('  line 0');
    expect(title(s)).toMatch(/\d+ below .*head/);
  });

  test('p: the instance before the last restart, which is read once', async () => {
    const pod = logPod('web-1');
    pod['status'].containerStatuses[0].restartCount = 2;
    const fake = fakeLogs([pod]);
    const s = await open(fake);
    fake.logs.set('web-1/main', `${stamp(0)} the last words\n`);
    await s.press('p');
    await s.waitFor('the last words');
    expect(fake.asked.at(-1)).toMatchObject({ previous: true, follow: false });
    expect(title(s)).toContain('ended · previous');
  });

  test('p says where there is no such instance', async () => {
    const s = await open(one());
    await s.press('p');
    await s.waitFor('No container here has a log of an instance before the last restart.');
  });
});

test('s: without autoscroll the screen stands, lines go on coming, and scrolling works', async () => {
  const fake = one();
  const s = await open(fake, { rows: 24 });
  await write(fake, s, 'web-1', numbered(50));
  expect(body(s).at(-1)).toBe('  line 49');
  await s.press('s');
  await write(fake, s, 'web-1', ['new'], { second: 60 });
  expect(body(s).at(-1)).toBe('  line 49');
  expect(title(s)).toContain('[51]');
  expect(title(s)).toContain('1 below');
  await s.press('up', 'up');
  expect(body(s).at(-1)).toBe('  line 47');
  await s.press('s');
  expect(body(s).at(-1)).toBe('  new');
  await s.press('k');
  expect(body(s).at(-1)).toBe('  line 49');
  await s.press('g');
  expect(body(s)[0]).toBe('  line 0');
  await s.press('shift-g');
  expect(title(s)).toContain('autoscroll');
});

test('t, w: times, and long lines broken with the margin kept', async () => {
  const fake = two();
  const s = await open(fake, { cols: 80, rows: 24 });
  await write(fake, s, 'web-1', [`${'a'.repeat(70)} end`]);
  expect(body(s)[0]).toBe(`  web-1 │ ${'a'.repeat(70)}`);
  await s.press('w');
  expect(body(s)).toEqual([`  web-1 │ ${'a'.repeat(70)}`, '        │  end']);
  await s.press('t');
  expect(body(s)[0]).toContain('web-1 │ 2026-11-21T12:00:00.000Z aaa');
  expect(title(s)).toContain('wrap · timestamps');
});

test('the next logs are shown as these were', async () => {
  const fake = one();
  const s = await open(fake);
  await s.press('w', 't', 'esc', 'l');
  await s.waitFor('logs(shop/web-1)');
  expect(title(s)).toContain('wrap · timestamps');
});

test('right scrolls sideways; autoscroll brings the first column back unless columns are locked', async () => {
  const fake = one();
  const s = await open(fake, { cols: 80, rows: 24 });
  await write(fake, s, 'web-1', ['0123456789abcdef']);
  await s.press('right');
  expect(body(s)[0]).toBe('  89abcdef');
  await s.press('shift-g');
  expect(body(s)[0]).toBe('  0123456789abcdef');
  await s.press('shift-l', 'right', 'shift-g');
  expect(body(s)[0]).toBe('  89abcdef');
  expect(title(s)).toContain('column lock');
});

test('a filter hides over all that is kept, a search keeps what is around; both at once', async () => {
  const fake = one();
  const s = await open(fake, { rows: 24 });
  await write(
    fake,
    s,
    'web-1',
    Array.from({ length: 400 }, (_, index) => `${index % 2 ? 'odd' : 'even'} ${index}`),
  );
  await s.press('/');
  await s.type('odd //1$\r');
  expect(title(s)).toContain('[200/400] /odd //1$ (40)');
  expect(body(s).every((line) => line.includes('odd'))).toBe(true);
  expect(body(s)).toContain('  odd 397');
  await s.press('n');
  expect(title(s)).toContain('(40/40)');
  expect(body(s)).toContain('> odd 391');
  await s.press('shift-n');
  expect(body(s)).toContain('> odd 381');
  await s.press('n', 'n');
  expect(title(s)).toContain('(1/40)');
  expect(body(s)).toContain('> odd 1');
  await write(fake, s, 'web-1', ['odd new 1', 'even new'], { second: 500 });
  expect(title(s)).toContain('[201/402] /odd //1$ (1/41)');
  await s.press('esc');
  expect(title(s)).toContain('[402] ──');
});

test.each([
  ['!even', ['odd 1', 'odd 3']],
  ['-f o3', ['odd 3']],
  ['"d 1"', ['odd 1']],
  ['odd 3', ['odd 3']],
  ['(', ['a ( b']],
])('filter %s', async (filter, shown) => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', filter === '(' ? ['x', 'a ( b'] : ['even 0', 'odd 1', 'even 2', 'odd 3']);
  await s.press('/');
  await s.type(`${filter}\r`);
  expect(body(s).map((line) => line.trim())).toEqual(shown);
});

const data = [
  '{"time":"2026-11-21T12:00:00Z","level":"info","msg":"fine","status":200,"user":{"id":7}}',
  'level=error msg="it broke" status=503 took=1.5s',
  '  at Object.run (app.js:1)',
  'plain text status=503',
];

test('JSON and logfmt as fields: chosen ones, levels, conditions on fields', async () => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', data);
  expect(body(s)[0]).toContain('{"time"');
  await s.press('shift-j');
  expect(body(s)[0]).toBe('  2026-11-21T12:00:00Z INFO  fine status=200 user={"id":7}');
  expect(body(s)[1]).toBe('x ERROR it broke status=503 took=1.5s');
  await s.press('/');
  await s.type('status>=500\r');
  expect(body(s)).toEqual(['x ERROR it broke status=503 took=1.5s', '  plain text status=503']);
  await s.press('/', 'ctrl-u');
  await s.type('status=503\r');
  expect(body(s)).toHaveLength(2);
  await s.press('/', 'ctrl-u');
  await s.type('took>1200ms\r');
  expect(body(s)).toHaveLength(1);
  await s.press('/', 'ctrl-u');
  await s.type('user.id=7\r');
  expect(body(s)).toEqual(['  2026-11-21T12:00:00Z INFO  fine status=200 user={"id":7}']);
  await s.press('esc', 'shift-k');
  await s.type('status');
  await s.press('space', 'enter');
  expect(body(s)).toEqual(['  200', 'x 503', '    at Object.run (app.js:1)', '  plain text status=503']);
});

test('pairs behind a sentence are fields too, and each pod’s only container goes without saying', async () => {
  const fake = fakeLogs([logPod('web-1', ['app']), logPod('web-2', ['proxy'])]);
  const s = await open(fake);
  const lines = ['GET / status=200 took=3ms', 'GET /x status=503 took="1.5s"', 'no status here'];
  await write(fake, s, 'web-2', lines, { container: 'proxy' });
  await s.press('/');
  await s.type('status>=500 took>1s\r');
  expect(body(s)).toEqual(['  web-2 │ GET /x status=503 took="1.5s"']);
  await s.press('/', 'ctrl-u');
  await s.type('status!=503\r');
  expect(body(s)).toHaveLength(2);
});

test('l: lines below a level are hidden, and a stack goes with its error', async () => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', data);
  await s.press('l', 'l', 'l');
  expect(title(s)).toContain('/level>=error');
  expect(body(s)).toHaveLength(3);
  expect(body(s)[0]).toContain('it broke');
  await s.press('l', 'l');
  expect(title(s)).not.toContain('level');
});

test('Enter shows a line alone, as YAML or JSON, and turns the pages', async () => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', data);
  await s.press('enter');
  await s.waitFor('plain text status=503');
  await s.press('[', '[');
  await s.waitFor('it broke');
  await s.press('[');
  await s.waitFor('msg: fine');
  expect(s.text()).toContain('  id: 7');
  expect(s.text()).toContain('# 1 of 4');
  await s.press('shift-j');
  await s.waitFor('"msg": "fine"');
  await s.press('[');
  await s.waitFor('This is the first line.');
  await s.press('esc');
  await s.waitFor('logs(shop/web-*)');
  expect(body(s)[0]).toMatch(/^> \{"time"/);
});

test('m, shift-c, space: a mark, an empty screen, and a pause in which nothing is lost', async () => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', ['before']);
  await s.press('m');
  await write(fake, s, 'web-1', ['after'], { second: 9 });
  expect(body(s)[1]).toMatch(/^── 2026-11-21T12:00:0\dZ ─+$/);
  expect(body(s)[2]).toBe('  after');
  await s.press('shift-c');
  await s.waitFor('Nothing has been logged yet.');
  await s.press('space');
  expect(title(s)).toContain('paused: nothing is read');
  await write(fake, s, 'web-1', numbered(9000), { second: 20 });
  const held = Number(/\[([\d,]+)\]/.exec(title(s))![1]!.replace(',', ''));
  expect(held).toBeLessThan(9000);
  await s.press('space');
  await s.waitFor('[9,000]');
  expect(body(s).at(-1)).toBe('  line 8999');
});

test('c, ctrl-s: what is shown goes to the clipboard or into a file of one’s own', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kctl-logs-'));
  try {
    const fake = two();
    fake.services.env['KCTL_HOME'] = home;
    const s = await open(fake);
    const copied = vi.spyOn(s.dashboard, 'copy');
    fake.write('web-2', ['other'], { second: 1 });
    await write(fake, s, 'web-1', ['\u001b[31mred\u001b[0m \u0007', 'plain']);
    await s.press('/');
    await s.type('!plain\r');
    await s.press('c');
    expect(copied).toHaveBeenCalledWith('[web-1/main] red \\x07\n[web-2/main] other');
    await s.waitFor('Copied 2 lines');
    await s.press('ctrl-s');
    await s.waitFor(/Saved 2 lines in/);
    const path = /Saved 2 lines in (\S+?\.log)/.exec(
      s
        .lines()
        .map((line) => line.trim())
        .join(''),
    )![1]!;
    expect(path.startsWith(home)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe(
      `[web-1/main] ${stamp(0)} \u001b[31mred\u001b[0m \u0007\n[web-2/main] ${stamp(1)} other\n`,
    );
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('c says what a clipboard does not take', async () => {
  const fake = one();
  const s = await open(fake);
  const copied = vi.spyOn(s.dashboard, 'copy');
  await write(fake, s, 'web-1', numbered(20_000));
  await s.waitFor('[20,000]');
  await s.press('c');
  const text = copied.mock.calls[0]![0];
  expect(text.length).toBeLessThan(75_000);
  expect(text.endsWith('line 19999')).toBe(true);
  await s.waitFor(/Copied the last \d+ of 20000 lines/);
});

test('a, tab, shift-tab: containers and pods to choose from', async () => {
  const fake = fakeLogs([logPod('web-1', ['main', 'side'], ['setup']), logPod('web-2', ['main', 'side'], ['setup'])]);
  const s = await open(fake);
  expect(fake.asked.map(({ container }) => container)).toEqual(['main', 'main']);
  await s.press('a');
  await s.waitFor('all containers');
  expect(fake.asked.slice(2).map(({ container }) => container)).toEqual(['main', 'side', 'main', 'side']);
  await write(fake, s, 'web-1', ['hello'], { container: 'side' });
  expect(body(s)).toEqual(['  web-1 side  │ hello']);
  await s.press('tab');
  await s.waitFor('Containers');
  expect(s.text()).toContain('setup');
  await s.press('esc', 'a');
  await write(fake, s, 'web-1', ['from 1']);
  await write(fake, s, 'web-2', ['from 2'], { second: 2 });
  expect(body(s)).toHaveLength(2);
  await s.press('shift-tab', 'space', 'enter');
  expect(body(s)).toEqual(['  web-2 │ from 2']);
  expect(title(s)).toContain('1 pods hidden');
});

test('f: the view alone, without signs before lines; leaving it brings the header back', async () => {
  const fake = one();
  const s = await open(fake);
  await write(fake, s, 'web-1', ['hello']);
  expect(s.text()).toContain('Context');
  await s.press('f');
  expect(s.text()).not.toContain('Context');
  expect(body(s)).toEqual(['hello']);
  await s.press('esc');
  expect(s.text()).toContain('Context');
});

test('what fell out of memory is said', async () => {
  const fake = one();
  const s = await open(fake);
  const model = s.dashboard.current() as unknown as { ring: { push(entry: object): void } };
  for (let index = 0; index < 200_010; index++) {
    model.ring.push({ key: '', size: 6, text: `line ${index}`, level: -1, stamp: '' });
  }
  s.dashboard.current().move('bottom');
  await s.settle();
  expect(title(s)).toContain('[200,000]');
  expect(title(s)).toContain('10 older lines fell out');
});

test('has an address, and a bookmark, that lead here again', async () => {
  const fake = two();
  const s = await open(fake, { line: 'logs web-* -c main --since 5m level>=warn /time //out' });
  const copied = vi.spyOn(s.dashboard, 'copy');
  await s.press('w', 'shift-j', ':');
  await s.type('address\r');
  const [address] = copied.mock.calls[0]!;
  expect(address).toBe(
    'kctl://kind-dev/shop/logs?of=web-*+-n+shop+-c+main+--since+300s&filter=level%3E%3Dwarn+time+%2F%2Fout&show=wrap%2Cfields',
  );
  await s.press(':');
  await s.type('bookmark slow\r');
  await s.press('esc', 'esc', ':');
  await s.type('bookmark slow\r');
  await s.waitFor('logs(shop/web-*:main)[0/0] /level>=warn time //out (0)');
  expect(title(s)).toMatch(/last 5 min · fields · wrap/);
});

test('the line of :logs takes labels in quotes, and conditions without a slash', async () => {
  const s = await open(two(), { line: 'logs -l "app in (web, api)" level>=warn took>1s' });
  expect(title(s)).toContain('logs(shop/app in (web, api))[0/0] /level>=warn took>1s');
});

test.each([
  ['logs', 'whose logs?'],
  ['logs nothing/web', 'the server doesn\'t have a resource type "nothing"'],
  ['logs web-1 --tail many', '"many" is no number of lines'],
  ['logs web-1 --oops', ':logs does not know --oops'],
  ['logs web-1 @nowhere', 'no context exists with the name: "nowhere"'],
])(':%s says what is wrong', async (line, wrong) => {
  screen = await renderTest({ cols: 120, rows: 30, cluster: two() });
  await screen.press(':');
  await screen.type(`${line}\r`);
  await screen.waitFor(wrong);
});

test('logs of several contexts stand together, each with its own', async () => {
  const fake = two();
  const there = fakeLogs([logPod('web-1')]);
  const closed = vi.fn();
  const cluster = { ...there.services.cluster, contextName: 'prod' };
  const transport = { ...cluster.transport, close: closed };
  fake.services.openContext = async () => ({
    ...there.services,
    timing: fake.timing,
    cluster: { ...cluster, transport },
  });
  const s = await open(fake, { line: 'logs web-1 @kind-dev @prod' });
  there.write('web-1', ['there'], { second: 1 });
  await write(fake, s, 'web-1', ['here'], { second: 2 });
  expect(body(s)).toEqual(['  prod/web-1     │ there', '  kind-dev/web-1 │ here']);
  await s.press('esc');
  expect(closed).toHaveBeenCalledOnce();
});

test('the filter line and help tell what logs can be filtered by', async () => {
  const s = await open(two(), { cols: 200, rows: 50 });
  await s.press('/');
  expect(s.text()).toContain('"two words" · level>=warn · status>=500');
  await s.press('esc', '?');
  await s.waitFor(/Shift-F +Find/);
  while (!s.text().includes('level>=warn')) await s.press('pagedown');
  await s.press('esc', 'shift-f');
  await s.type('retry\r');
  expect(title(s)).toContain('//retry (0)');
  expect(s.text()).toContain('Nothing has been logged yet');
});

test('a click on a line chooses it, and its pod is what actions are about', async () => {
  const fake = two();
  const s = await open(fake);
  fake.write('web-1', ['from 1'], { second: 1 });
  await write(fake, s, 'web-2', ['from 2'], { second: 2 });
  const y = s.lines().findIndex((line) => line.includes('from 2')) + 1;
  await s.type(`\u001b[<0;20;${y}M\u001b[<0;20;${y}m`);
  expect(body(s)[1]).toBe('> web-2 │ from 2');
  await s.press('d');
  await s.waitFor(/Name: +web-2/);
});

test('who may not read pods, or a log, is told so', async () => {
  const fake = two();
  const error = new ApiStatusError({
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    ...{ code: 403, reason: 'Forbidden', message: 'pods is forbidden' },
  });
  const { objectSource, logs } = fake.services;
  fake.services.logs = async (request) => {
    if (request.pod === 'web-2') throw error;
    return await logs(request);
  };
  const s = await open(fake, { line: 'logs web-*', waits: 'web-2 main: pods is forbidden' });
  await write(fake, s, 'web-1', ['fine'], { second: 1 });
  expect(s.text()).toContain('web-1 │ fine');
  fake.services.objectSource = (...args) => ({
    ...objectSource(...args),
    start: (sink) => sink.state({ phase: 'failed', since: 0, error }),
  });
  await s.press('ctrl-r');
  await s.waitFor('x pods is forbidden');
  await s.waitFor('Ask for the right to do this');
  expect(title(s)).toContain('failed');
});

describe('whatever programs and names hold', () => {
  const hostile = '\u001b[2J\u001b]0;owned\u0007\u202eright to left\r';

  test.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('is drawn within %i × %i', async (cols, rows) => {
    const fake = fakeLogs([logPod('web-웹서버-긴이름이지요'), logPod('web-\u001b[31mred')]);
    const s = await open(fake, { cols, rows });
    await write(fake, s, 'web-웹서버-긴이름이지요', ['안녕하세요 👩‍💻 '.repeat(20), hostile]);
    await write(fake, s, 'web-\u001b[31mred', ['tab\tand\u0000nul'], { second: 3 });
    for (const line of s.lines()) expect([...line].some((char) => char < ' ')).toBe(false);
    const [korean, attack, tab] = body(s);
    expect(korean).toContain('안녕하세요 👩‍💻');
    expect(attack).toContain('^[[2J^[]0;owned\\x07\\u202eright to left');
    expect(tab).toMatch(/\^\[\[31mred *│ tab {4}and\\x00nul/);
    // The margin lines up, whatever is in it.
    await s.press('w');
    const margins = body(s).map((line) => columnOf(line));
    expect(new Set(margins).size).toBe(1);
  });

  test('and says the same without colours', async () => {
    const fake = one();
    const s = await open(fake, { depth: 'none' });
    await write(fake, s, 'web-1', ['ERROR it broke', 'WARN slow', 'INFO fine']);
    expect(body(s)).toEqual(['x ERROR it broke', '! WARN slow', '  INFO fine']);
  });
});

/** The column of the line between margin and text. */
function columnOf(line: string): number {
  const before = line.slice(0, line.indexOf('│'));
  return [...before].reduce((sum, char) => sum + (/[가-힣]/.test(char) ? 2 : 1), 0);
}
