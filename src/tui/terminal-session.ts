import type { Readable } from 'node:stream';
import { setTerminalLender } from '../kube/credentials/terminal-lender.ts';
import { KctlError } from '../lib/errors.ts';
import type { TerminalWritable } from '../lib/io.ts';
import type { Dashboard } from './dashboard.ts';
import { loadScreen } from './load-screen.ts';
import type { Screen } from './screen.ts';
import type { HeldOutput } from './term/hold-output.ts';
import type { InputEvent } from './term/key.ts';
import { listenToTerminal } from './term/terminal-input.ts';
import type { TerminalModes } from './term/terminal-modes.ts';

interface SessionOptions {
  dashboard: Dashboard;
  stdin: Readable;
  stdout: TerminalWritable;
  modes: TerminalModes;
  /** What others write to standard error meanwhile; they may while the terminal is theirs. */
  held: HeldOutput;
  onInput: (event: InputEvent) => void;
  /** The screen ended by itself. */
  onEnd: () => void;
  onFailure: (error: unknown) => void;
}

/** Who has the terminal: the dashboard with its screen and keys, or for a while a program that it was lent to. */
export class TerminalSession {
  readonly #options: SessionOptions;
  #screen: Screen | undefined;
  #stopInput = () => {};
  #isLent = false;

  /** Takes the terminal's modes and keys; the screen comes with `draw`. */
  constructor(options: SessionOptions) {
    this.#options = options;
    options.modes.enter();
    this.#listen();
    // While a program has the terminal, a plugin that it needs may speak there, too.
    setTerminalLender((work) => (this.#isLent ? work() : this.lend(work)));
  }

  /** Opens the screen, unless there is one or the terminal is lent. */
  async draw(): Promise<void> {
    const { openScreen } = await loadScreen();
    // Meanwhile somebody else may have got the terminal, or given it back.
    if (this.#isLent || this.#screen) return;
    const { dashboard, stdout, onEnd, onFailure } = this.#options;
    const opened = openScreen(dashboard, stdout);
    this.#screen = opened;
    opened.instance.waitUntilExit().then(() => {
      if (this.#screen === opened) onEnd();
    }, onFailure);
  }

  /**
   * Gives the terminal to `work` as it was before the dashboard, and takes it back afterwards.
   * @throws KctlError `internal` where it is lent already; what `work` throws
   */
  async lend<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isLent) throw new KctlError('internal', 'the terminal is lent already');
    const { dashboard, stdout, modes, held } = this.#options;
    this.#isLent = true;
    this.#stopInput();
    this.closeScreen();
    modes.leave();
    try {
      return await held.during(work);
    } finally {
      this.#isLent = false;
      modes.enter();
      this.#listen();
      dashboard.resize(stdout.columns ?? 80, stdout.rows ?? 24);
      await this.draw();
    }
  }

  /** No more keys, and no more lending. */
  stopInput(): void {
    setTerminalLender(undefined);
    this.#stopInput();
  }

  closeScreen(): void {
    const closing = this.#screen;
    // Before it closes: an end that we bring about is not the user's.
    this.#screen = undefined;
    closing?.close();
  }

  #listen(): void {
    this.#stopInput = listenToTerminal(this.#options.stdin, this.#options.onInput);
  }
}
