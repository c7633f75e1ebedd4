import { Chalk, type ChalkInstance } from 'chalk';
import type { IoStreams } from '../../../lib/io.ts';

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

/** Colours for the lines of a comparison; none where nobody looks. */
export async function diffStyle({ stdout, env }: IoStreams): Promise<(line: string) => string> {
  if (!stdout.isTTY || env.NO_COLOR || env.TERM === 'dumb') return (line) => line;
  const { supportsColor } = await import('chalk');
  const colours = new Chalk({ level: supportsColor ? supportsColor.level : 0 });
  return (line) => {
    const look = looks.find(([sign]) => sign.test(line))?.[1];
    return look ? look(colours)(line) : line;
  };
}
