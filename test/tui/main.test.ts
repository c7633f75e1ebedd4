import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { IoStreams } from '../../src/lib/io.ts';
import { runDashboard } from '../../src/tui/main.ts';
import { fakeCluster } from './fake-services.ts';

function terminal(env: Record<string, string> = { TERM: 'xterm-256color' }) {
  let output = '';
  const stdin = Object.assign(new PassThrough(), { isTTY: true, raw: false, setRawMode });
  function setRawMode(raw: boolean) {
    stdin.raw = raw;
  }
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  stdout.on('data', (chunk) => {
    output += chunk;
  });
  const io: IoStreams = { stdin, stdout, stderr: new PassThrough(), env: { HOME: '/nowhere', ...env }, cwd: '/' };
  return { io, stdin, stdout, output: () => output };
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 400 && !condition(); round++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

const { cluster } = fakeCluster().services;
const restored = /\?1000l.*\?2004l/s;

describe('runDashboard', () => {
  test('takes the terminal and gives it back when the user quits', async () => {
    const { io, stdin, output } = terminal();
    const done = runDashboard({ cluster, io, signal: new AbortController().signal });
    await waitFor(() => output().includes('pods'));
    expect(output()).toContain('\u001b[?1049h');
    expect(stdin.raw).toBe(true);
    // The cluster cannot be listed: that is shown, and is not the end.
    await waitFor(() => output().includes('not found'));
    stdin.write('q');
    expect(await done).toBe(0);
    expect(output()).toMatch(restored);
    expect(output()).toContain('\u001b[?1049l');
    expect(output()).toContain('\u001b[?25h');
    expect(stdin.raw).toBe(false);
    expect(stdin.listenerCount('data')).toBe(0);
  });

  test('ends with its signal', async () => {
    const { io, output } = terminal();
    const abort = new AbortController();
    const done = runDashboard({ cluster, io, signal: abort.signal });
    await waitFor(() => output().includes('pods'));
    abort.abort();
    await done;
    expect(output()).toMatch(restored);
  });

  test('fails with the error after the terminal is back', async () => {
    const { io, stdin, output } = terminal();
    let broken = false;
    const now = () => {
      if (broken) throw new Error('a defect');
      return Date.now();
    };
    const breaking = { ...cluster, transport: { ...cluster.transport, now } };
    const done = runDashboard({ cluster: breaking, io, signal: new AbortController().signal });
    done.catch(() => undefined);
    await waitFor(() => output().includes('pods'));
    broken = true;
    stdin.write('j');
    await expect(done).rejects.toThrow('a defect');
    expect(output()).toMatch(restored);
    expect(stdin.raw).toBe(false);
  });

  test.each([
    ['a pipe', { TERM: 'xterm' }, false, 'needs a terminal'],
    ['a dumb terminal', { TERM: 'dumb' }, true, 'cannot draw on a terminal of type "dumb"'],
  ])('refuses %s', async (_, env, isTTY, message) => {
    const { io } = terminal(env);
    Object.assign(io.stdout, { isTTY });
    await expect(runDashboard({ cluster, io, signal: new AbortController().signal })).rejects.toThrow(message);
  });

  test('refuses a theme that does not exist before it touches the terminal', async () => {
    const { io, output } = terminal();
    const options = { cluster, io, themeName: 'nope', signal: new AbortController().signal };
    await expect(runDashboard(options)).rejects.toThrow('there is no theme "nope"');
    expect(output()).toBe('');
  });
});
