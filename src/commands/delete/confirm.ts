import { createInterface } from 'node:readline/promises';
import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { kindName } from '../shared/names.ts';
import type { DeleteTarget } from './targets.ts';

/** Lists what would go and asks; anything but y or yes is a no. */
export async function confirm(targets: readonly DeleteTarget[], { stdin, stdout }: IoStreams): Promise<boolean> {
  const lines = targets.map(({ resource, name }) => `${kindName(resource)}/${name}\n`);
  stdout.write(`You are about to delete the following ${targets.length} resource(s):\n${lines.join('')}`);
  const reader = createInterface({ input: stdin, output: rawTerminal(stdout) });
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([reader.question('Do you want to continue? (y/N): '), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
