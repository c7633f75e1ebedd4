import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { kctl, sandbox } from '../support/program.ts';
import { hasTmux, Terminal } from '../terminal/tmux.ts';
import { type CapturedBlock, capturedBlocks, normalise, shellLines, withBodies } from './captured.ts';

const path = join(import.meta.dirname, '..', '..', 'README.md');

/** Runs every captured block in order, on one machine that never saw kctl before. */
async function capture(blocks: readonly CapturedBlock[]): Promise<string[]> {
  const box = sandbox();
  try {
    const bin = join(box.home, 'bin');
    mkdirSync(bin);
    symlinkSync(kctl, join(bin, 'kctl'));
    box.env.PATH = `${bin}${delimiter}${box.env.PATH}`;
    const bodies: string[] = [];
    for (const block of blocks) {
      bodies.push(block.kind === 'console' ? runConsole(block, box.env) : await runScreen(block, box.env));
    }
    return bodies;
  } finally {
    box.dispose();
  }
}

function runConsole(block: CapturedBlock, env: Record<string, string>): string {
  let text = '';
  for (const line of shellLines(block.body)) {
    const ran = spawnSync('sh', ['-c', `{ ${line}\n} 2>&1`], { env, encoding: 'utf8', timeout: 60_000, cwd: env.HOME });
    text += `$ ${line}\n${ran.stdout}`;
  }
  return text;
}

async function runScreen(block: CapturedBlock, env: Record<string, string>): Promise<string> {
  const [, columns, rows, command, keys] = /^(\d+)x(\d+) (.*?)(?: \[keys: (.*)\])?$/.exec(block.info) ?? [];
  const terminal = new Terminal({ columns: Number(columns), rows: Number(rows) }, env);
  try {
    terminal.type(`clear; ${command}\n`);
    await terminal.waitFor(/Running|READY/);
    // Facts that come after the first rows are there when nothing in the header waits for its value.
    await terminal.waitFor(/MEM +\d/);
    for (const key of keys?.split(' ') ?? []) {
      terminal.press(key);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    return terminal.screen().replace(/ +$/gm, '').replace(/\n+$/, '\n');
  } finally {
    terminal.close();
  }
}

test.skipIf(!hasTmux)(
  'what the README shows is what a new user sees',
  async () => {
    const markdown = readFileSync(path, 'utf8');
    const blocks = capturedBlocks(markdown);
    expect(blocks.length).toBeGreaterThanOrEqual(5);
    const bodies = await capture(blocks);
    if (process.env.UPDATE_README === '1') writeFileSync(path, withBodies(markdown, bodies));
    else expect(bodies.map(normalise)).toEqual(blocks.map((block) => normalise(block.body)));
  },
  120_000,
);
