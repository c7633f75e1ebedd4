import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { plainTheme } from '../../../src/theme/theme.ts';
import { Dashboard } from '../../../src/tui/dashboard.ts';
import { LineMode } from '../../../src/tui/line-mode/line-mode.ts';
import { tapServices } from '../../../src/tui/replay/tap-services.ts';
import { Tape } from '../../../src/tui/replay/tape.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { changes, type FakeCluster, fakeCluster, podRow, putObject } from '../fake-services.ts';

let dashboard: Dashboard;
let mode: LineMode;
let fake: FakeCluster;
let out = '';

afterEach(() => {
  mode.close();
  dashboard.close();
  speak('en');
});

/** Lets stores flush, loads end, and what has changed be told. */
async function settle(ms = 3000): Promise<void> {
  for (let round = 0; round < 5; round++) {
    fake.timing.advance(ms / 5);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What is said after a line. */
async function say(line: string): Promise<string> {
  out = '';
  mode.take(line);
  await settle();
  return out;
}

/** Waits for what comes when code has been loaded for it. */
async function told(text: string): Promise<void> {
  for (let round = 0; round < 200 && !out.includes(text); round++) await settle(100);
  expect(out).toContain(text);
}

async function open(
  rows = [podRow('shop', 'web-0'), podRow('shop', 'web-1', { restarts: '2' })],
  tapped: (services: FakeCluster['services']) => FakeCluster['services'] = (services) => services,
): Promise<string> {
  fake = fakeCluster(rows);
  dashboard = new Dashboard({
    services: tapped(fake.services),
    theme: plainTheme,
    columns: 120,
    rows: 40,
    themeNames: [],
    loadTheme: () => plainTheme,
    onQuit: () => {
      out += '(quit)';
    },
  });
  out = '';
  mode = new LineMode(dashboard, (text) => {
    out += text;
  });
  dashboard.start('pods shop');
  mode.start();
  await settle();
  return out;
}

describe('a view by lines', () => {
  test('is read as sentences, without frames and sequences', async () => {
    const text = await open();
    expect(text).toBe(
      [
        'kctl, context kind-dev. Type help for what lines do.',
        'pods, shop, 2 rows.',
        '1 of 2. web-0. Ready 1/1, Status Running, Restarts 0, Age 60m.',
        '2 of 2. web-1. Ready 1/1, Status Running, Restarts 2, Age 60m.',
        '',
      ].join('\n'),
    );
  });

  test('is read a page at a time', async () => {
    const text = await open(Array.from({ length: 45 }, (_, index) => podRow('shop', `web-${index}`)));
    expect(text.match(/of 45\./g)).toHaveLength(20);
    expect(text).toContain('25 more: type more.');
    expect(await say('more')).toContain('21 of 45. web-20.');
    expect(await say('more')).not.toContain('type more');
    expect(await say('more')).toBe('That is all.\n');
    expect(await say('read')).toContain('1 of 45. web-0.');
  });

  test('hides control sequences and frames of a cluster', async () => {
    const text = await open([podRow('shop', 'evil\u001b[2Jx', { status: '│ bad \u0007' })]);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text).toContain('evil');
  });
});

describe('changes', () => {
  test('are one sentence, whatever their number', async () => {
    await open(Array.from({ length: 9 }, (_, index) => podRow('shop', `web-${index}`)));
    out = '';
    const pods = fake.tables.get('pods')!;
    pods.change('MODIFIED', podRow('shop', 'web-1', { status: 'CrashLoopBackOff', ready: '0/1' }));
    await settle();
    expect(out).toBe('web-1 now CrashLoopBackOff, Ready 0/1.\n');
    out = '';
    for (let index = 0; index < 8; index++) pods.change('DELETED', podRow('shop', `web-${index}`));
    pods.change('ADDED', podRow('shop', '장바구니', { status: 'Pending' }));
    await settle();
    expect(out).toBe('9 pods changed: 장바구니 is new, Pending; web-0 is gone; web-1 is gone; and 6 more.\n');
  });

  test('of nothing but time are not told, and nothing runs then', async () => {
    await open();
    out = '';
    fake.tables.get('pods')!.change('MODIFIED', podRow('shop', 'web-0', { ageSeconds: 3700 }));
    await settle(60_000);
    expect(out).toBe('');
  });

  test('of the connection are told once, with the reason', async () => {
    await open();
    out = '';
    const error = new KctlError('connection', 'the server was refused');
    fake.tables.get('pods')!.state({ phase: 'stale', since: fake.timing.now(), error });
    await settle();
    expect(out).toMatch(/^Connection: reconnecting, as of \ds ago\. the server was refused\.\n$/);
    out = '';
    fake.tables.get('pods')!.state({ phase: 'synced', since: fake.timing.now() });
    await settle();
    expect(out).toBe('Connection: live.\n');
  });
});

describe('lines', () => {
  test('go to rows, read them, filter, and go to views', async () => {
    await open();
    expect(await say('2')).toContain('2 of 2. web-1.');
    expect(await say('')).toContain('2 of 2. web-1.');
    expect(await say('7')).toBe('There are 2 rows.\n');
    expect(await say('k')).toContain('1 of 2. web-0.');
    expect(await say('/web-1')).toMatch(/pods, shop, 1\/2 rows, filter web-1\.\n1 of 1\. web-1/);
    expect(await say('/')).toContain('2 rows.');
    expect(await say('d')).toMatch(/^describe, pods shop\/web-.*Name:/s);
    expect(await say('esc')).toContain('pods, shop, 2 rows.');
    expect(await say(':deploy')).toContain('deployments.apps, shop');
    expect(await say(':nonsense')).toContain('Error: ');
    expect(await say('nonsense')).toContain('nonsense is no key');
    expect(await say('keys')).toContain('ctrl-d');
    expect(await say('quit')).toBe('(quit)');
  });

  test('answer questions: fields first, and yes', async () => {
    await open();
    putObject(fake, 'pods', podRow('shop', 'web-0').object);
    const asked = await say('ctrl-d');
    expect(asked).toContain('Delete');
    let last = asked;
    for (let round = 0; round < 5 && !last.includes('Type yes'); round++) last = await say('');
    expect(last).toContain('Type yes for');
    expect(await say('no')).toBe('');
    expect(changes(fake)).toEqual([]);
    last = await say('ctrl-d');
    for (let round = 0; round < 5 && !last.includes('Type yes'); round++) last = await say('');
    expect(await say('yes')).toContain('Deleted');
  });

  test('choose from lists by number, after a search', async () => {
    await open();
    expect(await say('ctrl-p')).toMatch(/to choose from\.\n1\. /);
    expect(await say('namespaces kind')).toContain('1. namespaces');
    expect(await say('1')).toContain('namespaces');
  });

  test('go through the past', async () => {
    await open();
    fake.tables.get('pods')!.change('DELETED', podRow('shop', 'web-0'));
    await settle();
    expect(await say('<')).toMatch(/This is the past: \d\d:\d\d:\d\d\..*web-0 is new, Running\./s);
    expect(await say('=')).toMatch(/Live again\..*web-0 is gone\./s);
  });
});

describe('a recording', () => {
  test('has what lines stand for, as the keys of a screen', async () => {
    await open();
    const heard: string[] = [];
    const recorded = new LineMode(
      dashboard,
      () => undefined,
      (event) => heard.push(event.type === 'paste' ? `"${event.text}"` : event.type === 'key' ? event.id : ''),
    );
    recorded.start();
    for (const line of [':deploy', '/web', 'd', 'shift-n', 'N', '']) recorded.take(line);
    recorded.close();
    expect(heard).toEqual([':', '"deploy"', 'enter', '/', '"web"', 'enter', 'd', 'shift-n', 'shift-n']);
  });

  test('keeps answers to questions to itself', async () => {
    await open();
    const heard: unknown[] = [];
    const recorded = new LineMode(
      dashboard,
      () => undefined,
      (event) => heard.push(event),
    );
    recorded.start();
    await say('ctrl-d');
    recorded.take('my secret');
    recorded.close();
    expect(heard).toEqual([]);
  });

  test('is named where one asks where one is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-lines-'));
    try {
      await open(undefined, (services) => tapServices(services, new Tape()));
      const file = join(folder, 'a.jsonl');
      await say(`:record ${file}`);
      await told(`Recording to ${file}, redacted.`);
      expect(await say('where')).toContain(`Recording to ${file}, redacted.`);
      fake.tables.get('pods')!.change('ADDED', podRow('shop', 'web-9'));
      await say(':record stop');
      await told('Recorded to');
      expect(await say('where')).not.toContain('Recording');
      expect(readFileSync(file, 'utf8')).toContain('web-9');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('in Korean, help, rows, changes and questions are Korean', async () => {
  speak('ko');
  const text = await open();
  expect(text).toContain('pods, shop, 2행.');
  const help = await say('help');
  expect(help.split('\n').filter(Boolean)).toHaveLength(6);
  for (const line of help.split('\n').filter(Boolean)) expect(line).toMatch(/[가-힣]/);
  expect(await say('d')).toMatch(/^상세, pods shop/);
  await say('esc');
  expect(await say('ctrl-d')).toContain('삭제할까요?');
  expect(await say('esc')).toBe('');
  fake.tables.get('pods')!.change('DELETED', podRow('shop', 'web-0'));
  out = '';
  await settle();
  expect(out).toBe('web-0 사라짐.\n');
});
