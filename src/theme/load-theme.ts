import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KctlError } from '../lib/errors.ts';
import type { ColorDepth } from './color.ts';
import { parseTheme } from './parse-theme.ts';
import { terminalTheme } from './terminal-theme.ts';
import { compileTheme, type Theme, type ThemeFile } from './theme.ts';

type Environment = Record<string, string | undefined>;

export const defaultThemeName = 'default-dark';

/**
 * The folder of the themes that come with kctl: the nearest `themes` upwards of this module, which
 * holds in the source tree as well as in a bundle.
 */
export function bundledThemeFolder(from = import.meta.url): string | undefined {
  let folder = dirname(fileURLToPath(from));
  for (;;) {
    const candidate = join(folder, 'themes');
    if (existsSync(join(candidate, `${defaultThemeName}.yaml`))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** `$KCTL_HOME/themes`, else `$XDG_CONFIG_HOME/kctl/themes`, `%APPDATA%\kctl\themes` on Windows without it. */
export function userThemeFolder(env: Environment): string {
  if (env.KCTL_HOME) return join(env.KCTL_HOME, 'themes');
  const config =
    env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(env.HOME || homedir(), '.config');
  return join(config, 'kctl', 'themes');
}

/** The names of all themes, in order. */
export function themeNames(env: Environment): string[] {
  return [...new Set([...listThemes(env).keys(), terminalTheme.name])].sort();
}

/** Theme names with their files; a user's theme replaces a bundled one of the same name. */
export function listThemes(env: Environment): Map<string, string> {
  const themes = new Map<string, string>();
  for (const folder of [bundledThemeFolder(), userThemeFolder(env)]) {
    if (!folder || !existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort()) {
      if (/\.ya?ml$/.test(file)) themes.set(file.replace(/\.ya?ml$/, ''), join(folder, file));
    }
  }
  return themes;
}

/** @throws KctlError `config` when there is no such theme (the names are listed) or the file is wrong. */
export function readTheme(name: string, env: Environment): ThemeFile {
  const themes = listThemes(env);
  const file = themes.get(name);
  if (!file) {
    if (name === terminalTheme.name) return terminalTheme;
    throw new KctlError('config', `there is no theme "${name}"`, {
      hint: `Themes: ${themeNames(env).join(', ')}. Put your own into ${userThemeFolder(env)}.`,
    });
  }
  return parseTheme(readFileSync(file, 'utf8'), file);
}

/** The theme `name` (else $KCTL_THEME, else the default) made ready for a terminal of `depth`. */
export function loadTheme(options: { name?: string | undefined; env: Environment; depth: ColorDepth }): Theme {
  const name = options.name || options.env.KCTL_THEME || defaultThemeName;
  return compileTheme(readTheme(name, options.env), options.depth, options.env.TERM !== 'dumb');
}
