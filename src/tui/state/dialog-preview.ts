import { sayAssembled } from '../words/say.ts';
import { sayLines } from '../words/say-table.ts';
import type { DialogPreviewText, DialogValues } from './dialog.ts';

/**
 * Keeps what a dialog says of its answer up with the answer. One look at a time: values that change
 * meanwhile are looked at when it is over, the newest only.
 */
export class DialogPreview {
  readonly #look: (values: DialogValues, signal: AbortSignal) => Promise<readonly string[]>;
  readonly #show: (text: DialogPreviewText) => void;
  readonly #end = new AbortController();
  #wanted: DialogValues | undefined;
  #seen = '';
  #busy = false;

  constructor(
    look: (values: DialogValues, signal: AbortSignal) => Promise<readonly string[]>,
    show: (text: DialogPreviewText) => void,
  ) {
    this.#look = look;
    this.#show = show;
  }

  look(values: DialogValues): void {
    const key = JSON.stringify(values);
    if (key === this.#seen) return;
    this.#seen = key;
    this.#wanted = values;
    this.#show({ phase: 'waiting', lines: [] });
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#wanted && !this.#end.signal.aborted) {
      const values = this.#wanted;
      this.#wanted = undefined;
      const text = await this.#look(values, this.#end.signal).then(
        (lines): DialogPreviewText => ({ phase: 'told', lines: sayLines(lines) }),
        (error: Error): DialogPreviewText => ({ phase: 'failed', lines: sayAssembled(error.message).split('\n') }),
      );
      if (!this.#wanted && !this.#end.signal.aborted) this.#show(text);
    }
    this.#busy = false;
  }

  close(): void {
    this.#end.abort();
  }
}
