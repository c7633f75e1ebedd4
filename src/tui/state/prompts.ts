import type { UserFiles } from '../../settings/read-user-files.ts';
import { Observable } from '../../store/observable.ts';
import { completeLine } from '../commands/registry.ts';
import type { InputEvent } from '../term/key.ts';
import type { ViewModel } from '../views/view-model.ts';
import type { CompletionFacts } from './known-names.ts';
import type { Memory } from './memory.ts';
import { openPrompt, type PromptContext, type PromptState, promptInput } from './prompt-input.ts';

export type { PromptState } from './prompt-input.ts';
export type PromptMode = PromptState['mode'];

interface PromptHost {
  readonly known: CompletionFacts;
  readonly memory: Memory;
  readonly userFiles: UserFiles;
  current(): ViewModel;
  command(line: string): void;
}

const remembered = { command: 'lines', filter: 'filters' } as const;
const keptLines = 100;

/** A line that was typed before moves to the end. */
function withLine(lines: readonly string[], line: string): readonly string[] {
  return [...lines.filter((one) => one !== line), line].slice(-keptLines);
}

/** The command and the filter line: what is typed, what was typed before, and what comes of it. */
export class Prompts extends Observable<PromptState | undefined> {
  readonly #host: PromptHost;
  #filterBefore = '';

  constructor(host: PromptHost) {
    super(undefined);
    this.#host = host;
  }

  #context(mode: PromptMode): PromptContext {
    return {
      history: this.#host.memory.known[remembered[mode]],
      suggest: (text) =>
        mode === 'command' && text !== ''
          ? completeLine(text, this.#host.known, this.#host.memory.known, Object.keys(this.#host.userFiles.aliases))
          : [],
    };
  }

  open(mode: PromptMode, text = ''): void {
    this.#filterBefore = mode === 'filter' ? this.#host.current().filter() : '';
    this.publish(openPrompt(mode, text, this.#context(mode)));
  }

  handle(event: InputEvent): void {
    const prompt = this.getSnapshot();
    if (!prompt) return;
    const view = this.#host.current();
    const result = promptInput(prompt, event, this.#context(prompt.mode));
    if (result.done === false) {
      this.publish(result.state);
      // The table follows while the filter is typed.
      if (prompt.mode === 'filter' && result.state.edit.text !== prompt.edit.text)
        view.setFilter(result.state.edit.text);
      return;
    }
    this.publish(undefined);
    if (result.done === 'cancel') {
      if (prompt.mode === 'filter') view.setFilter(this.#filterBefore);
      return;
    }
    const text = result.text.trim();
    const field = remembered[prompt.mode];
    if (text !== '') this.#host.memory.learn({ [field]: withLine(this.#host.memory.known[field], text) });
    if (prompt.mode === 'filter') view.setFilter(text);
    else this.#host.command(text);
  }
}
