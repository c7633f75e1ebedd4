import type { StatusCause } from '../../api/status.ts';
import type { CelBudget } from '../../cel/index.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { type Broken, compileRules, OBJECT_BUDGET, OutOfBudget, rulesOf, runRules } from './rules.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value with what it was before the update, where it can be told which that is. */
interface Pair {
  now: unknown;
  was: unknown;
}

/**
 * What a value is compared with to let it stay as wrong as it was (CRDValidationRatcheting): itself as
 * it was, else what it is in.
 */
interface Ratchet {
  own?: Pair | undefined;
  around?: Pair | undefined;
}

/** What the rules of a schema say of an object: what is refused, and what only is told. */
export interface RuleFindings {
  causes: StatusCause[];
  warnings: string[];
}

const withRules = new WeakMap<StructuralSchema, boolean>();

/** Whether a rule stands anywhere in `schema`. */
function hasRules(schema: StructuralSchema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  const has = rulesOf(schema).length > 0 || childrenOf(schema).some(hasRules);
  withRules.set(schema, has);
  return has;
}

function childrenOf(schema: StructuralSchema): StructuralSchema[] {
  const { properties, items, additionalProperties, allOf } = schema as StructuralSchema & {
    allOf?: StructuralSchema[];
  };
  return [...Object.values(properties ?? {}), items, additionalProperties, ...(allOf ?? [])].filter(
    isFields,
  ) as StructuralSchema[];
}

/**
 * Holds an object to all `x-kubernetes-validations` of its schema (apiextensions-apiserver,
 * pkg/apiserver/schema/cel/validation.go).
 */
export function validateRules(
  object: unknown,
  previous: unknown,
  schema: StructuralSchema,
  isRoot = true,
): RuleFindings {
  const walk = new Walk();
  try {
    const own = previous === undefined ? undefined : { now: object, was: previous };
    walk.value(schema, schema, object, previous, { own }, '', isRoot);
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
  }
  return { causes: walk.causes, warnings: walk.warnings };
}

class Walk {
  readonly causes: StatusCause[] = [];
  readonly warnings: string[] = [];
  readonly #budget: CelBudget = { remaining: OBJECT_BUDGET };

  /** @param rules where the rules stand: `node` itself, or a part of its `allOf` */
  value(
    rules: StructuralSchema,
    node: StructuralSchema,
    value: unknown,
    old: unknown,
    ratchet: Ratchet,
    path: string,
    isRoot = false,
  ): void {
    if (value === null || value === undefined || !hasRules(rules)) return;
    if (rulesOf(rules).length > 0) this.#check(rules, node, value, old, ratchet, path, isRoot);
    for (const part of (rules.allOf as StructuralSchema[] | undefined) ?? []) {
      this.value(part, node, value, old, { around: ratchet.around }, path, isRoot);
    }
    if (Array.isArray(value)) this.#items(rules, node, value, old, ratchet, path);
    else if (isFields(value)) this.#fields(rules, node, value, isFields(old) ? old : undefined, ratchet, path);
  }

  #check(
    rules: StructuralSchema,
    node: StructuralSchema,
    value: unknown,
    old: unknown,
    ratchet: Ratchet,
    path: string,
    isRoot: boolean,
  ): void {
    const compiled = compileRules(rules, node, isRoot);
    if (!compiled.type) return;
    const found = ({ cause, usesOldSelf }: Broken): void => {
      if (!usesOldSelf && isUnchanged(ratchet)) this.warnings.push(`${cause.field}: ${cause.message}`);
      else this.causes.push(cause);
    };
    runRules(compiled, node.type ?? '', value, old, path, this.#budget, found);
  }

  #fields(
    rules: StructuralSchema,
    node: StructuralSchema,
    value: Fields,
    old: Fields | undefined,
    ratchet: Ratchet,
    path: string,
  ): void {
    const { additionalProperties: others } = rules;
    for (const [key, child] of Object.entries(value)) {
      const ownRules = rules.properties?.[key] ?? (isFields(others) ? (others as StructuralSchema) : undefined);
      const ownNode =
        node.properties?.[key] ?? (isFields(node.additionalProperties) ? node.additionalProperties : undefined);
      if (!ownRules || !ownNode) continue;
      const at = rules.properties?.[key] ? (path ? `${path}.${key}` : key) : `${path}[${key}]`;
      this.value(ownRules, ownNode as StructuralSchema, child, old?.[key], within(ratchet, key), at);
    }
  }

  #items(
    rules: StructuralSchema,
    node: StructuralSchema,
    items: readonly unknown[],
    old: unknown,
    ratchet: Ratchet,
    path: string,
  ): void {
    if (!rules.items || !node.items) return;
    const before = keyed(node, Array.isArray(old) ? old : []);
    const was = keyed(node, Array.isArray(ratchet.own?.was) ? ratchet.own.was : []);
    for (const [at, item] of items.entries()) {
      const key = keyOf(node, item);
      const own = was.has(key) ? { now: item, was: was.get(key) } : undefined;
      const inside = ratchet.own ? { own, around: ratchet.own } : ratchet;
      this.value(rules.items, node.items, item, before.get(key), inside, `${path}[${at}]`);
    }
  }
}

/** One step down; kind and version are no part of what can stay as it is. */
function within(ratchet: Ratchet, key: string): Ratchet {
  const { own, around } = ratchet;
  if (!own) return ratchet;
  if (!around && (key === 'apiVersion' || key === 'kind')) return {};
  const [now, was] = [own.now as Fields, own.was];
  const child = isFields(was) && Object.hasOwn(was, key) ? { now: now[key], was: was[key] } : undefined;
  return { own: child, around: own };
}

function isUnchanged({ own, around }: Ratchet): boolean {
  const pair = own ?? around;
  return pair !== undefined && jsonEqual(pair.now, pair.was);
}

/** Only items of lists of type map can be found again. */
function keyed(node: StructuralSchema, items: readonly unknown[]): Map<string, unknown> {
  if (node['x-kubernetes-list-type'] !== 'map') return new Map();
  return new Map(items.map((item) => [keyOf(node, item), item]));
}

function keyOf(node: StructuralSchema, item: unknown): string {
  const keys = (node['x-kubernetes-list-map-keys'] as string[] | undefined) ?? [];
  const of = (key: string): unknown =>
    (isFields(item) ? item[key] : undefined) ?? node.items?.properties?.[key]?.default;
  return JSON.stringify(keys.map(of));
}
