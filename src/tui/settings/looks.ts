import type { ContextSettings } from '../../settings/dashboard-settings.ts';
import { readUserFiles, type UserFiles } from '../../settings/read-user-files.ts';
import type { ColorDepth } from '../../theme/color.ts';
import { defaultThemeName, loadTheme } from '../../theme/load-theme.ts';
import type { Theme } from '../../theme/theme.ts';
import { languageOf, speak } from '../words/say.ts';

export interface LooksOptions {
  env: Readonly<Record<string, string | undefined>>;
  depth: ColorDepth;
  /** The theme that the command line names: it stands over every setting. */
  themeName?: string | undefined;
  /** Settings that the command line gives. */
  given?: ContextSettings;
}

/** How the dashboard looks and speaks: what the command line says, else the environment, else the settings. */
export class Looks {
  readonly #options: LooksOptions;
  #background: 'dark' | 'light' = 'dark';
  #settings: ContextSettings = {};
  #name = '';
  /** What is wrong with the theme that is set; another one is worn in its place. */
  problem: unknown;

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** @throws nothing: what is wrong in a file is told with it */
  readonly readFiles = (context: string): UserFiles => {
    const { env, given } = this.#options;
    const files = readUserFiles(env, context);
    return given ? { ...files, settings: { ...files.settings, ...given } } : files;
  };

  /** @throws KctlError `config` where there is no such theme or it is wrong */
  readonly load = (name: string): Theme => {
    const { env, depth } = this.#options;
    const theme = loadTheme({ name, env, depth });
    this.#name = name;
    return theme;
  };

  #wanted({ theme }: ContextSettings): string {
    const { themeName, env } = this.#options;
    if (themeName) return themeName;
    if (typeof theme === 'object') return theme[this.#background] ?? this.#usual();
    return theme ?? (env['KCTL_THEME'] || this.#usual());
  }

  #usual(): string {
    return this.#background === 'light' ? 'default-light' : defaultThemeName;
  }

  /**
   * Speaks and looks as it is set.
   * @throws KctlError `config` for a theme that is not there or is wrong
   */
  readonly dress = (settings: ContextSettings): Theme => {
    this.#settings = settings;
    speak(
      this.#options.env['KCTL_LANG']
        ? languageOf(this.#options.env)
        : (settings.language ?? languageOf(this.#options.env)),
    );
    this.problem = undefined;
    try {
      return this.load(this.#wanted(settings));
    } catch (error) {
      // Who names a theme on the command line waits for an answer; a setting keeps nobody from their cluster.
      if (this.#options.themeName) throw error;
      this.problem = error;
      return this.load(this.#usual());
    }
  };

  /** True where the theme depends on whether the terminal is dark or light. */
  get followsTerminal(): boolean {
    const { theme } = this.#settings;
    return (
      !this.#options.themeName &&
      (typeof theme === 'object' || (theme === undefined && !this.#options.env['KCTL_THEME']))
    );
  }

  /** The theme for a terminal that has said how light it is. */
  onBackground(background: 'dark' | 'light'): Theme | undefined {
    this.#background = background;
    const name = this.#wanted(this.#settings);
    return this.followsTerminal && name !== this.#name ? this.load(name) : undefined;
  }

  /** The theme that is worn, read from its file again. */
  again(): Theme {
    return this.load(this.#name);
  }
}
