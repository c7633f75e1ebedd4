import { KctlError } from '../../lib/errors.ts';
import type { Theme } from '../../theme/theme.ts';
import type { CommandContext } from '../command.ts';

/**
 * What the standard output is painted in; undefined where it is not: on a pipe without FORCE_COLOR, under NO_COLOR,
 * and under the name `kubectl`, which has no colours. Loads nothing where that is so.
 * @param forced false: not even FORCE_COLOR paints a pipe, because programs read what comes out
 */
export async function outputTheme(
  { io, tool }: Pick<CommandContext, 'io' | 'tool'>,
  forced = true,
): Promise<Theme | undefined> {
  const { stdout, env } = io;
  const isTerminal = stdout.isTTY === true;
  if (tool === 'kubectl' || !(isTerminal || (forced && env.FORCE_COLOR))) return undefined;
  const { commandLineTheme } = await import('../../theme/command-line-theme.ts');
  try {
    return await commandLineTheme(env, isTerminal);
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    // Colours are never a reason to fail.
    const { warn } = await import('./warn.ts');
    warn(error.message, io);
    return commandLineTheme({ ...env, KCTL_THEME: undefined }, isTerminal);
  }
}
