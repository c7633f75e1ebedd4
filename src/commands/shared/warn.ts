import { escapeTerminalLines } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';

/** A remark of a verb on standard error; yellow only where someone looks at a terminal that has colours. */
export function warn(text: string, io: IoStreams): void {
  const coloured = io.stderr.isTTY && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  const head = coloured ? '\u001b[33;1mWarning:\u001b[0m' : 'Warning:';
  rawTerminal(io.stderr).write(`${head} ${escapeTerminalLines(text)}\n`);
}
