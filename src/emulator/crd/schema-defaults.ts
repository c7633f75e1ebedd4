import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { brokenBy } from './validate.ts';

/** Defaults of a definition that its own schemas would refuse. */
export function wrongDefaults(definition: KubeObject): StatusCause[] {
  const versions = (definition.spec?.versions ?? []) as { schema?: { openAPIV3Schema?: StructuralSchema } }[];
  return versions.flatMap(({ schema }, at) =>
    within(schema?.openAPIV3Schema, `spec.versions[${at}].schema.openAPIV3Schema`),
  );
}

function within(schema: StructuralSchema | undefined, path: string): StatusCause[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { default: value, properties, items, additionalProperties } = schema;
  return [
    ...(value === undefined ? [] : brokenBy(value, schema, `${path}.default`)),
    ...Object.entries(properties ?? {}).flatMap(([name, child]) => within(child, `${path}.properties[${name}]`)),
    ...within(items, `${path}.items`),
    ...(typeof additionalProperties === 'object' ? within(additionalProperties, `${path}.additionalProperties`) : []),
  ];
}
