import type { PathStep } from './nodes.ts';

/** What a failing step throws; the caller adds the template's text. */
export class PathError extends Error {}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Runs `steps` on every input. A missing key yields nothing, or a PathError where `allowMissing` is false. */
export function evaluate(inputs: readonly unknown[], steps: readonly PathStep[], allowMissing: boolean): unknown[] {
  let values: unknown[] = [...inputs];
  for (const step of steps) values = runStep(values, step, allowMissing);
  return values;
}

function runStep(values: unknown[], step: PathStep, allowMissing: boolean): unknown[] {
  switch (step.type) {
    case 'field':
      return fieldValues(values, step.name, allowMissing);
    case 'slice':
      return values.flatMap((value) => sliceOf(value, step));
    case 'wildcard':
      return values.flatMap(children);
    case 'recursive':
      return values.flatMap(descendants);
    case 'literal':
      return [step.value];
    case 'union':
      return step.branches.flatMap((branch) => evaluate(values, branch, allowMissing));
    case 'filter':
      return values.flatMap((value) =>
        (Array.isArray(value) ? value : []).filter((item) => passes(item, step, allowMissing)),
      );
  }
}

function fieldValues(values: unknown[], name: string, allowMissing: boolean): unknown[] {
  if (name === '') return values;
  const results: unknown[] = [];
  for (const value of values) {
    if (isFields(value) && Object.hasOwn(value, name)) results.push(value[name]);
  }
  if (results.length === 0 && !allowMissing) throw new PathError(`${name} is not found`);
  return results;
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isFields(value) ? sortedKeys(value).map((key) => value[key]) : [];
}

/** Maps are walked in the order of their keys, so that output does not depend on where an object came from. */
function sortedKeys(value: Fields): string[] {
  return Object.keys(value).sort();
}

function descendants(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...children(value).flatMap(descendants)];
}

function sliceOf(value: unknown, step: Extract<PathStep, { type: 'slice' }>): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new PathError(`${goType(value)} is not array or slice`);
  const { length } = value;
  const fromEnd = (index: number) => (index < 0 ? index + length : index);
  const start = fromEnd(step.start ?? 0);
  const end = step.single ? start + 1 : fromEnd(step.end ?? length);
  if (start === end) return [];
  if (start >= length || start < 0) throw outOfBounds(start, length);
  if (end > length || end < 0) throw outOfBounds(end - 1, length);
  if (start > end) throw new PathError(`starting index ${start} is greater than ending index ${end}`);
  const stride = step.step ?? 1;
  if (stride <= 0) throw new PathError('step must be > 0');
  return value.slice(start, end).filter((_, index) => index % stride === 0);
}

function outOfBounds(index: number, length: number): PathError {
  return new PathError(`array index out of bounds: index ${index}, length ${length}`);
}

function goType(value: unknown): string {
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

const comparisons: Readonly<Record<string, (a: string | number | boolean, b: string | number | boolean) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function passes(item: unknown, filter: Extract<PathStep, { type: 'filter' }>, allowMissing: boolean): boolean {
  if (filter.operator === 'exists') return evaluate([item], filter.left, true).length > 0;
  const left = evaluate([item], filter.left, allowMissing);
  const right = evaluate([item], filter.right, allowMissing);
  if (left.length === 0 || right.length === 0) return false;
  if (left.length > 1 || right.length > 1) throw new PathError('can only compare one element at a time');
  const compare = comparisons[filter.operator];
  if (!compare) throw new PathError(`unrecognized filter operator ${filter.operator}`);
  const [a, b] = [left[0], right[0]];
  if (a === null || b === null) return false;
  const isFloatLiteral = (steps: PathStep[]) => steps.some((step) => step.type === 'literal' && step.isFloat);
  const kindOf = (value: unknown, steps: PathStep[]) => (isFloatLiteral(steps) ? 'float64' : goType(value));
  if (typeof a === 'object' || typeof b === 'object' || kindOf(a, filter.left) !== kindOf(b, filter.right)) {
    throw new PathError('incompatible types for comparison');
  }
  return compare(a as string, b as string);
}
