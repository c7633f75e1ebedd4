/** The syntax tree of an expression; every node knows the offset that messages point to. */
export type Expr =
  | { kind: 'literal'; pos: number; value: LiteralValue }
  | { kind: 'ident'; pos: number; name: string }
  | { kind: 'select'; pos: number; operand: Expr; field: string; testOnly?: boolean }
  | CallExpr
  | { kind: 'list'; pos: number; items: Expr[]; optional: ReadonlySet<number> }
  | { kind: 'map'; pos: number; entries: MapEntry[] }
  | { kind: 'struct'; pos: number; name: string; fields: StructField[] }
  | FoldExpr;

export interface CallExpr {
  kind: 'call';
  pos: number;
  name: string;
  target?: Expr;
  args: Expr[];
}

export interface MapEntry {
  key: Expr;
  value: Expr;
  optional: boolean;
  pos: number;
}

export interface StructField {
  name: string;
  value: Expr;
  optional: boolean;
  pos: number;
}

/** A loop over a list or a map, which is what macros become (cel-spec, doc/langdef.md#macros). */
export interface FoldExpr {
  kind: 'fold';
  pos: number;
  range: Expr;
  iterVar: string;
  iterVar2?: string;
  accuVar: string;
  init: Expr;
  condition: Expr;
  step: Expr;
  result: Expr;
}

/** The node of one kind. */
export type ExprOf<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** What is made of each kind of node. */
export type Visitor<T> = { [K in Expr['kind']]: (expr: ExprOf<K>) => T };

/** Has `visitor` make of a node what it makes of its kind; the parts of a node are the visitor's business. */
export function visit<T>(expr: Expr, visitor: Visitor<T>): T {
  // The union does not know that kind and node belong together.
  return (visitor as Record<Expr['kind'], (expr: Expr) => T>)[expr.kind](expr);
}

export type LiteralValue = null | boolean | bigint | number | string | Uint8Array | Uint;

/** An unsigned 64-bit number. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A problem of an expression at an offset of its text. */
export interface Problem {
  pos: number;
  message: string;
}

/** All problems as cel-go prints them: where, what, the line, a caret. */
export function showProblems(source: string, problems: readonly Problem[]): string {
  // Nothing has no first character to point at.
  if (source === '') return problems.map(({ message }) => `ERROR: <input>:1:0: ${message}`).join('\n');
  const lines = source.split('\n');
  return [...problems]
    .map((problem) => ({ ...problem, ...placeOf(lines, problem.pos) }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ message, line, column }) => {
      const text = (lines[line] ?? '').replaceAll('\t', ' ');
      const before = [...text].slice(0, column);
      const wide = (char: string): boolean => char.codePointAt(0)! > 0x7f;
      const dots = before
        .map((char) => (wide(char) ? '．' : '.'))
        .join('')
        .padEnd(before.length, '.');
      const rest = '.'.repeat(Math.max(0, column - before.length));
      const caret = wide([...text][column] ?? '') ? '＾' : '^';
      return `ERROR: <input>:${line + 1}:${column + 1}: ${message}\n | ${text}\n | ${dots}${rest}${caret}`;
    })
    .join('\n');
}

function placeOf(lines: readonly string[], pos: number): { line: number; column: number } {
  let rest = pos;
  for (const [line, text] of lines.entries()) {
    if (rest <= text.length) return { line, column: [...text.slice(0, rest)].length };
    rest -= text.length + 1;
  }
  return { line: lines.length - 1, column: [...(lines.at(-1) ?? '')].length };
}
