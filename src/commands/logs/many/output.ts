import type { KubeObject } from '../../../api/meta.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import type { TerminalWritable } from '../../../lib/io.ts';
import { rawTerminal } from '../../../lib/terminal-guard.ts';
import type { Timed } from '../../../store/logs/line-merger.ts';
import type { LogContainer, LogNote } from '../../../store/logs/log-source.ts';
import { type NoteText, noteText } from '../../../store/logs/note-text.ts';
import { plainPrefix, SourceNames } from '../../../store/logs/source-names.ts';
import type { StampedLine } from '../../../store/logs/stamped-line.ts';
import { commandLineTheme } from '../../../theme/command-line-theme.ts';
import { podToken } from '../../../theme/pod-token.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import type { CommandContext } from '../../command.ts';
import { outputTheme } from '../../shared/output-theme.ts';
import { safeLogText } from '../copy.ts';
import { drained } from '../drained.ts';
import { lineFilter } from './line-filter.ts';
import { LineView } from './line-view.ts';
import type { ManyOptions } from './options.ts';

/** One log on its way out. */
export interface OutputSource {
  of: LogContainer;
  /** Pod and container for people. */
  who: string;
  prefix: string;
  shows(text: string): boolean;
  /** Bytes that may still come of it. */
  room: number;
}

/** A line or a note in its place among them. */
export interface OutputItem extends Timed {
  source: OutputSource;
  line?: StampedLine;
  note?: LogNote;
}

export interface OutputOptions {
  timestamps: boolean;
  limitBytes: number | undefined;
  /** Each line says where it comes from. */
  hasPrefix: boolean;
  /** Pods of several namespaces may come. */
  isOfMany: boolean;
}

/** Writes lines to the standard output and notes to the standard error, in one order. */
export class LogOutput {
  readonly #out: TerminalWritable;
  readonly #err: TerminalWritable;
  readonly #theme: Theme | undefined;
  readonly #noteTheme: Theme | undefined;
  readonly #view: LineView;
  readonly #many: ManyOptions;
  readonly #options: OutputOptions;
  readonly #names = new SourceNames();

  static async open(many: ManyOptions, options: OutputOptions, context: CommandContext): Promise<LogOutput> {
    const { io } = context;
    const noteTheme = io.stderr.isTTY ? await commandLineTheme(io.env, true) : undefined;
    // Objects are for programs.
    return new LogOutput(many, options, io, many.isObjects ? undefined : await outputTheme(context), noteTheme);
  }

  private constructor(
    many: ManyOptions,
    options: OutputOptions,
    io: CommandContext['io'],
    theme: Theme | undefined,
    noteTheme: Theme | undefined,
  ) {
    this.#out = rawTerminal(io.stdout);
    this.#err = rawTerminal(io.stderr);
    this.#theme = theme;
    this.#noteTheme = noteTheme;
    this.#many = many;
    this.#options = options;
    const isGuarded = this.#out.isTTY === true || theme !== undefined;
    this.#view = new LineView({ ...many, theme, isGuarded, timestamps: options.timestamps });
  }

  source(of: LogContainer, pod: KubeObject): OutputSource {
    const { isOfMany, hasPrefix, limitBytes } = this.#options;
    const name = this.#names.shortName(pod);
    const short = `${of.context ? `${of.context}/` : ''}${isOfMany ? `${of.namespace}/` : ''}${name}`;
    const isForPeople = this.#out.isTTY === true;
    const painted = this.#paint(podToken(of.pod), escapeTerminal(short));
    const container = this.#paint('text.muted', escapeTerminal(of.container));
    const shown = isForPeople ? `${painted} ${container} │ ` : plainPrefix(of, isOfMany);
    return {
      of,
      who: `${short} ${of.container}`,
      prefix: hasPrefix && !this.#many.isObjects ? shown : '',
      shows: lineFilter(this.#many),
      room: limitBytes ?? Number.POSITIVE_INFINITY,
    };
  }

  #paint(token: ThemeToken, text: string): string {
    return this.#theme?.paint(token, text) ?? text;
  }

  /** @returns a promise while the reader is slower */
  write(items: readonly OutputItem[]): Promise<void> | undefined {
    let text = '';
    for (const { source, line, note } of items) {
      if (line && source.room > 0 && source.shows(line.text)) text += `${this.#line(line, source)}\n`;
      const words = note && noteText(note, source.who);
      if (!words) continue;
      this.#out.write(text);
      text = '';
      this.say(words);
    }
    return text === '' || this.#out.write(text) ? undefined : drained(this.#out);
  }

  #line(line: StampedLine, source: OutputSource): string {
    if (source.room === Number.POSITIVE_INFINITY) return this.#view.show(line, source.prefix, source.of);
    const bytes = Buffer.from(line.text);
    const kept = bytes.length < source.room ? line : { ...line, text: bytes.subarray(0, source.room).toString() };
    source.room -= bytes.length + 1;
    return this.#view.show(kept, source.prefix, source.of);
  }

  say({ text, weight }: NoteText): void {
    const safe = this.#err.isTTY ? safeLogText(text) : text;
    const token = { quiet: 'text.muted', warn: 'status.warn', error: 'status.error' } as const;
    this.#err.write(`${this.#noteTheme?.paint(token[weight], safe) ?? safe}\n`);
  }
}
