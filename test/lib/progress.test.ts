import { PassThrough, Writable } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { IoStreams } from '../../src/lib/io.ts';
import { TerminalProgress } from '../../src/lib/progress.ts';
// Loaded with the first line; here before the clock stands still.
import '../../src/lib/progress-line.ts';

// One line on a terminal while nothing else is to be seen.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Both outputs on one screen, which shows what a user would see. */
function onScreen(options: { env?: IoStreams['env']; columns?: number; stdout?: Writable } = {}) {
  const columns = options.columns ?? 60;
  const screen = new Terminal({ cols: columns, rows: 6, allowProposedApi: true });
  // What the screen draws later, it draws by timers, which stand still here.
  const { _core: core } = screen as unknown as { _core: { writeSync(text: string): void } };
  const draw = (text: string) => core.writeSync(text);
  const written: string[] = [];
  const tty = () => {
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        draw(chunk.toString().replaceAll('\n', '\r\n'));
        done();
      },
    });
    return Object.assign(stream, { isTTY: true, columns, rows: 6 });
  };
  const io: IoStreams = {
    stdin: new PassThrough(),
    stdout: options.stdout ?? tty(),
    stderr: tty(),
    env: options.env ?? { LANG: 'C.UTF-8' },
    cwd: '/',
  };
  const progress = new TerminalProgress(io);
  progress.open();
  const lines = () => {
    const { active } = screen.buffer;
    const all = Array.from(
      { length: screen.rows },
      (_, row) => active.getLine(row)?.translateToString(true).trimEnd() ?? '',
    );
    return all.filter((line) => line !== '');
  };
  const pass = async (milliseconds: number) => {
    await vi.advanceTimersByTimeAsync(milliseconds);
    await new Promise((done) => setImmediate(done));
  };
  return { io, progress, lines, pass, screen, written };
}

test('after half a second it says what is waited for and since when, and it is gone at the end', async () => {
  const { progress, lines, pass } = onScreen();
  const end = progress.begin(() => 'waiting for 10.0.0.1:6443: pods');
  await pass(499);
  expect(lines()).toEqual([]);
  await pass(2);
  expect(lines()).toEqual([expect.stringMatching(/^⠋ waiting for 10\.0\.0\.1:6443: pods … 0\.5 s$/)]);
  await pass(700);
  expect(lines()).toEqual([expect.stringMatching(/^. waiting for 10\.0\.0\.1:6443: pods … 1\.[12] s$/)]);
  end();
  expect(lines()).toEqual([]);
  progress.close();
});

test('requests that follow one another are one wait', async () => {
  const { progress, lines, pass } = onScreen();
  for (let page = 1; page <= 4; page++) {
    const end = progress.begin(() => `page ${page}`);
    await pass(200);
    expect(lines()).toHaveLength(page >= 3 ? 1 : 0);
    end();
    await pass(10);
  }
  // Whoever did something else in between begins anew.
  await pass(150);
  progress.begin(() => 'later');
  await pass(400);
  expect(lines()).toEqual([]);
  progress.close();
});

test('what a command writes takes its place, and silence is counted from there', async () => {
  const { io, progress, lines, pass } = onScreen();
  progress.begin(() => 'rollout of deployments/web');
  await pass(600);
  expect(lines()).toHaveLength(1);
  io.stdout.write('1 of 3 updated\n');
  expect(lines()).toEqual(['1 of 3 updated']);
  await pass(400);
  expect(lines()).toEqual(['1 of 3 updated']);
  await pass(200);
  expect(lines()).toEqual(['1 of 3 updated', expect.stringContaining('rollout of deployments/web … 1.')]);
  io.stderr.write('Warning: slow\n');
  expect(lines()).toEqual(['1 of 3 updated', 'Warning: slow']);
  progress.close();
});

test('a line that was begun is not written over', async () => {
  const { io, progress, lines, pass } = onScreen();
  progress.begin(() => 'anything');
  io.stdout.write('Are you sure? ');
  await pass(2000);
  expect(lines()).toEqual(['Are you sure?']);
  progress.close();
});

test('beside a pipe nothing is written: its reader may draw on this terminal', async () => {
  const pipe = new PassThrough();
  const { progress, lines, pass, written } = onScreen({ stdout: pipe });
  progress.begin(() => 'anything');
  await pass(2000);
  expect(lines()).toEqual([]);
  expect(written).toEqual([]);
  progress.close();
});

test.each([
  [{ LANG: 'C', NO_COLOR: '1' }, '| anything … 0.5 s'],
  [{ LANG: 'ko_KR.utf8', NO_COLOR: '1' }, '⠋ anything … 0.5 s'],
])('%j', async (env, line) => {
  const { progress, lines, pass, written } = onScreen({ env });
  progress.begin(() => 'anything');
  await pass(501);
  expect(lines()).toEqual([line]);
  expect(written.join('')).not.toContain('\u001b[2m');
  progress.close();
});

test('text of a cluster is shown escaped, and cut to the width; the time stays', async () => {
  const { progress, lines, pass } = onScreen({ columns: 24 });
  progress.begin(() => 'pods/\u001b[2J한국어이름이깁니다');
  await pass(501);
  const [line = ''] = lines();
  expect(line).toMatch(/^⠋ pods\/\^\[\[2J한국.*… 0\.5 s$/);
  expect(line.length).toBeLessThan(24);
  progress.close();
  expect(lines()).toEqual([]);
});

test('the streams are as they were, once it is closed', async () => {
  const { io, progress } = onScreen();
  expect(Object.hasOwn(io.stdout, 'write')).toBe(true);
  progress.close();
  expect(Object.hasOwn(io.stdout, 'write')).toBe(false);
  expect(progress.begin(() => 'late')()).toBeUndefined();
});
