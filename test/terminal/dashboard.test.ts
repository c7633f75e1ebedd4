import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandboxWithCluster } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

describe.skipIf(!hasTmux)('the dashboard in a real terminal', () => {
  let box: Sandbox;
  beforeAll(() => {
    box = sandboxWithCluster();
  });
  afterAll(() => box.dispose());

  /** The first run of all begins with pods by itself; later ones would begin where it was left. */
  const open = async (columns: number, rows: number, line = `${kctl} ui pods`): Promise<Terminal> => {
    const terminal = new Terminal({ columns, rows }, { ...box.env, NO_COLOR: '' });
    terminal.type('echo before; clear\n');
    await terminal.waitFor(/^\$ *$/m);
    terminal.type(`${line}; echo "ended with $?"\n`);
    return terminal;
  };

  /** Alternate screen left, cursor shown, no mouse or paste mode left on. */
  const expectRestored = (terminal: Terminal) => {
    expect(terminal.flag('alternate_on')).toBe('0');
    expect(terminal.flag('cursor_flag')).toBe('1');
    expect(terminal.flag('mouse_any_flag')).toBe('0');
    expect(terminal.flag('keypad_cursor_flag')).toBe('0');
    expect(terminal.flag('wrap_flag')).toBe('1');
  };

  test('shows live pods, takes keys, filters, describes, and leaves nothing behind', async () => {
    const terminal = await open(120, 36, kctl);
    try {
      await terminal.waitFor(/web-[a-z0-9]+-[a-z0-9]{5} .*Running/);
      expect(terminal.flag('alternate_on')).toBe('1');
      terminal.press('?');
      await terminal.waitFor(/General/);
      terminal.press('Escape');
      await terminal.waitFor(/READY/);
      terminal.press('/');
      terminal.type('web-');
      terminal.press('Enter');
      const filtered = await terminal.waitFor(/\[3\/\d+\] \/web-/);
      expect(filtered).not.toContain('postgres-0');
      terminal.press('d');
      await terminal.waitFor(/Service Account:/);
      terminal.press('Escape');
      await terminal.waitFor(/web-[a-z0-9]+-[a-z0-9]{5} .*Running/);
      terminal.press('Escape');
      await terminal.waitFor(/postgres-0/);
      terminal.press(':');
      terminal.type('deploy');
      terminal.press('Enter');
      await terminal.waitFor(/UP-TO-DATE/);
      terminal.press(':');
      terminal.type('q');
      terminal.press('Enter');
      await terminal.waitFor(/ended with 0/);
      expectRestored(terminal);
    } finally {
      terminal.close();
    }
  });

  test('follows the size of the window without residue', async () => {
    const terminal = await open(120, 36);
    try {
      await terminal.waitFor(/web-[a-z0-9]+-[a-z0-9]{5} .*Running/);
      for (const [columns, rows] of [
        [80, 24],
        [60, 15],
        [140, 40],
        [80, 24],
      ] as const) {
        terminal.resize(columns, rows);
        await terminal.waitFor(/analytics-[a-z0-9]+/);
        await new Promise((resolve) => setTimeout(resolve, 400));
        const screen = terminal.screen();
        // One header, one title: a frame that was not cleared would show either twice.
        expect(screen.match(/Context/gi)?.length ?? 0).toBeLessThanOrEqual(1);
        expect(screen.match(/NAME↑/g)?.length).toBe(1);
        expect(screen.match(/analytics-/g)?.length).toBe(1);
      }
      terminal.press('C-c');
      await terminal.waitFor(/ended with \d+/);
      expectRestored(terminal);
    } finally {
      terminal.close();
    }
  });

  test('takes the mouse, and a paste of Korean', async () => {
    const terminal = await open(100, 30);
    try {
      const first = await terminal.waitFor(/^> .*\n +.*analytics|^> . analytics-/m);
      expect(terminal.flag('mouse_any_flag')).toBe('1');
      const lines = first.split('\n');
      /** A press and its release, as terminals send them; columns and rows from 1. */
      const click = (column: number, row: number) =>
        terminal.type(`\u001b[<0;${column};${row}M\u001b[<0;${column};${row}m`);
      const row = lines.findIndex((line) => line.includes('postgres-0'));
      click(10, row + 1);
      await terminal.waitFor(/^> +postgres-0/m);
      // The wheel goes three rows on.
      terminal.type('\u001b[<65;10;10M');
      await terminal.waitFor(/^> . *(?!postgres)[a-z]+-/m);
      const heading = lines.findIndex((line) => line.includes('NAME↑'));
      click(lines[heading]!.indexOf('NAME↑') + 2, heading + 1);
      await terminal.waitFor(/NAME↓/);
      terminal.press('/');
      terminal.paste('결제 🚀');
      await terminal.waitFor(/^ \/결제 🚀/m);
      terminal.press('Enter');
      await terminal.waitFor(/\[0\/\d+\] \/결제 🚀/);
      terminal.press('C-c');
      await terminal.waitFor(/ended with \d+/);
      expectRestored(terminal);
    } finally {
      terminal.close();
    }
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)('restores the terminal when %s ends it', async (signal) => {
    const terminal = await open(100, 30);
    try {
      await terminal.waitFor(/web-[a-z0-9]+-[a-z0-9]{5} .*Running/);
      const shell = terminal.flag('pane_pid');
      const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
      process.kill(Number(child), signal);
      await terminal.waitFor(/ended with \d+/);
      expectRestored(terminal);
    } finally {
      terminal.close();
    }
  });
});
