import { matchesIn } from '../../../lib/text-matches.ts';
import { type LogLevel, levelNamed } from '../../../store/logs/level.ts';
import type { LogContainer } from '../../../store/logs/log-source.ts';
import type { StampedLine } from '../../../store/logs/stamped-line.ts';
import { fieldAt, type StructuredLine, structuredLine, valueText } from '../../../store/logs/structured.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { safeLogText } from '../copy.ts';
import { withoutColours } from './line-filter.ts';

export interface LineViewOptions {
  /** Undefined: no colours. */
  theme: Theme | undefined;
  /** A terminal shows it: control sequences become visible. */
  isGuarded: boolean;
  timestamps: boolean;
  highlight: readonly RegExp[];
  /** Undefined: lines as they are; [] is all fields. */
  json: readonly string[] | undefined;
  /** One JSON object for each line. */
  isObjects: boolean;
}

const levelTokens: Readonly<Record<LogLevel, ThemeToken>> = {
  trace: 'text.muted',
  debug: 'text.muted',
  info: 'status.ok',
  warn: 'log.warn',
  error: 'log.error',
  fatal: 'log.error',
};

/** How a line is shown, without its line end. */
export class LineView {
  readonly #options: LineViewOptions;
  /** What is looked for may stand somewhere in the line that is shown. */
  #hasMatch = false;
  /** Nothing but letters is looked for: what is not in the line is in none of its fields. */
  readonly #areWords: boolean;

  constructor(options: LineViewOptions) {
    this.#options = options;
    this.#areWords = options.highlight.every(({ source }) => /^[\w -]+$/.test(source));
  }

  show(line: StampedLine, prefix: string, of: LogContainer): string {
    const { timestamps, isObjects } = this.#options;
    if (isObjects) {
      const { context, namespace, pod, container } = of;
      return JSON.stringify({ context, namespace, pod, container, time: line.stamp, line: line.text });
    }
    const stamp = timestamps && line.stamp !== '' ? `${this.#paint('log.timestamp', line.stamp)} ` : '';
    return `${prefix}${stamp}${this.#text(line.text)}`;
  }

  #text(text: string): string {
    const { json, highlight, theme, isGuarded } = this.#options;
    const plain = withoutColours(text);
    this.#hasMatch = theme !== undefined && highlight.length > 0 && this.#mayMatch(plain);
    const structured = json && structuredLine(plain);
    if (structured) return json.length > 0 ? this.#picked(structured, json) : this.#fields(structured);
    if (this.#hasMatch) {
      const marked = this.#marked(plain);
      if (marked !== undefined) return marked;
    }
    return isGuarded ? safeLogText(text) : text;
  }

  /** One look at a whole line spares one at each of its fields; what is escaped may read otherwise there. */
  #mayMatch(text: string): boolean {
    if (!this.#areWords || text.includes('\\')) return true;
    return this.#options.highlight.some((expression) => text.search(expression) >= 0);
  }

  #fields({ time, level, levelText, message, rest }: StructuredLine): string {
    const parts = [
      time === undefined ? '' : this.#paint('log.timestamp', this.#safe(time)),
      levelText === '' ? '' : this.#level(levelText.toUpperCase().padEnd(5), level),
      message === undefined
        ? ''
        : this.#value(message, level === 'error' || level === 'fatal' ? 'log.error' : undefined),
      ...rest.map(([name, value]) => this.#field(name, value)),
    ];
    return parts.filter((part) => part !== '').join(' ');
  }

  #field(name: string, value: unknown): string {
    const text = valueText(value);
    const shown = typeof value === 'string' && /[\s="]|^$/.test(text) ? JSON.stringify(text) : text;
    return `${this.#paint('yaml.key', `${this.#safe(name)}=`)}${this.#value(shown)}`;
  }

  /** The values alone; `-` where a line has no such field. */
  #picked({ root, level, levelText }: StructuredLine, paths: readonly string[]): string {
    const values = paths.map((path) => {
      const value = fieldAt(root, path);
      if (value === undefined) return '-';
      const text = valueText(value);
      const isLevel = text === levelText || (typeof value === 'string' && levelNamed(text) === level);
      return level !== undefined && isLevel ? this.#level(text, level) : this.#value(text);
    });
    return values.join(' ');
  }

  #level(text: string, level: LogLevel | undefined): string {
    return level === undefined ? this.#safe(text) : this.#paint(levelTokens[level], this.#safe(text));
  }

  /** A value in one line, with what is looked for in colour. */
  #value(text: string, token?: ThemeToken): string {
    const line = text.replaceAll('\n', '\\n');
    const marked = this.#marked(line);
    if (marked !== undefined) return marked;
    return token ? this.#paint(token, this.#safe(line)) : this.#safe(line);
  }

  /** Undefined where nothing matches. Pieces are made safe one by one, so that the marks stay. */
  #marked(text: string): string | undefined {
    const { theme, highlight } = this.#options;
    if (!theme || !this.#hasMatch) return undefined;
    const ranges = matchesIn(text, highlight);
    if (ranges.length === 0) return undefined;
    let shown = '';
    let at = 0;
    for (const [from, to] of ranges) {
      shown += this.#safe(text.slice(at, from)) + theme.paint('search.match', this.#safe(text.slice(from, to)));
      at = to;
    }
    return shown + this.#safe(text.slice(at));
  }

  #paint(token: ThemeToken, text: string): string {
    return this.#options.theme?.paint(token, text) ?? text;
  }

  #safe(text: string): string {
    return this.#options.isGuarded ? safeLogText(text) : text;
  }
}
