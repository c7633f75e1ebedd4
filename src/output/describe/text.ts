import { escapeTerminalLines } from '../../lib/escape.ts';
import { alignTabs, describeLayout } from '../tab-writer.ts';

export const NONE = '<none>';
export const UNSET = '<unset>';

/** Two spaces for each level. */
function indentation(level: number): string {
  return '  '.repeat(level);
}

/**
 * Collects the text of a description; cells end at tabs and are aligned when the text is made.
 * The terminal sees no control character of the cluster but line feeds and tabs.
 */
export class DescribeText {
  private readonly parts: string[];
  private readonly indent: number;

  constructor(parts: string[] = [], indent = 0) {
    this.parts = parts;
    this.indent = indent;
  }

  /** Text at `level`, without an end of line: more of the line may follow. */
  print(level: number, text: string): void {
    this.parts.push(`${indentation(this.indent + level)}${text}`);
  }

  /** One line at `level`; a line feed inside stays, as kubectl leaves it. */
  line(level: number, text: string): void {
    this.print(level, `${text}\n`);
  }

  /** `Name:<tab>value`. */
  field(level: number, name: string, value: unknown): void {
    this.line(level, `${name}:\t${String(value ?? '')}`);
  }

  /** Lines under one title, the first on the title's own line; `<none>` where there is none. */
  list(title: string, lines: readonly string[], indent = ''): void {
    this.print(0, `${indent}${title}:\t`);
    if (lines.length === 0) this.line(0, NONE);
    for (const [index, line] of lines.entries()) {
      if (index > 0) {
        this.print(0, indent);
        this.print(0, '\t');
      }
      this.line(0, line);
    }
  }

  /** A heading over columns, each with a rule under it: `Type`, `----`. */
  columns(level: number, titles: readonly string[]): void {
    this.line(level, titles.join('\t'));
    this.line(level, titles.map((title) => '-'.repeat(title.length)).join('\t'));
  }

  /**
   * The same text, everything that is written through it `levels` deeper: each piece by itself, so that the
   * value after a title is moved too, as in kubectl's templates of claims.
   */
  nested(levels: number): DescribeText {
    return new DescribeText(this.parts, this.indent + levels);
  }

  /** Everything that another has collected. */
  append(other: DescribeText): void {
    for (const part of other.parts) this.parts.push(part);
  }

  toString(): string {
    return alignTabs(escapeTerminalLines(this.parts.join('')), describeLayout);
  }
}
