import { sameType } from './assignable.ts';
import { compilePattern } from './libraries/patterns.ts';
import type { CallExpr, Expr, Problem } from './syntax.ts';
import { parseDuration, parseTimestamp } from './times.ts';
import { type CelType, formatType, isOptional } from './types.ts';

type Types = ReadonlyMap<Expr, CelType>;

/** What can be said against the literals of an expression whose types fit (cel-go, cel/validator.go). */
export function checkLiterals(expr: Expr, types: Types, problems: Problem[]): void {
  checkTexts(expr, problems);
  checkElements(expr, types, problems);
  checkFormats(expr, types, problems);
}

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

/** Texts of durations, timestamps and patterns that can never be right. */
function checkTexts(expr: Expr, problems: Problem[]): void {
  if (expr.kind === 'call' && Object.hasOwn(checked, expr.name)) {
    const { arg, isFine } = checked[expr.name]!;
    const literal = expr.args.at(arg);
    if (literal?.kind === 'literal' && typeof literal.value === 'string' && !isFine(literal.value)) {
      problems.push({ pos: literal.pos, message: `invalid ${expr.name} argument` });
    }
  }
  for (const child of childrenOf(expr)) checkTexts(child, problems);
}

/** The elements of a list, and the keys and values of a map, are of one type, but for what is formatted. */
function checkElements(expr: Expr, types: Types, problems: Problem[]): void {
  if (expr.kind === 'call' && expr.name === 'format') {
    if (expr.target) checkElements(expr.target, types, problems);
    return;
  }
  const unwrap = (one: Expr, optional: boolean): [number, CelType] => {
    const type = types.get(one)!;
    return [one.pos, optional && isOptional(type) ? type.parameters[0]! : type];
  };
  if (expr.kind === 'list') {
    checkSame(
      expr.items.map((item, at) => unwrap(item, expr.optional.has(at))),
      problems,
      true,
    );
  }
  if (expr.kind === 'map') {
    checkSame(
      expr.entries.map(({ key }) => unwrap(key, false)),
      problems,
    );
    checkSame(
      expr.entries.map(({ value, optional }) => unwrap(value, optional)),
      problems,
    );
  }
  for (const child of childrenOf(expr)) checkElements(child, types, problems);
}

function checkSame(elements: readonly [number, CelType][], problems: Problem[], onlyFirst = false): void {
  const [first, ...rest] = elements;
  for (const [pos, type] of rest) {
    if (sameType(first![1], type)) continue;
    problems.push({ pos, message: `expected type '${formatType(first![1])}' but found '${formatType(type)}'` });
    if (onlyFirst) return;
  }
}

interface Clause {
  fits: readonly string[];
  rule: string;
}

/** All but what may be of any type; what is not known at all is looked at when it runs. */
const STRINGS =
  'list map object opaque type parameter null bool int uint double string bytes timestamp duration error'.split(' ');
const NUMBERS = 'only integers and bools can be formatted as binary';
const clauses: Readonly<Record<string, Clause | undefined>> = {
  s: {
    fits: STRINGS,
    rule: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  },
  d: { fits: ['int', 'uint'], rule: 'decimal clause can only be used on integers' },
  f: { fits: ['double'], rule: 'fixed-point clause can only be used on doubles' },
  e: { fits: ['double'], rule: 'scientific clause can only be used on doubles' },
  b: { fits: ['int', 'uint', 'bool'], rule: NUMBERS },
  o: { fits: ['int', 'uint'], rule: 'octal clause can only be used on integers' },
  x: {
    fits: ['int', 'uint', 'string', 'bytes'],
    rule: 'only integers, byte buffers, and strings can be formatted as hex',
  },
};

/** A format that stands there as text fits the list that stands there next to it. */
function checkFormats(expr: Expr, types: Types, problems: Problem[]): void {
  for (const child of childrenOf(expr)) checkFormats(child, types, problems);
  if (expr.kind !== 'call' || expr.name !== 'format' || expr.target?.kind !== 'literal') return;
  const list = expr.args[0];
  if (list?.kind === 'list' && typeof expr.target.value === 'string') checkFormat(expr, list.items, types, problems);
}

function checkFormat(
  { target, pos: callAt }: CallExpr,
  items: readonly Expr[],
  types: Types,
  problems: Problem[],
): void {
  const format = String((target as Expr & { kind: 'literal' }).value);
  const refuse = (message: string, pos = callAt): number => problems.push({ pos, message });
  let used = 0;
  for (const [whole, , name] of format.matchAll(/%(?:%|(\.\d*)?([\s\S])?)/gu)) {
    if (whole === '%%') continue;
    const item = items[used];
    if (!item) return void refuse(`index ${used} out of range`);
    used++;
    if (name === undefined) return void refuse('unexpected end of string');
    const key = name === 'X' ? 'x' : name;
    if (!Object.hasOwn(clauses, key)) {
      return void refuse(`could not parse formatting clause: unrecognized formatting clause "${name}"`);
    }
    const clause = clauses[key];
    const type = types.get(item)!;
    if (!clause || type.kind === 'dyn' || clause.fits.includes(type.kind)) continue;
    refuse(
      `error during formatting: ${clause.rule}, was given ${type.kind === 'any' ? 'google.protobuf.Any' : formatType(type)}`,
      item.pos,
    );
    return;
  }
  if (items.length > used) {
    refuse(`too many arguments supplied to string.format (expected ${used}, got ${items.length})`);
  }
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
