import { spawnSync } from 'node:child_process';
import { eventually } from '../support/program.ts';

/** True where tmux is installed; a test without it says that it was skipped. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A real terminal of a given size with a shell in it. */
export class Terminal {
  readonly #socket = `kctl-test-${process.pid}-${Math.floor(Math.random() * 1e6)}`;

  constructor(size: { columns: number; rows: number }, env: Record<string, string>) {
    const settings = { ...env, TERM: 'tmux-256color', PS1: '$ ', ENV: '' };
    const words = Object.entries(settings).map(([key, value]) => `${key}=${quote(value)}`);
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      `${size.columns}`,
      '-y',
      `${size.rows}`,
      `env -i ${words.join(' ')} sh`,
    );
    this.#tmux('set', '-g', 'status', 'off');
  }

  #tmux(...args: string[]): string {
    const ran = spawnSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`tmux ${args[0]}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** tmux key names: `Enter`, `Down`, `C-d`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', '--', ...keys);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** As people paste, with the marks around it that the program asked for. */
  paste(text: string): void {
    this.#tmux('set-buffer', '--', text);
    this.#tmux('paste-buffer', '-p');
  }

  /** What is on the screen now, without colours. */
  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** A format variable of the pane: `alternate_on`, `cursor_flag`, `mouse_any_flag`, ... */
  flag(name: string): string {
    return this.#tmux('display-message', '-p', `#{${name}}`).trim();
  }

  waitFor(pattern: RegExp, patience?: number): Promise<string> {
    return eventually(
      () => {
        const screen = this.screen();
        return pattern.test(screen) ? screen : undefined;
      },
      `${pattern} on the screen`,
      patience,
    ).catch((error) => {
      throw new Error(`${error.message}; the screen shows:\n${this.screen()}`);
    });
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
