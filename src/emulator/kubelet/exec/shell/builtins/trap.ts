import { signalName, signalNumber } from '../../process/signals.ts';
import type { Shell } from '../context.ts';
import { quote } from './builtin.ts';
import { kill } from './jobs.ts';

export async function trap(shell: Shell, args: string[], pos: number): Promise<number> {
  const { traps } = shell.state;
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [number, command] of traps)
      await shell.process.print(`trap -- ${quote(command)} ${number === 0 ? 'EXIT' : signalName(number)}\n`);
    return 0;
  }
  if (words[0] === '-l') return kill(shell, ['-l'], pos);
  const resets = words.length === 1 || words[0] === '-' || /^\d+$/.test(words[0]!);
  const names = words.length === 1 || /^\d+$/.test(words[0]!) ? words : words.slice(1);
  for (const name of names) {
    if (name === 'ERR' && shell.state.dialect === 'bash') {
      shell.state.onError = resets ? undefined : words[0]!;
      continue;
    }
    const number = name === 'EXIT' ? 0 : signalNumber(name);
    if (number === undefined) {
      await shell.complain(
        `trap: ${name}: ${shell.state.dialect === 'bash' ? 'invalid signal specification' : 'bad trap'}`,
        pos,
      );
      return 1;
    }
    if (resets) traps.delete(number);
    else traps.set(number, words[0]!);
  }
  return 0;
}
