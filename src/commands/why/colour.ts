import type { ColorSupportLevel } from 'chalk';
import type { IoStreams } from '../../lib/io.ts';

/** None on a pipe or where NO_COLOR is set; the sixteen that every terminal's theme has otherwise. */
export function colourLevel({ stdout, env }: Pick<IoStreams, 'stdout' | 'env'>): ColorSupportLevel {
  return stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? 1 : 0;
}
