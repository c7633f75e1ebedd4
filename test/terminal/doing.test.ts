import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandboxWithCluster } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

describe.skipIf(!hasTmux)('the terminal lent by the dashboard', () => {
  let box: Sandbox;
  let terminal: Terminal;

  beforeAll(async () => {
    box = sandboxWithCluster();
    const editor = join(box.env.HOME!, 'editor.sh');
    // An editor that needs the terminal: it waits for a line on it.
    writeFileSync(editor, '#!/bin/sh\nprintf "EDITOR READY "\nread tier\nsed -i "s/tier: data/tier: $tier/" "$1"\n', {
      mode: 0o700,
    });
    terminal = new Terminal({ columns: 100, rows: 30 }, { ...box.env, NO_COLOR: '', EDITOR: editor });
    await terminal.waitFor(/^\$ *$/m);
    terminal.type(`${kctl} ui -c 'pods /postgres'; echo "ended with $?"\n`);
    await terminal.waitFor(/postgres-0 .*Running/);
  });

  afterAll(() => {
    terminal?.close();
    box?.dispose();
  });

  test('a shell has keys, Ctrl-C and sizes to itself, and the dashboard is back after it', async () => {
    terminal.type('s');
    await terminal.waitFor(/postgres-0:\/# *$/m);
    expect(terminal.flag('alternate_on')).toBe('0');
    terminal.type('sleep 50\n');
    terminal.press('C-c');
    terminal.type('echo still here\n');
    await terminal.waitFor(/^still here$/m);
    terminal.resize(80, 24);
    terminal.type('stty size\n');
    await terminal.waitFor(/^24 80$/m);
    terminal.type('exit 3\n');
    const screen = await terminal.waitFor(/Context[\s\S]*postgres-0 .*Running/);
    expect(screen).not.toContain('The command failed');
    expect(terminal.flag('alternate_on')).toBe('1');
    // Keys are the dashboard's again, and it has the size that the terminal has now.
    terminal.type('d');
    await terminal.waitFor(/Service Account:/);
    terminal.press('Escape');
    await terminal.waitFor(/postgres-0 .*Running/);
  });

  test('an editor has the terminal, what it saved is shown and sent, and taken back', async () => {
    terminal.type('e');
    await terminal.waitFor(/EDITOR READY/);
    terminal.type('edited\n');
    await terminal.waitFor(/The server would take it[\s\S]*\+ +tier: edited/);
    terminal.type('s');
    await terminal.waitFor(/Saved pods default\/postgres-0/);
    const tier = ['get', 'pod', 'postgres-0', '-o', 'jsonpath={.metadata.labels.tier}'];
    expect(box.kctl(tier).stdout).toBe('edited');
    terminal.type('U');
    await terminal.waitFor(/metadata\.labels\.tier: "edited" -> "data"/);
    terminal.press('Right', 'Enter');
    await terminal.waitFor(/Change \d+ is taken back/);
    expect(box.kctl(tier).stdout).toBe('data');
  });

  test('what a command printed can be read before the screen is back', async () => {
    terminal.press('M-e');
    await terminal.waitFor(/Run in /);
    terminal.type('echo one; exit 4\n');
    await terminal.waitFor(/^one[\s\S]*\[exit code 4\] Enter goes back/m);
    terminal.press('Enter');
    await terminal.waitFor(/postgres-0 .*Running/);
    terminal.type(':q\n');
    await terminal.waitFor(/ended with 0/);
    expect(terminal.flag('alternate_on')).toBe('0');
    expect(terminal.flag('mouse_any_flag')).toBe('0');
  });
});
