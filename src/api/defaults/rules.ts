/** A JSON object whose fields defaulting may set. */
// biome-ignore lint/suspicious/noExplicitAny: objects of any kind, read before they are validated.
export type Fields = Record<string, any>;

/**
 * How one type is completed: plain values for fields that are missing, objects by type for nested
 * ones, and a function for what depends on other fields. Order: `set`, then `each`, then `derive`.
 */
export interface DefaultRule {
  /** Field → value where the field is missing; an object value is copied. */
  set?: Readonly<Record<string, unknown>>;
  /** Path of fields → rule; a list applies the rule to each item. Nothing happens where the path ends early. */
  each?: Readonly<Record<string, DefaultRule>>;
  /** What depends on other fields. */
  derive?: (fields: Fields) => void;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a field that is missing. */
export function fill(fields: Fields, name: string, value: unknown): void {
  fields[name] ??= typeof value === 'object' ? copyOf(value) : value;
}

/** Of plain JSON; structuredClone takes ten times as long for what is this small. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, copyOf(child)]));
}

type Steps = readonly (readonly [path: readonly string[], rule: DefaultRule])[];

const steps = new WeakMap<DefaultRule, Steps>();

/** `each` of a rule with its paths split. */
function stepsOf(rule: DefaultRule): Steps {
  let known = steps.get(rule);
  if (!known) {
    known = Object.entries(rule.each ?? {}).map(([path, inner]) => [path.split('.'), inner] as const);
    steps.set(rule, known);
  }
  return known;
}

/** Completes `fields` in place. */
export function applyRule(rule: DefaultRule, fields: Fields): void {
  for (const name in rule.set) fill(fields, name, rule.set[name]);
  for (const [path, inner] of stepsOf(rule)) follow(fields, path, 0, inner);
  rule.derive?.(fields);
}

function follow(value: unknown, path: readonly string[], at: number, rule: DefaultRule): void {
  if (Array.isArray(value)) for (const item of value) follow(item, path, at, rule);
  else if (isFields(value)) {
    if (at === path.length) applyRule(rule, value);
    else follow(value[path[at]!], path, at + 1, rule);
  }
}
