import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import type { KctlError } from '../../lib/errors.ts';
import { type Checked, check } from '../checker.ts';
import { fromJson } from '../convert.ts';
import { CelEvaluationError } from '../errors.ts';
import { Evaluation } from '../interpreter.ts';
import { functions } from '../libraries/index.ts';
import { checkLiterals, childrenOf } from '../literals.ts';
import { parse } from '../parser.ts';
import type { Expr, Problem } from '../syntax.ts';
import { type CelType, DYN } from '../types.ts';
import { type CelValue, Duration, Timestamp } from '../values.ts';
import { complaint, type Known } from './complain.ts';
import { FieldShapes } from './field-shapes.ts';
import { type Constants, Rewriting } from './rewrite.ts';
import { type PlacedText, quoteAmounts } from './units.ts';
import type { WhereType, WhereWord } from './word.ts';
import { kindKey, type Vocabulary, vocabularyOf, WHOLE } from './words.ts';

/** A compiled condition. */
export interface WhereFilter {
  /** Whether the condition is true of `object`, which has its `kind` and `apiVersion`. Never throws. */
  matches(object: KubeObject): boolean;
  /** It names an age or `now`, so that its answer can change without a change of the object. */
  readonly dependsOnTime: boolean;
  /** Objects of which it could not be told (a number compared with a text, a division by zero), so far. */
  failures(): { count: number; first: string };
}

/** @throws KctlError `usage` where `text` is no expression, whatever it is asked of */
export function checkSyntax(text: string): void {
  read(text, { subject: 'objects', names: [], functions: [] });
}

/** CEL keeps this word for itself, and has no use for it. */
const wordsOfCel: ReadonlySet<string> = new Set(['namespace']);

function read(text: string, known: Known): { expr: Expr; placed: PlacedText } {
  const placed = quoteAmounts(text);
  const problems: Problem[] = [];
  const expr = parse(placed.text, problems, true, wordsOfCel);
  if (!expr || problems.length > 0) throw refusal(text, placed, problems, known);
  return { expr, placed };
}

function refusal(text: string, placed: PlacedText, problems: readonly Problem[], known: Known): KctlError {
  const inSource = problems.map((problem) => ({ ...problem, pos: placed.placeOf(problem.pos) }));
  return complaint(text, inSource, known);
}

/**
 * Compiles a condition over objects of some types. Fields that an object does not have are null: equal to nothing
 * but null, neither more nor less than anything, false as a condition, and empty to a loop; so
 * `status.phase != "Running"` is true of what has no phase, and `spec.replicas > 3` false where nothing is said.
 * @param now the time in ms since 1970, by the server's clock
 * @throws KctlError `usage` with the place in `text` and, where there is one near, the name that was meant
 */
export function compileWhere(text: string, types: readonly WhereType[], now: () => number): WhereFilter {
  const vocabulary = vocabularyOf(types);
  const subject = [...new Set(types.map(({ plural }) => plural))].join(' and ') || 'objects';
  const known: Known = {
    subject,
    names: Object.keys(vocabulary.variables),
    functions: [...functions.keys()].filter((name) => /^[a-z]/.test(name)),
  };
  const { expr, placed } = read(text, known);
  const problems: Problem[] = [];
  const rewriting = new Rewriting(vocabulary, new FieldShapes(types, subject, problems), problems);
  rewriting.walk(expr);
  if (problems.length > 0) throw refusal(text, placed, problems, known);
  const variables = { ...vocabulary.variables, ...constantTypes(rewriting.constants) };
  const checked = check(expr, { variables, bindings: true }, functions, problems);
  const { kind } = checked.type;
  if (problems.length === 0) checkLiterals(expr, checked.types, problems);
  if (problems.length === 0 && !['bool', 'dyn', 'any'].includes(kind)) {
    problems.push({ pos: placeOfWhole(expr), message: `expected type 'bool' but found '${kind}'` });
  }
  if (problems.length > 0) throw refusal(text, placed, problems, known);
  return filterOf(expr, checked, vocabulary, rewriting.constants, now);
}

/** The first of the places in an expression: an operator stands in its middle. */
const placeOfWhole = (expr: Expr): number => Math.min(expr.pos, ...childrenOf(expr).map(placeOfWhole));

function constantTypes(constants: Constants): Record<string, CelType> {
  return Object.fromEntries([...constants].map(([name, { type }]) => [name, type]));
}

