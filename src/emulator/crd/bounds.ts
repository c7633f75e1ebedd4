import { RE2JS } from 're2js';
import type { StatusCause } from '../../api/status.ts';
import type { StructuralSchema } from './custom-resource.ts';

const patterns = new Map<string, RE2JS>();
const KEPT_PATTERNS = 1000;

/** A pattern as Go reads it, which takes no longer for one value than for another of its length. */
function patternOf(text: string): RE2JS {
  let pattern = patterns.get(text);
  if (pattern) return pattern;
  pattern = RE2JS.compile(text);
  if (patterns.size >= KEPT_PATTERNS) patterns.clear();
  patterns.set(text, pattern);
  return pattern;
}

/** One keyword that limits a value, and how the server says that it is broken. */
interface Bound {
  keyword: string;
  /** False for values of other types: those are not what the keyword is about. */
  isBroken(value: unknown, bound: unknown, schema: StructuralSchema): boolean;
  cause(value: unknown, bound: unknown, path: string, schema: StructuralSchema): Omit<StatusCause, 'field'>;
}

type Size = (value: unknown) => number | undefined;

const number: Size = (value) => (typeof value === 'number' ? value : undefined);
const length: Size = (value) => (typeof value === 'string' ? [...value].length : undefined);
const items: Size = (value) => (Array.isArray(value) ? value.length : undefined);
const fields: Size = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value).length : undefined;

const below = (size: Size) => (value: unknown, bound: unknown) =>
  (size(value) ?? Number.POSITIVE_INFINITY) < Number(bound);
const above = (size: Size) => (value: unknown, bound: unknown) =>
  (size(value) ?? Number.NEGATIVE_INFINITY) > Number(bound);

const invalid =
  (words: (bound: unknown, schema: StructuralSchema) => string): Bound['cause'] =>
  (value, bound, path, schema) => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${path} in body ${words(bound, schema)}`,
  });

const tooMany =
  (size: Size): Bound['cause'] =>
  (value, bound) => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${size(value)}: must have at most ${bound} items`,
  });

/** In the words of the server's validator and of field.ErrorList, which has its own for what is too long. */
export const bounds: readonly Bound[] = [
  {
    keyword: 'minimum',
    isBroken: (value, bound, schema) =>
      below(number)(value, bound) || (schema.exclusiveMinimum === true && value === bound),
    cause: invalid(
      (bound, schema) => `should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${bound}`,
    ),
  },
  {
    keyword: 'maximum',
    isBroken: (value, bound, schema) =>
      above(number)(value, bound) || (schema.exclusiveMaximum === true && value === bound),
    cause: invalid((bound, schema) => `should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${bound}`),
  },
  {
    keyword: 'multipleOf',
    isBroken: (value, bound) => typeof value === 'number' && !isMultiple(value, Number(bound)),
    cause: invalid((bound) => `should be a multiple of ${bound}`),
  },
  {
    keyword: 'minLength',
    isBroken: below(length),
    cause: invalid((bound) => `should be at least ${bound} chars long`),
  },
  {
    keyword: 'maxLength',
    isBroken: above(length),
    cause: (_value, bound) => ({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${bound} bytes`,
    }),
  },
  {
    keyword: 'pattern',
    isBroken: (value, bound) => typeof value === 'string' && !patternOf(String(bound)).matcher(value).find(),
    cause: invalid((bound) => `should match '${bound}'`),
  },
  { keyword: 'minItems', isBroken: below(items), cause: invalid((bound) => `should have at least ${bound} items`) },
  { keyword: 'maxItems', isBroken: above(items), cause: tooMany(items) },
  {
    keyword: 'minProperties',
    isBroken: below(fields),
    cause: invalid((bound) => `should have at least ${bound} properties`),
  },
  { keyword: 'maxProperties', isBroken: above(fields), cause: tooMany(fields) },
];

/** 0.3 is a multiple of 0.1, though not in binary. */
function isMultiple(value: number, factor: number): boolean {
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}
