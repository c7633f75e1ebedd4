import { escapeTerminalLines } from '../../lib/escape.ts';
import type { Dashboard } from '../dashboard.ts';
import { isLoading } from '../snapshot/wait-until-seen.ts';
import { clockText } from '../state/moments.ts';
import type { InputEvent } from '../term/key.ts';
import type { ViewModel } from '../views/view-model.ts';
import { say } from '../words/say.ts';
import { answerKeys, firstKeys, questionText } from './ask-by-line.ts';
import { ViewReader } from './view-reader.ts';

/** Changes are told together after this time (ms), so that a busy table does not talk without end. */
const tellMs = 2000;

/** Keys by their names, as docs/keys.md writes them; letters in capitals are those with shift. */
const keyName = /^((?:ctrl-|alt-|shift-)*)(.|[a-z]+\d*|\\)$/i;
const namedKeys = /^(enter|esc|tab|space|backspace|delete|up|down|left|right|home|end|pageup|pagedown|f\d+)$/;

/**
 * The dashboard as text that is read line by line: for screen readers, braille and terminals that cannot be drawn
 * on. The same views, keys and commands; what changes is told as a sentence, and nothing is drawn again.
 */
export class LineMode {
  readonly #dashboard: Dashboard;
  readonly #write: (text: string) => void;
  readonly #onInput: (event: InputEvent) => void;
  #reader: ViewReader | undefined;
  #unwatch: (() => void) | undefined;
  #timer: { cancel(): void } | undefined;
  #opened = false;
  #phase: string | undefined;
  #asked: unknown;
  #toast = 0;
  #past: number | undefined;
  readonly #stops: (() => void)[];

  /** @param onInput hears what a line stands for, as keys of a screen; answers to questions are nobody's business */
  constructor(dashboard: Dashboard, write: (text: string) => void, onInput: (event: InputEvent) => void = () => {}) {
    this.#dashboard = dashboard;
    this.#write = write;
    this.#onInput = onInput;
    this.#stops = [
      dashboard.subscribe(() => this.#onChange()),
      dashboard.toasts.subscribe(() => this.#onToast()),
      dashboard.past.subscribe(() => this.#onPast()),
    ];
  }

  #say(...lines: string[]): void {
    if (lines.length > 0) this.#write(`${escapeTerminalLines(lines.join('\n'))}\n`);
  }

  start(): void {
    const { cluster } = this.#dashboard.services;
    this.#say(say('kctl, context {context}. Type help for what lines do.', { context: cluster.contextName || '-' }));
    this.#onChange();
  }

  /** Another view, or a question, is in front. */
  #onChange(): void {
    const { overlay, stack } = this.#dashboard.getSnapshot();
    if (overlay) {
      if (this.#asked === undefined) {
        this.#asked = overlay;
        for (const event of firstKeys(overlay)) this.#dashboard.handle(event);
        this.#say(...questionText(this.#dashboard.getSnapshot().overlay ?? overlay));
      }
      return;
    }
    this.#asked = undefined;
    const model = stack.at(-1);
    if (model && model !== this.#reader?.model) this.#show(model);
  }

  #show(model: ViewModel): void {
    this.#unwatch?.();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#reader = new ViewReader(model);
    this.#opened = false;
    this.#phase = undefined;
    this.#unwatch = model.subscribe(() => this.#onView());
    this.#onView();
  }

