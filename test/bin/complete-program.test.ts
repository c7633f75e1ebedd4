import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { completionTable } from '../../scripts/completion-table.ts';
import { withBuiltins } from '../../src/cli/builtins.ts';
import type { CommandEntry } from '../../src/commands/command.ts';
import { commandTable } from '../../src/commands/registry.ts';
import { sandbox } from '../support/program.ts';

// A bundle of its own completes command lines: it has all commands as data.

test('has every command and flag as the program has them', async () => {
  const source = `data:text/javascript,${encodeURIComponent(await completionTable())}`;
  const data: { commandTable: CommandEntry[] } = await import(/* @vite-ignore */ source);
  expect(await told(data.commandTable)).toEqual(await told(withBuiltins(commandTable)));
});

/** What completing asks of commands; code is compared by its place alone. */
async function told(table: readonly CommandEntry[]): Promise<unknown> {
  const commands = table.map(async ({ name, aliases, summary, hidden, complete, load, subcommands }) => ({
    ...{ name, aliases, summary, hidden, complete },
    flags: (await load?.())?.flags,
    subcommands: subcommands && (await told(subcommands)),
  }));
  return JSON.parse(JSON.stringify(await Promise.all(commands)));
}

test('asks the command where only its code knows', () => {
  const box = sandbox();
  onTestFinished(box.dispose);
  const home = join(box.home, 'clusters');
  for (const name of ['one', 'two']) mkdirSync(join(home, name), { recursive: true });
  const env = { KCTL_HOME: box.home };
  expect(box.kctl(['__complete', 'cluster', 'stop', '--name', ''], { env }).stdout).toBe('one\ntwo\n:4\n');
  const stories = box.kctl(['__complete', 'cluster', 'scenario', 'run', 'crash'], { env });
  expect(stories.stdout).toBe('crash-loop\n:4\n');
  // The emulator is asked, which is in no short command's bundle; a file that is no snapshot is one that cannot be read.
  mkdirSync(join(home, 'one', 'data', 'snapshots'), { recursive: true });
  writeFileSync(join(home, 'one', 'data', 'snapshots', 'before.snapshot'), '');
  const snapshots = box.kctl(['__complete', 'cluster', 'snapshot', 'delete', '--name', 'one', ''], { env });
  expect(snapshots).toMatchObject({ stdout: 'before\n:4\n', code: 0 });
});