function filterOf(
  expr: Expr,
  checked: Checked,
  vocabulary: Vocabulary,
  constants: Constants,
  now: () => number,
): WhereFilter {
  const used = namesIn(expr);
  const paths = pathsIn(expr, vocabulary);
  const program = { ...checked, names: new Map([...checked.names, ...paths.byExpr]) };
  let object: KubeObject;
  let kind = '';
  let time = 0;
  let typed = '';
  const known = new Map<string, CelValue>();
  /** The value of a name for the object at hand. */
  const lookUp = (name: string): CelValue | undefined => {
    const constant = constants.get(name);
    if (constant) return constant.value;
    const path = paths.byName.get(name);
    if (path) return fromJson(follow(object, path), DYN);
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!used.has(name)) return undefined;
    const word = vocabulary.word(name, kind);
    const value = word
      ? wordValue(word, object, time)
      : fromJson(WHOLE.includes(name) ? object : (object[name] ?? null), DYN);
    known.set(name, value);
    return value;
  };
  let count = 0;
  let first = '';
  return {
    matches(asked) {
      object = asked;
      known.clear();
      time = now();
      const type = `${asked.apiVersion} ${asked.kind}`;
      if (type !== typed) {
        typed = type;
        kind = kindKey({ group: parseApiVersion(asked.apiVersion).group, kind: asked.kind });
      }
      try {
        return new Evaluation(program, lookUp, true).run(expr) === true;
      } catch (error) {
        if (!(error instanceof CelEvaluationError)) throw error;
        if (count++ === 0) first = `${asked.kind.toLowerCase()}/${asked.metadata.name}: ${error.message}`;
        return false;
      }
    },
    dependsOnTime: [...used].some((name) => {
      const word = vocabulary.anyWord(name);
      return word?.unit === 'age' || name === 'now';
    }),
    failures: () => ({ count, first }),
  };
}

/**
 * Paths of fields of the object (`status.phase`), each as one name: thousands of objects are asked, and what lies on
 * the way would be made a value of each time.
 */
function pathsIn(whole: Expr, vocabulary: Vocabulary) {
  const byExpr = new Map<Expr, string>();
  const byName = new Map<string, readonly string[]>();
  const pathOf = (expr: Expr, hidden: ReadonlySet<string>): readonly string[] | undefined => {
    if (expr.kind === 'select' && !expr.testOnly) {
      const path = pathOf(expr.operand, hidden);
      return path && [...path, expr.field];
    }
    if (expr.kind !== 'ident' || hidden.has(expr.name) || vocabulary.anyWord(expr.name)) return undefined;
    if (WHOLE.includes(expr.name)) return [];
    return Object.hasOwn(vocabulary.variables, expr.name) ? [expr.name] : undefined;
  };
  const walk = (expr: Expr, hidden: ReadonlySet<string>): void => {
    const path = expr.kind === 'select' ? pathOf(expr, hidden) : undefined;
    if (path) {
      const name = `@${path.join('.')}`;
      byExpr.set(expr, name);
      byName.set(name, path);
      return;
    }
    const inner = expr.kind === 'fold' ? new Set([...hidden, expr.iterVar, expr.iterVar2 ?? '', expr.accuVar]) : hidden;
    for (const child of childrenOf(expr)) walk(child, expr.kind === 'fold' && child === expr.range ? hidden : inner);
  };
  walk(whole, new Set());
  return { byExpr, byName };
}

/** What lies at the end of a path; null where it breaks off. */
function follow(object: KubeObject, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const field of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, field))
      return null;
    value = (value as Record<string, unknown>)[field];
  }
  return value;
}

/** Names that an expression asks for, those of loops with them. */
function namesIn(expr: Expr, names = new Set<string>()): Set<string> {
  if (expr.kind === 'ident') names.add(expr.name);
  for (const child of childrenOf(expr)) namesIn(child, names);
  return names;
}

const NANOS = 1_000_000n;

function wordValue({ type, unit, value }: WhereWord, object: KubeObject, now: number): CelValue {
  const found = value(object, now);
  if (found === null || found === undefined || Number.isNaN(found)) return null;
  if (unit === 'age') return new Duration(BigInt(Math.round(found as number)) * NANOS);
  if (unit === 'time') return new Timestamp(BigInt(Math.round(found as number)) * NANOS);
  return fromJson(found, type);
}
