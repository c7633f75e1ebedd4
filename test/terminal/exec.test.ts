import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandboxWithCluster } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

describe.skipIf(!hasTmux)('exec -it in a real terminal', () => {
  let box: Sandbox;
  let terminal: Terminal;
  beforeAll(async () => {
    box = sandboxWithCluster();
    terminal = new Terminal({ columns: 80, rows: 24 }, box.env);
    await terminal.waitFor(/^\$ *$/m);
    const started = box.kctl(['run', 'one', '--image=busybox:1.36', '--restart=Never', '--', 'sleep', '3600']);
    expect(started.code).toBe(0);
    expect(box.kctl(['wait', 'pod/one', '--for=condition=Ready', '--timeout=50s']).code).toBe(0);
  });
  afterAll(() => {
    terminal?.close();
    box?.dispose();
  });

  // The size is tmux's business, and follows a resize when it gets round to it.
  const modes = () =>
    spawnSync('stty', ['-F', terminal.flag('pane_tty'), '-a'], { encoding: 'utf8' }).stdout.replace(
      /rows \d+; columns \d+;/,
      '',
    );
  const open = async () => {
    terminal.type(`clear; ${kctl} exec -it one -- sh; echo "ended with $?"\n`);
    await terminal.waitFor(/\/ # *$/m);
  };

  test('keys and sizes reach the container, nothing is translated, and the terminal comes back as it was', async () => {
    const before = modes();
    await open();
    expect(modes()).toMatch(/-opost [\s\S]*-isig -icanon [\s\S]*-echo /);
    terminal.resize(100, 30);
    terminal.type('stty size\n');
    await terminal.waitFor(/^30 100$/m);
    terminal.type('sleep 50\n');
    terminal.press('C-c');
    terminal.type('echo still here\n');
    await terminal.waitFor(/^still here$/m);
    terminal.type('exit 3\n');
    await terminal.waitFor(/command terminated with exit code 3\n+ended with 3/);
    terminal.resize(80, 24);
    expect(modes()).toBe(before);
  });

  // What had the terminal takes it back and ends with 1; without one it is the signal that ends it. So does kubectl.
  // Each has words of its own: until the screen is cleared, it shows those of the one before.
  test.each([
    ['-it ', 1, 'first'],
    ['-i ', 1, 'second'],
    ['', 143, 'third'],
  ])('a signal ends exec %swith %d', async (flags, code, name) => {
    const before = modes();
    const file = join(box.home, name);
    const asked = `exec ${kctl} exec ${flags}one -- sh -c "echo ${name} runs; sleep 90"`;
    terminal.type(`clear; sh -c 'echo $$ > ${file}; ${asked}'; echo "${name} ended with $?"\n`);
    await terminal.waitFor(new RegExp(`^${name} runs$`, 'm'));
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGTERM');
    await terminal.waitFor(new RegExp(`^${name} ended with ${code}$`, 'm'));
    expect(modes()).toBe(before);
  });

  test('a lost connection gives the terminal back', async () => {
    const before = modes();
    await open();
    const { pid } = JSON.parse(readFileSync(join(box.env.KCTL_HOME!, 'clusters', 'kctl', 'cluster.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await terminal.waitFor(/error: [\s\S]*ended with 1/);
    expect(modes()).toBe(before);
  });
});
