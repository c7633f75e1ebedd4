import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandboxWithCluster } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

describe.skipIf(!hasTmux)('get -w in a real terminal', () => {
  let box: Sandbox;
  let terminal: Terminal;
  beforeAll(async () => {
    box = sandboxWithCluster();
    terminal = new Terminal({ columns: 110, rows: 30 }, { ...box.env, NO_COLOR: '' });
    await terminal.waitFor(/^\$ *$/m);
  });
  afterAll(() => {
    terminal?.close();
    box?.dispose();
  });

  const start = (words: string) => terminal.type(`clear; ${kctl} get ${words}; echo "ended with $?"\n`);
  const count = (screen: string, pattern: RegExp) => screen.match(pattern)?.length ?? 0;

  test('several types stay in place, whatever is typed and however the window changes', async () => {
    start('sts,svc -w');
    await terminal.waitFor(/statefulset\.apps\/postgres +1\/1[\s\S]*service\/web/);
    for (let times = 0; times < 5; times++) terminal.press('Enter');
    terminal.type('xyz');
    box.kctl(['scale', 'sts/postgres', '--replicas=2']);
    const scaled = await terminal.waitFor(/postgres +2\/2/);
    expect(count(scaled, /NAME /g)).toBe(2);
    expect(scaled).not.toContain('xyz');
    terminal.resize(60, 8);
    terminal.press('G');
    await terminal.waitFor(/service\/web[\s\S]*above/);
    terminal.resize(110, 30);
    const wide = await terminal.waitFor(/postgres +2\/2[\s\S]*service\/web/);
    expect(count(wide, /NAME /g)).toBe(2);
    terminal.press('q');
    await terminal.waitFor(/ended with 0/);
    expect(terminal.flag('cursor_flag')).toBe('1');
    // What is typed shows again.
    terminal.type('echo back\n');
    await terminal.waitFor(/echo back/);
  });

  test('deleted rows are marked and go, sorting is kept, and a killed cluster is waited for', async () => {
    start('pods -l app=web -w --sort-by=.metadata.name');
    await terminal.waitFor(/web-.* Running/);
    const [pod] = box.kctl(['get', 'pods', '-l', 'app=web', '-o', 'name']).stdout.split('\n');
    const name = pod!.slice('pod/'.length);
    box.kctl(['delete', pod!, '--now']);
    await terminal.waitFor(new RegExp(`${name} +\\S+ +Terminating`));
    const { pid } = JSON.parse(readFileSync(join(box.env.KCTL_HOME!, 'clusters', 'kctl', 'cluster.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await terminal.waitFor(/reconnecting: /);
    expect(box.kctl(['cluster', 'start']).code).toBe(0);
    await terminal.waitFor(/^(?![\s\S]*reconnecting)[\s\S]*web-/);
    const screen = await terminal.waitFor(new RegExp(`^(?![\\s\\S]*${name})[\\s\\S]*web-`));
    const names = [...screen.matchAll(/^(web-\S+)/gm)].map(([, each]) => each);
    expect(names).toHaveLength(3);
    expect(names).toEqual(names.toSorted());
    terminal.press('C-c');
    await terminal.waitFor(/ended with 130/);
    expect(terminal.flag('cursor_flag')).toBe('1');
  });
});
