import type { IoStreams } from '../lib/io.ts';
import { TerminalProgress } from '../lib/progress.ts';
import type { ReadyCommand } from './run-command.ts';

/** kubectl says nothing while it waits, and a dumb terminal cannot take a line back. */
export function progressOf(io: IoStreams, tool: string): TerminalProgress | undefined {
  const isShown = io.stderr.isTTY === true && tool !== 'kubectl' && io.env.TERM !== 'dumb';
  return isShown ? new TerminalProgress(io) : undefined;
}

/** Commands that fill the terminal themselves. */
const painting: ReadonlySet<string> = new Set(['ui', 'rollout watch']);

/** From this verbosity on, requests are logged, which says more than a line could. */
const requestVerbosity = 6;

/** Whether a command that waits is shown to do so. */
export function waitsInSilence({ globals, invocation: { flags } }: ReadyCommand, commandPath: string): boolean {
  if (painting.has(commandPath) || Number(globals.v ?? 0) >= requestVerbosity) return false;
  const mayWatch = commandPath === 'get' || commandPath === 'events';
  return !mayWatch || !(flags.watch === true || flags['watch-only'] === true);
}
