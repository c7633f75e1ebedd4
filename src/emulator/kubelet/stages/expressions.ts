import { compile } from '@michaelhomer/jqjs';
import { BOOL, compileCel, DYN } from '../../../cel/index.ts';
import { parseGoDuration } from '../../../lib/duration.ts';
import type { Requirement, ValueFrom } from './stage-spec.ts';

/** Reads values out of an object: none where the expression fails on it, as null is none (kwok, utils/expression/query.go). */
type Query = (object: unknown) => unknown[];

/** @throws Error when it is no jq */
function jqQuery(expression: string): Query {
  const filter = compile(expression);
  return (object) => {
    try {
      return [...filter(object)].filter((value) => value !== null && value !== undefined);
    } catch {
      return [];
    }
  };
}

/** @throws Error when it is no CEL about `self` */
function celQuery(expression: string, isCondition = false): Query {
  const options = isCondition ? { resultTypes: [BOOL, DYN] } : {};
  const program = compileCel(expression, { variables: { self: DYN } }, options);
  return (self) => {
    try {
      return [program.evaluate({ self })];
    } catch {
      return [];
    }
  };
}

/** True of objects for which a CEL condition holds. @throws Error when it does not compile */
export function celCondition(expression: string): (object: unknown) => boolean {
  const query = celQuery(expression, true);
  return (object) => query(object)[0] === true;
}

const operators: Readonly<Record<string, (found: readonly unknown[], values: ReadonlySet<string>) => boolean>> = {
  In: (found, values) => found.some((one) => isScalar(one) && values.has(String(one))),
  NotIn: (found, values) => !found.some((one) => isScalar(one) && values.has(String(one))),
  Exists: (found) => found.length > 0,
  DoesNotExist: (found) => found.length === 0,
};
const isScalar = (value: unknown): boolean => ['string', 'boolean', 'number'].includes(typeof value);

/** @throws Error for what kwok refuses: an unknown operator, values too many or too few */
export function requirementOf({ key = '', operator = '', values = [] }: Requirement): (object: unknown) => boolean {
  const holds = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (!holds) throw new Error(`operator ${JSON.stringify(operator)} is not supported`);
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0) throw new Error("for 'in', 'notin' operators, values set can't be empty");
  if (!takesValues && values.length > 0) throw new Error('values set must be empty for exists and does not exist');
  const query = jqQuery(key);
  const wanted = new Set(values);
  return (object) => holds(query(object), wanted);
}

function queryOf({ cel, jq: jqFrom, expressionFrom }: ValueFrom): Query | undefined {
  if (cel?.expression) return celQuery(cel.expression);
  const expression = jqFrom?.expression ?? expressionFrom;
  return expression ? jqQuery(expression) : undefined;
}

/**
 * A number that the object may tell: as a number or as text. An empty text, and one that is no number, is none
 * (kwok, lifecycle/value_int_from.go).
 */
export function numberFrom(
  value: number | undefined,
  from: ValueFrom | undefined,
): (object: unknown) => number | undefined {
  const query = from && queryOf(from);
  if (!query) return () => value;
  return (object) => {
    const [told] = query(object);
    if (typeof told === 'number') return Math.trunc(told);
    if (typeof told !== 'string') return value;
    return /^[+-]?\d+$/.test(told) ? Number(told) : undefined;
  };
}

/** A time (RFC 3339) is what is left until then, other text a Go duration (kwok, lifecycle/value_duration_from.go); ms. */
export function durationFrom(
  value: number | undefined,
  from: ValueFrom | undefined,
): (object: unknown, now: number) => number | undefined {
  const query = from && queryOf(from);
  if (!query) return () => value;
  return (object, now) => {
    const [told] = query(object);
    if (told === '') return undefined;
    if (typeof told !== 'string') return value;
    if (/^\d{4}-\d\d-\d\dT/.test(told) && !Number.isNaN(Date.parse(told))) return Date.parse(told) - now;
    try {
      return parseGoDuration(told);
    } catch {
      return value;
    }
  };
}
