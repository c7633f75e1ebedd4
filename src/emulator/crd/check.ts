import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { schemaPlaces } from '../../api/validation/definition-places.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { DEFINITIONS } from './conditions.ts';
import type { CustomResource, StructuralSchema } from './custom-resource.ts';
import { wrongScale } from './scale-values.ts';
import { type RuleCheck, wrongDefaults } from './schema-defaults.ts';
import { validateCustom, validateCustomStatus } from './validate.ts';

type Rules = typeof import('./rule-checks.ts');

let rules: Rules | undefined;
let loading: Promise<void> | undefined;

/** Loads what rules need, once; nothing to wait for when it is there. */
function loadRules(): Promise<void> | undefined {
  if (rules) return undefined;
  loading ??= import('./rule-checks.ts').then((loaded) => {
    rules = loaded;
  });
  return loading;
}

function loaded(): Rules {
  if (!rules) throw new Error('rules are looked at before they are loaded');
  return rules;
}

const RULES = 'x-kubernetes-validations';
const known = new WeakMap<object, boolean>();

/** Whether a rule stands anywhere in `value`. */
function mentionsRules(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const found = known.get(value);
  if (found !== undefined) return found;
  const has = Object.entries(value).some(([key, child]) => key === RULES || mentionsRules(child));
  known.set(value, has);
  return has;
}

/** Loads what the definitions that are there need, so that nobody has to wait for it later. */
export function loadRulesFor(definition: KubeObject): void {
  if (mentionsRules(definition.spec?.versions)) void loadRules();
}

/**
 * What of a definition can only be told with the whole of its schemas: defaults, rules. Schemas of which
 * `told` says something already are left alone.
 */
export function checkDefinitionSchemas(
  definition: KubeObject,
  previous: KubeObject | undefined,
  told: readonly StatusCause[],
): StatusCause[] {
  const before = new Map(listOf(previous).map((version) => [version.name, version.schema]));
  return schemaPlaces(definition).flatMap(({ path, part, versions }) => {
    if (told.some(({ field }) => field?.startsWith(path))) return [];
    const schema = part as StructuralSchema;
    const hasRules = mentionsRules(schema);
    const rules = hasRules ? loaded() : undefined;
    const wrong = wrongDefaults(schema, path, rules && ruleCheck(rules));
    const isKnown = isDeepStrictEqual(before.get(versions[0]?.name), versions[0]?.schema);
    return wrong.length > 0 || !rules ? wrong : rules.wrongRules(schema, path, isKnown);
  });
}

const listOf = (definition: KubeObject | undefined): { name: string; schema: unknown }[] =>
  definition?.spec?.versions ?? [];

const ruleCheck =
  ({ validateRules }: Rules): RuleCheck =>
  (value, schema, isRoot) => {
    const kept = validateRules(value, value, schema, isRoot).causes;
    return kept.length > 0 ? kept : validateRules(value, undefined, schema, isRoot).causes;
  };

/** Problems after which rules are not looked at: they rely on what these say is missing. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

const told = new WeakMap<KubeObject, readonly string[]>();

/** What of a custom object its schema refuses; `previous` is set for updates. */
export function checkCustom(
  object: KubeObject,
  previous: KubeObject | undefined,
  { schema, scale }: CustomResource,
  subresource?: string,
): StatusCause[] {
  // The status is looked at alone where it is written alone; else the whole object is.
  const causes = (subresource === 'status' ? validateCustomStatus : validateCustom)(object, previous, schema);
  if (scale) causes.push(...wrongScale(object, scale, subresource === 'status' ? 'status' : 'both'));
  if (!schema || !hasRules(schema)) return causes;
  if (causes.some(({ reason }) => BLOCKING.has(reason ?? ''))) {
    return [...causes, { reason: 'FieldValueInvalid', message: `Invalid value: null: ${UNCHECKED}`, field: '<nil>' }];
  }
  const found = loaded().validateRules(object, previous, schema);
  if (found.warnings.length > 0) told.set(object, found.warnings);
  return [...causes, ...found.causes];
}

const hasRules = (schema: StructuralSchema): boolean => mentionsRules(schema);

/** Waits for what rules need, and tells of those that are broken as they were before. */
export const customRules: AdmissionPlugin = {
  name: 'CustomResourceRules',
  admit({ resource, object }: AdmissionRequest) {
    const { custom } = resource;
    const schema = custom ? custom.schema : resource.storage === DEFINITIONS ? object.spec?.versions : undefined;
    return mentionsRules(schema) ? loadRules() : undefined;
  },
  check({ object, warn }: AdmissionRequest) {
    for (const text of told.get(object) ?? []) warn?.(text);
  },
};
