import { colorDepth } from './color-depth.ts';
import { terminalTheme } from './terminal-theme.ts';
import { compileTheme, type Theme } from './theme.ts';

type Environment = Record<string, string | undefined>;

/**
 * What the command line paints in on a stream: the theme that `$KCTL_THEME` names, else the terminal's own colours.
 * Undefined where nothing is painted: no terminal, NO_COLOR, a dumb terminal.
 * @throws KctlError `config` for a theme that is not there or is wrong
 */
export async function commandLineTheme(env: Environment, isTerminal: boolean): Promise<Theme | undefined> {
  const depth = colorDepth(env, isTerminal);
  if (depth === 'none') return undefined;
  const name = env.KCTL_THEME;
  if (!name || name === terminalTheme.name) return compileTheme(terminalTheme, depth);
  const { loadTheme } = await import('./load-theme.ts');
  return loadTheme({ name, env, depth });
}
