import type { CommandContext } from '../command.ts';

/** True where a watch is a table in place; under the name `kubectl` it is lines on a terminal too. */
export function redrawsInPlace(
  { format, outputWatchEvents }: { format: { name: string }; outputWatchEvents: boolean },
  { io, tool }: Pick<CommandContext, 'io' | 'tool'>,
): boolean {
  const isScreen = io.stdout.isTTY === true && io.env.TERM !== 'dumb' && tool !== 'kubectl';
  return isScreen && ['', 'wide'].includes(format.name) && !outputWatchEvents;
}
