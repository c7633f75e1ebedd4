import type { YAMLError } from 'yaml';

/** What go-yaml says, and on which line: its parser counts lines from 0, its scanner from 1. */
type Words = string | { words: string; line: number };

const KEY = 'did not find expected key';
const VALUE = 'mapping values are not allowed in this context';
const COLON = "could not find expected ':'";
const TOKEN = 'found character that cannot start any token';
const NODE = 'did not find expected node content';

/** The yaml package's messages, by how they begin, and what go-yaml says instead. */
const PROBLEMS: readonly (readonly [RegExp, (place: Place) => Words])[] = [
  [/^Nested mappings are not allowed/, (place) => ({ words: VALUE, line: place.nestedValue() })],
  [/^Tabs are not allowed/, (place) => place.tab()],
  [
    /^(?:All mapping items must start|A block sequence may not|Unexpected scalar at node end)/,
    (place) => place.inMap(KEY),
  ],
  [/^Flow (?:map|sequence) in block collection/, (place) => place.openFlow()],
  [/^Missing closing/, (place) => ({ words: 'found unexpected end of stream', line: place.openQuote() })],
  [/^Implicit keys need to be on a single line/, (place) => place.multilineKey()],
  [/^Plain value cannot start with/, () => TOKEN],
  [/^Block scalar header includes extra/, () => 'did not find expected comment or line break'],
  [/^Sequence item without - indicator/, (place) => place.inMap("did not find expected '-' indicator")],
  [/^Unexpected (?:,|flow-seq-end|flow-map-end)/, (place) => ({ words: NODE, line: place.line - 1 })],
  [/^(?:Alias|Anchor) cannot be an empty/, () => 'did not find expected alphabetic or numeric character'],
  [/^Invalid escape sequence/, () => 'found unknown escape character'],
  [/^Implicit map keys need to be followed/, () => COLON],
  [/^Missing , /, (place) => place.openFlow()],
];

/** What is wrong with a text, as kustomize says it: `yaml: line 3: did not find expected key`. */
export function yamlProblem(text: string, { message, pos }: YAMLError, line: number): string {
  const [, say] = PROBLEMS.find(([begins]) => begins.test(message)) ?? [];
  const said =
    say?.(new Place(text, pos[0], line)) ?? message.charAt(0).toLowerCase() + message.slice(1).split('\n')[0];
  const [words, where] = typeof said === 'string' ? [said, line] : [said.words, said.line];
  return where > 0 ? `yaml: line ${where}: ${words}` : `yaml: ${words}`;
}

/** Where the package met a problem, and what stands around it. Lines count from 1. */
class Place {
  readonly line: number;
  private readonly text: string;
  private readonly at: number;
  private readonly lines: readonly string[];

  constructor(text: string, at: number, line: number) {
    this.text = text;
    this.at = at;
    this.line = line;
    this.lines = text.split('\n');
  }

  /** The parser names the line before the block it was in, or before the problem where that block is the whole text. */
  inMap(words: string): Words {
    const start = this.blockStart();
    return { words, line: start > 1 ? start - 1 : this.line - 1 };
  }

  /** Blocks that are open before the problem's line, the innermost last. */
  private openBlocks(): { column: number; line: number }[] {
    const open: { column: number; line: number }[] = [];
    for (let line = 1; line < this.line; line++) {
      const column = indentOf(this.lines[line - 1] ?? '');
      if (column === undefined) continue;
      while (open.length > 0 && open.at(-1)!.column > column) open.pop();
      if (open.at(-1)?.column !== column) open.push({ column, line });
    }
    return open;
  }

  /** The line on which the innermost block begins that is still open at the problem's column. */
  private blockStart(): number {
    const open = this.openBlocks();
    const column = indentOf(this.lines[this.line - 1] ?? '') ?? 0;
    while (open.length > 1 && open.at(-1)!.column > column) open.pop();
    return open.at(-1)?.line ?? 1;
  }

  /** `a: b: c`, or a value that goes on on a more indented line which then has a colon. */
  nestedValue(): number {
    const isHere = /:\s+\S.*?:(?:\s|$)/.test(this.lines[this.line - 1] ?? '');
    return isHere ? this.line : this.line + 1;
  }

  tab(): Words {
    const before = this.lines[this.line - 2] ?? '';
    const goesOn = /[:-]\s+\S/.test(before);
    return goesOn ? { words: 'found a tab character that violates indentation', line: this.line - 1 } : TOKEN;
  }

  /** A word alone where a key has to be, or a value over several lines that ends in a colon. */
  multilineKey(): Words {
    const column = this.at - this.text.lastIndexOf('\n', this.at - 1) - 1;
    const isSibling = this.openBlocks().some((block) => block.column === column);
    const isFirst = this.lines.slice(0, this.line - 1).every((line) => line.trim() === '' || line.startsWith('#'));
    if (isSibling || isFirst) return COLON;
    const next = this.lines.findIndex((line, index) => index >= this.line && isKey(line));
    return { words: VALUE, line: next < 0 ? this.line : next + 1 };
  }

  openFlow(): Words {
    const closers: Record<string, string> = { '{': '}', '[': ']' };
    let depth = 0;
    for (let at = Math.min(this.at, this.text.length) - 1; at >= 0; at--) {
      const char = this.text[at]!;
      if (char === '}' || char === ']') depth++;
      else if ((char === '{' || char === '[') && depth-- === 0) {
        const start = this.text.slice(0, at).split('\n').length;
        return {
          words: `did not find expected ',' or '${closers[char]}'`,
          line: start > 1 ? start - 1 : this.line - 1,
        };
      }
    }
    return { words: NODE, line: this.line - 1 };
  }

  openQuote(): number {
    const quote = this.text.includes('"') && !/'[^']*$/.test(this.text) ? '"' : "'";
    const odd = this.lines.findLastIndex((line) => line.split(quote).length % 2 === 0);
    return odd < 0 ? this.line : odd + 1;
  }
}

/** Undefined for lines that say nothing. */
function indentOf(line: string): number | undefined {
  const text = line.trimStart();
  return text === '' || text.startsWith('#') ? undefined : line.length - text.length;
}

const isKey = (line: string): boolean => /:(?:\s|$)/.test(line);