  /** What is in front has news: its content for the first time at once, changes after a while. */
  #onView(): void {
    const reader = this.#reader!;
    this.#onConnection(reader);
    if (!this.#opened) {
      if (isLoading(reader.model)) return;
      this.#opened = true;
      this.#say(...reader.open());
      return;
    }
    this.#timer ??= this.#dashboard.services.timing.after(tellMs, () => {
      this.#timer = undefined;
      const changes = this.#reader?.changes();
      if (changes) this.#say(changes);
    });
  }

  #onConnection(reader: ViewReader): void {
    const state = reader.model.connection();
    const phase = state && `${state.phase} ${state.error?.message ?? ''}`;
    const before = this.#phase;
    this.#phase = phase;
    const isTrouble = state?.phase === 'stale' || state?.phase === 'failed';
    const wasTrouble = before?.startsWith('stale') || before?.startsWith('failed');
    if (phase === before || !(isTrouble || wasTrouble)) return;
    this.#say(say('Connection: {state}.', { state: reader.connection(this.#dashboard.services.timing.now()) ?? '' }));
  }

  #onToast(): void {
    const toast = this.#dashboard.toasts.getSnapshot();
    if (!toast || toast.id === this.#toast) return;
    this.#toast = toast.id;
    this.#say(toast.kind === 'error' ? say('Error: {text}', { text: toast.text }) : toast.text);
  }

  #onPast(): void {
    const { at } = this.#dashboard.past;
    if (at === this.#past) return;
    this.#past = at;
    this.#say(at === undefined ? say('Live again.') : say('This is the past: {time}.', { time: clockText(at) }));
    const changes = this.#reader?.changes();
    if (changes) this.#say(changes);
  }

  /** Does what a line says. */
  take(line: string): void {
    const text = line.trim();
    const word = words[text.toLowerCase()];
    if (this.#dashboard.getSnapshot().overlay) this.#answer(text);
    else if (text.startsWith(':')) this.#command(text.slice(1));
    else if (text.startsWith('/')) this.#filter(text.slice(1));
    else if (word) word(this);
    else if (/^\d+$/.test(text)) this.#say(this.#reader?.select(Number(text)) ?? '');
    else this.#press(text);
  }

  #command(line: string): void {
    this.#typed(':', line);
    this.#dashboard.command(line);
  }

  /** What a screen would have got for it. */
  #typed(prompt: string, text: string): void {
    this.#onInput({ type: 'key', id: prompt, text: prompt });
    if (text !== '') this.#onInput({ type: 'paste', text });
    this.#onInput({ type: 'key', id: 'enter' });
  }

  #answer(text: string): void {
    const { overlay } = this.#dashboard.getSnapshot();
    if (!overlay) return;
    const keys = answerKeys(overlay, text);
    for (const event of keys) this.#dashboard.handle(event);
    const next = this.#dashboard.getSnapshot().overlay;
    if (next) this.#say(...questionText(next));
  }

  #filter(text: string): void {
    const { model } = this.#reader!;
    this.#typed('/', text);
    model.setFilter(text);
    this.#say(...this.#reader!.open());
  }

  #press(text: string): void {
    const match = keyName.exec(text);
    const name = match?.[2] ?? '';
    if (!match || (name.length > 1 && !namedKeys.test(name))) {
      this.#say(say('{text} is no key: type help for what lines do.', { text }));
      return;
    }
    const isCapital = name.length === 1 && name !== name.toLowerCase();
    const id = `${match[1]!.toLowerCase()}${isCapital ? 'shift-' : ''}${name.toLowerCase()}`;
    const reader = this.#reader;
    const before = reader?.current();
    const marked = reader?.marked();
    // Lines that open a prompt on a screen are typed whole here.
    if (id === ':' || id === '/') return;
    const event: InputEvent = { type: 'key', id, ...(name.length === 1 && match[1] === '' && { text: name }) };
    this.#onInput(event);
    this.#dashboard.handle(event);
    // A view that was opened is read out as it comes.
    const isSame = this.#reader === reader;
    const marks = isSame ? reader?.marked() : undefined;
    if (marks !== undefined && marks !== marked) this.#say(`${say('{count} marked', { count: marks })}.`);
    const replaced = isSame ? reader?.replaced() : undefined;
    const now = this.#reader?.current();
    if (replaced) this.#say(...replaced);
    else if (now !== undefined && now !== before) this.#say(now);
  }

  /** What the words do that are no keys. */
  row(): void {
    this.#say(this.#reader?.current() ?? this.#reader?.title() ?? '');
  }

  more(): void {
    this.#say(...(this.#reader?.more() ?? []));
  }

  read(): void {
    this.#say(...(this.#reader?.open() ?? []));
  }

  where(): void {
    const reader = this.#reader!;
    const { timing, tape } = this.#dashboard.services;
    const trail = this.#dashboard.views().map((model) => new ViewReader(model).title());
    this.#say(
      ...trail,
      ...[reader.connection(timing.now())].flatMap((text) => text ?? []),
      ...(tape?.recorder
        ? [say('Recording to {file}, redacted. :record stop ends it.', { file: tape.recorder.file })]
        : []),
    );
  }

  keys(): void {
    this.#say(
      ...this.#dashboard.bindings().map(({ binding, action }) => `${binding.keys.join(', ')}: ${say(action.label)}`),
    );
  }

  help(): void {
    this.#say(...helpLines.map((line) => say(line)));
  }

  quit(): void {
    this.#dashboard.quit();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#unwatch?.();
    this.#timer?.cancel();
  }
}

const helpLines = [
  ':pods shop goes to a view, as every command after a colon does.',
  '/web filters; / alone shows all.',
  'A number goes to that row. An empty line reads the row again.',
  'more reads on. read reads from the top. where says what this is and how fresh.',
  'A key by its name does what it does on the screen: d, enter, esc, ctrl-d, shift-n, down.',
  'keys says what keys do here. quit ends.',
];

const words: Readonly<Record<string, (mode: LineMode) => void>> = {
  '': (mode) => mode.row(),
  row: (mode) => mode.row(),
  more: (mode) => mode.more(),
  read: (mode) => mode.read(),
  rows: (mode) => mode.read(),
  where: (mode) => mode.where(),
  keys: (mode) => mode.keys(),
  help: (mode) => mode.help(),
  '?': (mode) => mode.help(),
  quit: (mode) => mode.quit(),
};
