import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { DEFINITIONS } from './conditions.ts';
import type { CustomResource, StructuralSchema } from './custom-resource.ts';
import { wrongDefaults } from './schema-defaults.ts';
import { validateCustom } from './validate.ts';

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

/** What of a definition can only be told with the whole of its schemas: defaults, rules. */
export function checkDefinitionSchemas(definition: KubeObject): StatusCause[] {
  const causes = wrongDefaults(definition);
  if (causes.length > 0 || !mentionsRules(definition.spec?.versions)) return causes;
  return loaded().wrongRules(definition);
}

/** Problems after which rules are not looked at: they rely on what these say is missing. */
const BLOCKING = new Set(['FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);
const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

const told = new WeakMap<KubeObject, readonly string[]>();

/** What of a custom object its schema refuses; `previous` is set for updates. */
export function checkCustom(
  object: KubeObject,
  previous: KubeObject | undefined,
  { schema }: CustomResource,
): StatusCause[] {
  const causes = validateCustom(object, previous, schema);
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
