import type { StatusCause } from '../../api/status.ts';
import { goJson, goQuote } from '../../api/validation/go-text.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';
import { pruneValue } from './complete.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { wrongResources } from './embedded.ts';
import { brokenBy } from './validate.ts';

/** What the rules of a schema say of a value that it gives itself. */
export type RuleCheck = (value: unknown, schema: StructuralSchema, isRoot: boolean) => StatusCause[];

/**
 * Defaults that the schema itself would refuse (apiextensions-apiserver,
 * pkg/apiserver/schema/defaulting/validation.go).
 * @param path of the schema, for messages
 * @param rules undefined where there are none
 */
export function wrongDefaults(
  schema: StructuralSchema,
  path: string,
  rules: RuleCheck | undefined,
  around: Surroundings = { isRoot: true },
): StatusCause[] {
  const { default: value, properties, items } = schema;
  const isResource = around.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const { inMetadata } = isResource ? {} : around;
  const wrong =
    value === undefined || value === null
      ? []
      : inMetadata
        ? wrongMetadata(value, inMetadata(value), schema, `${path}.default`)
        : wrongDefault(value, schema, `${path}.default`, rules, isResource);
  // The object around a value that belongs to the metadata of an object within.
  const inside = (name: string): Surroundings => {
    const within = isResource && META.has(name) ? RESOURCE : inMetadata;
    return within ? { inMetadata: (one) => within({ [name]: one }) } : {};
  };
  return [
    ...wrong,
    ...(items
      ? wrongDefaults(items, `${path}.items`, rules, inMetadata ? { inMetadata: (one) => inMetadata([one]) } : {})
      : []),
    ...Object.entries(properties ?? {}).flatMap(([name, child]) =>
      wrongDefaults(child, `${path}.properties[${name}]`, rules, inside(name)),
    ),
  ];
}

/** Where a schema stands: at the root, or within the metadata of an object within. */
interface Surroundings {
  isRoot?: boolean;
  /** The object with this value in its metadata. */
  inMetadata?: (value: unknown) => Record<string, unknown>;
}

const META = new Set(['apiVersion', 'kind', 'metadata']);
const RESOURCE = (fields: unknown): Record<string, unknown> => ({
  apiVersion: 'validation/v1',
  kind: 'Validation',
  ...(fields as object),
});

function wrongMetadata(
  value: unknown,
  object: Record<string, unknown>,
  schema: StructuralSchema,
  path: string,
): StatusCause[] {
  const wrong = wrongResources(object, {}, '', true);
  if (wrong.length === 0) return brokenBy(value, schema, '').map((cause) => ({ ...cause, field: path }));
  const said = wrong.map(({ field, message }) => `${field}: ${message}`);
  const detail = `must result in valid metadata: ${said.length > 1 ? `[${said.join(', ')}]` : said[0]}`;
  const shown = typeof value === 'string' ? goQuote(value) : goJson(value);
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${detail}`, field: path }];
}

function wrongDefault(
  value: unknown,
  schema: StructuralSchema,
  path: string,
  rules: RuleCheck | undefined,
  isRoot: boolean,
): StatusCause[] {
  const under = (field: string | undefined): string => {
    const within = (field === '<nil>' ? '' : (field ?? '')).replace(/^\./, '');
    return within ? `${path}.${within}` : path;
  };
  const found: StatusCause[] = [];
  const pruned = deepCopy(value);
  pruneValue(pruned, schema, []);
  if (!jsonEqual(pruned, value)) {
    const shown = typeof value === 'string' ? goQuote(value) : goJson(value);
    const message = `Invalid value: ${shown}: must not have unknown fields`;
    found.push({ reason: 'FieldValueInvalid', message, field: path });
  }
  const resources = wrongResources(value, schema, '', isRoot);
  const broken = resources.length > 0 ? resources : brokenBy(value, schema, '');
  const said = broken.length > 0 ? broken : (rules?.(value, schema, isRoot) ?? []);
  return [...found, ...said.map((cause) => ({ ...cause, field: under(cause.field) }))];
}
