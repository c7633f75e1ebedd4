import { byBytes, goType, goValue } from '../go-value.ts';
import { FloatLiteral, PathError, type PathStep, type TemplatePart } from './nodes.ts';

type Fields = Record<string, unknown>;
type Slice = Extract<PathStep, { type: 'slice' }>;
type Filter = Extract<PathStep, { type: 'filter' }>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof FloatLiteral);
}

/** Runs a template on one object: what each of its parts finds, in order (client-go util/jsonpath, FindResults). */
export class TemplateRun {
  readonly #parts: readonly TemplatePart[];
  readonly #allowMissing: boolean;
  #openRanges = 0;
  /** Set by a `range` or an `end` that was just met. */
  #begins = 0;
  #ends = 0;
  #lastEnd = -1;

  constructor(parts: readonly TemplatePart[], allowMissing: boolean) {
    this.#parts = parts;
    this.#allowMissing = allowMissing;
  }

  /** @throws PathError */
  results(object: unknown, from = 0): unknown[][] {
    const found: unknown[][] = [];
    for (let at = from; at < this.#parts.length; at++) {
      const part = this.#parts[at] as TemplatePart;
      const values = part.type === 'text' ? [part.text] : this.#run([object], part.steps);
      if (this.#ends > 0 && this.#ends <= this.#openRanges) {
        this.#ends--;
        this.#lastEnd = at;
        break;
      }
      if (this.#begins === 0) {
        found.push(values);
        continue;
      }
      this.#begins--;
      this.#openRanges++;
      // A null that is gone over has no type any more: it is then as nothing.
      for (const value of values) found.push(...this.results(value ?? undefined, at + 1));
      // Nothing to go over: the body is run on nothing, so that its end is found.
      if (values.length === 0) this.results(undefined, at + 1);
      this.#openRanges--;
      if (this.#lastEnd > at) at = this.#lastEnd;
    }
    return found;
  }

  #run(inputs: unknown[], steps: readonly PathStep[]): unknown[] {
    let values = inputs;
    for (const step of steps) values = this.#step(values, step);
    return values;
  }

  #step(values: unknown[], step: PathStep): unknown[] {
    switch (step.type) {
      case 'text':
        return [step.text];
      case 'field':
        return this.#field(values, step.name);
      case 'slice':
        return sliced(values, step);
      case 'wildcard':
        return values.flatMap(children);
      case 'recursive':
        return descendants(values);
      case 'literal':
        return values.map(() => step.value);
      case 'union':
        return step.branches.flatMap((branch) => this.#run(values, branch));
      case 'filter':
        return values.flatMap((value) => this.#filter(value, step));
      case 'word':
        return this.#word(values, step.word);
    }
  }

  #word(values: unknown[], word: string): unknown[] {
    if (word === 'range') {
      this.#begins++;
      return values;
    }
    if (word !== 'end') throw new PathError(`unrecognized identifier ${word}`);
    if (this.#openRanges === 0) throw new PathError('not in range, nothing to end');
    this.#ends++;
    return [];
  }

  #field(values: unknown[], name: string): unknown[] {
    const results = values.filter((value) => isFields(value) && Object.hasOwn(value, name));
    if (results.length === 0 && values.length > 0 && !this.#allowMissing) throw new PathError(`${name} is not found`);
    return results.map((value) => (value as Fields)[name]);
  }

  #filter(value: unknown, filter: Filter): unknown[] {
    if (!Array.isArray(value)) {
      const shown = value === undefined ? '<invalid reflect.Value>' : goValue(value);
      throw new PathError(`${shown} is not array or slice and cannot be filtered`);
    }
    return value.filter((item) =>
      filter.operator === 'exists' ? this.#exists(item, filter) : this.#passes(item, filter),
    );
  }

  #exists(item: unknown, { left }: Filter): boolean {
    try {
      return this.#run([item], left).length > 0;
    } catch (error) {
      if (error instanceof PathError) return false;
      throw error;
    }
  }

  #passes(item: unknown, { left, right, operator }: Filter): boolean {
    const lefts = this.#run([item], left);
    if (lefts.length === 0) return false;
    if (lefts.length > 1) throw new PathError('can only compare one element at a time');
    const rights = this.#run([item], right);
    if (rights.length === 0) return false;
    if (rights.length > 1) throw new PathError('can only compare one element at a time');
    const compare = comparisons[operator];
    if (!compare) throw new PathError(`unrecognized filter operator ${operator}`);
    return compare(lefts[0], rights[0]);
  }
}

/** Maps are walked in the order of their keys; in kubectl chance rules. */
function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...Buffer.from(value)];
  if (!isFields(value)) return [];
  return Object.keys(value)
    .sort(byBytes)
    .map((key) => value[key]);
}

function descendants(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) => {
    const inner = children(value);
    return inner.length === 0 ? [] : [value, ...(typeof value === 'string' ? [] : descendants(inner))];
  });
}

function sliced(values: readonly unknown[], step: Slice): unknown[] {
  const results: unknown[] = [];
  for (const value of values) {
    if (value === null) continue;
    if (!Array.isArray(value)) throw new PathError(`${goType(value)} is not array or slice`);
    const { length } = value;
    let start = step.start.isKnown ? step.start.value : 0;
    if (start < 0) start += length;
    let end = step.end.isKnown ? step.end.value : length;
    if (end < 0 || (end === 0 && step.isSingle)) end += length;
    // None are asked for: what was found so far is all.
    if (start === end) return results;
    if (start >= length || start < 0) throw outOfBounds(start, length);
    if (end > length || end < 0) throw outOfBounds(end - 1, length);
    if (start > end) throw new PathError(`starting index ${start} is greater than ending index ${end}`);
    if (step.step.isKnown && step.step.value <= 0) throw new PathError('step must be > 0');
    const stride = step.step.isKnown ? step.step.value : 1;
    for (let at = start; at < end; at += stride) results.push(value[at]);
  }
  return results;
}

function outOfBounds(index: number, length: number): PathError {
  return new PathError(`array index out of bounds: index ${index}, length ${length}`);
}

type Scalar = string | number | bigint | boolean;

/** Both sides, where they are of one kind. */
function pair(a: unknown, b: unknown): [Scalar, Scalar] {
  const kinds = [a, b].map((value) => (value instanceof FloatLiteral ? 'float64' : goType(value)));
  if (kinds.some((kind) => !['float64', 'int64', 'bool', 'string'].includes(kind))) {
    throw new PathError('invalid type for comparison');
  }
  if (kinds[0] !== kinds[1]) throw new PathError('incompatible types for comparison');
  return [a, b].map((value) => (value instanceof FloatLiteral ? value.value : value)) as [Scalar, Scalar];
}

function equal(a: unknown, b: unknown): boolean {
  const [x, y] = pair(a, b);
  return typeof x === typeof y ? x === y : !(x < y) && !(y < x);
}

function less(a: unknown, b: unknown): boolean {
  const [x, y] = pair(a, b);
  if (typeof x === 'boolean') throw new PathError('invalid type for comparison');
  return typeof x === 'string' ? byBytes(x, y as string) < 0 : x < (y as number);
}

const comparisons: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': less,
  '<=': (a, b) => less(a, b) || equal(a, b),
  '>': (a, b) => !(less(a, b) || equal(a, b)),
  '>=': (a, b) => !less(a, b),
};
