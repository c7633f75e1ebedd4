import { RE2JS } from 're2js';
import type { Causes } from '../../api/validation/causes.ts';
import type { StructuralSchema } from './custom-resource.ts';

const patterns = new Map<string, RE2JS>();
const KEPT_PATTERNS = 1000;

/** A pattern as Go reads it, which takes no longer for one value than for another of its length. */
function patternOf(text: string): RE2JS {
  let pattern = patterns.get(text);
  if (pattern) return pattern;
  pattern = compile(text);
  if (patterns.size >= KEPT_PATTERNS) patterns.clear();
  patterns.set(text, pattern);
  return pattern;
}

function compile(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch {
    // Servers let a group's name come twice; what it is called makes no difference here.
    return RE2JS.compile(text.replace(/\(\?P?<\w+>/g, '('));
  }
}

type Check = (causes: Causes, path: string, value: never, schema: StructuralSchema) => void;

const isGiven = (bound: unknown): bound is number => bound !== undefined && bound !== null;

/** Texts: the first limit that is broken is told (kube-openapi, pkg/validation/validate/validator.go). */
const text = (causes: Causes, path: string, value: string, schema: StructuralSchema): void => {
  const { maxLength, minLength, pattern } = schema;
  const length = [...value].length;
  if (isGiven(maxLength) && length > maxLength) causes.tooLong(path || '<nil>', maxLength);
  else if (isGiven(minLength) && length < minLength) {
    say(causes, path, value, `should be at least ${minLength} chars long`);
  } else if (pattern && !patternOf(pattern).matcher(value).find()) {
    say(causes, path, value, `should match '${pattern}'`);
  }
};

const number = (causes: Causes, path: string, value: number, schema: StructuralSchema): void => {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  const problem = rangeProblem(value, schema, path);
  if (problem) causes.invalid('<nil>', '', problem);
  if (isGiven(multipleOf)) checkMultiple(causes, path, value, multipleOf);
  if (isGiven(minimum) && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    say(causes, path, value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (isGiven(maximum) && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    say(causes, path, value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
};

const list = (causes: Causes, path: string, { length }: unknown[], { minItems, maxItems }: StructuralSchema): void => {
  if (isGiven(minItems) && length < minItems) say(causes, path, length, `should have at least ${minItems} items`);
  if (isGiven(maxItems) && length > maxItems) causes.tooMany(path || '<nil>', length, maxItems);
};

const object = (causes: Causes, path: string, value: object, schema: StructuralSchema): void => {
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  if (isGiven(minProperties) && count < minProperties) {
    say(causes, path, count, `should have at least ${minProperties} properties`);
  }
  if (isGiven(maxProperties) && count > maxProperties) causes.tooMany(path || '<nil>', count, maxProperties);
};

const say = (causes: Causes, path: string, value: unknown, what: string): void =>
  causes.invalid(path || '<nil>', value, `${path} in body ${what}`);

/** What limits values of each kind, in the words of the server's validator. */
export const bounds: Readonly<Record<'text' | 'number' | 'list' | 'object', Check>> = { text, number, list, object };

/** Whole numbers are divided as such; a server takes a factor for one that is none, too. */
function checkMultiple(causes: Causes, path: string, value: number, multipleOf: number): void {
  const isWhole = Number.isSafeInteger(value);
  const factor = isWhole ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) {
    causes.invalid(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`);
  } else if (isWhole ? value % factor !== 0 : !isMultiple(value, factor)) {
    say(causes, path, value, `should be a multiple of ${multipleOf}`);
  }
}

const WHOLE: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };
const LARGEST_FLOAT = 3.4028234663852886e38;

function rangeProblem(value: number, schema: StructuralSchema, path: string): string | undefined {
  const { format } = schema;
  const type = schema['x-kubernetes-int-or-string'] ? 'integer' : schema.type;
  if (type === 'number' && format === 'float' && Math.abs(value) > LARGEST_FLOAT) {
    return `Checked value must be of type number with format float in ${path}`;
  }
  if (type !== 'integer') return undefined;
  const known = typeof format === 'string' && format in WHOLE ? format : undefined;
  const limit = WHOLE[known ?? 'int64']!;
  if (Number.isInteger(value) && value >= -limit && value < limit) return undefined;
  return `Checked value must be of type integer ${known ? `with format ${known}` : '(default format)'} in ${path}`;
}

/** 0.3 is a multiple of 0.1, though not in binary. */
function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}
