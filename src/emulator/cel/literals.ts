import { compilePattern } from './libraries/patterns.ts';
import type { Expr, Problem } from './syntax.ts';
import { parseDuration, parseTimestamp } from './times.ts';

const isPattern = (text: string): boolean => {
  try {
    compilePattern(text, '');
    return true;
  } catch {
    return false;
  }
};

/** Functions whose argument, when it stands there as text, must make sense. */
const checked: Readonly<Record<string, { arg: number; isFine(text: string): boolean }>> = {
  duration: { arg: 0, isFine: (text) => parseDuration(text) !== undefined },
  timestamp: { arg: 0, isFine: (text) => parseTimestamp(text) !== undefined },
  matches: { arg: -1, isFine: isPattern },
};

/** Texts of durations, timestamps and patterns that can never be right (cel-go, cel/validator.go). */
export function checkLiterals(expr: Expr, problems: Problem[]): void {
  if (expr.kind === 'call' && Object.hasOwn(checked, expr.name)) {
    const { arg, isFine } = checked[expr.name]!;
    const literal = expr.args.at(arg);
    if (literal?.kind === 'literal' && typeof literal.value === 'string' && !isFine(literal.value)) {
      problems.push({ pos: literal.pos, message: `invalid ${expr.name} argument` });
    }
  }
  for (const child of childrenOf(expr)) checkLiterals(child, problems);
}

export function childrenOf(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.items;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'fold':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}
