import { signals } from '../process/signals.ts';
import type { Shell } from './context.ts';

/** Signals that have come to a shell and wait for a moment between two commands. */
export class Traps {
  readonly #shell: Shell;
  #pending: number[] = [];

  constructor(shell: Shell) {
    this.#shell = shell;
    shell.process.onSignal = (signal) => this.#take(signal);
  }

  #take(signal: number): boolean {
    const { state, process } = this.#shell;
    const trap = state.traps.get(signal);
    if (trap !== undefined) {
      if (trap) this.#pending.push(signal);
      return true;
    }
    if (!state.isInteractive) return false;
    if (signal === signals.INT) process.interrupt(signal);
    return signal === signals.INT || signal === signals.TERM || signal === signals.QUIT;
  }

  async run(): Promise<void> {
    if (this.#pending.length === 0) return;
    const { state } = this.#shell;
    for (const signal of this.#pending.splice(0)) {
      const { status } = state;
      await this.#shell.execute(state.traps.get(signal) ?? '');
      state.status = status;
    }
  }
}
