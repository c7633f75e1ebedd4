import { Chalk, type ChalkInstance } from 'chalk';
import type { IoStreams } from '../../../lib/io.ts';
import { rawTerminal } from '../../../lib/terminal-guard.ts';

/** The first of these that a line shows decides its colour; the signs say the same without it. */
const looks: readonly [sign: RegExp, look: (colours: ChalkInstance) => (text: string) => string][] = [
  [/^ +\+/, (colours) => colours.green],
  [/^ +-/, (colours) => colours.red],
  [/^ +[?!]/, (colours) => colours.yellow],
  [/^ +=/, (colours) => colours.dim],
  [/^ +~ (at most|the size|its size)/, (colours) => colours.dim],
  [/^ +~/, (colours) => colours.cyan],
  [/^\S/, (colours) => colours.bold],
];

/** Writes the lines of a comparison, which are safe for terminals; in colour where somebody looks. */
export async function diffPrinter({ stdout, env }: IoStreams): Promise<(lines: readonly string[]) => void> {
  if (!stdout.isTTY || env.NO_COLOR || env.TERM === 'dumb') {
    return (lines) => {
      stdout.write(`${lines.join('\n')}\n`);
    };
  }
  const { supportsColor } = await import('chalk');
  const colours = new Chalk({ level: supportsColor ? supportsColor.level : 0 });
  const painted = (line: string): string => {
    const look = looks.find(([sign]) => sign.test(line))?.[1];
    return look ? look(colours)(line) : line;
  };
  const out = rawTerminal(stdout);
  return (lines) => {
    out.write(`${lines.map(painted).join('\n')}\n`);
  };
}
