import { createHash } from 'node:crypto';
import { typeTable } from './facts/types.ts';
import { enumTable } from './openapi/enums.ts';
import { addResource, type Paths } from './openapi/paths.ts';
import type { OpenApiSchema } from './openapi/schema.ts';
import { SchemaSet } from './openapi/schemas.ts';
import type { ResourceInfo } from './resource.ts';

export type { OpenApiSchema } from './openapi/schema.ts';

/** What is served at one group version. */
export interface OpenApiGroupVersion {
  /** `v1`, `apps/v1` */
  groupVersion: string;
  resources: readonly ResourceInfo[];
  /** Kind → the `openAPIV3Schema` of the definition, for custom kinds. */
  extraSchemas?: Readonly<Record<string, OpenApiSchema>> | undefined;
}

/** `v1` → `api/v1`, `apps/v1` → `apis/apps/v1`: the key of a group version in the index and its place under /openapi/v3/. */
export function openApiPath(groupVersion: string): string {
  return groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
}

let factsHash: string | undefined;

/** Changes when the document does: with the facts of this release, the resources, or the custom schemas. */
export function openApiHash({ groupVersion, resources, extraSchemas }: OpenApiGroupVersion): string {
  factsHash ??= createHash('sha256').update(typeTable).update(JSON.stringify(enumTable)).digest('hex');
  const content = JSON.stringify([factsHash, groupVersion, resources, extraSchemas ?? {}]);
  return createHash('sha256').update(content).digest('hex').toUpperCase();
}

/** The answer of /openapi/v3: where the document of each group version is, with a hash to cache it by. */
export function openApiIndex(served: readonly OpenApiGroupVersion[]): {
  paths: Record<string, { serverRelativeURL: string }>;
} {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const one of served) {
    const path = openApiPath(one.groupVersion);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${openApiHash(one)}` };
  }
  return { paths };
}

/**
 * The OpenAPI 3.0 document of one group version: its paths with parameters and patch types, and the
 * schemas of its kinds with all they refer to. `extraSchemas` holds the schema of each custom kind.
 * Descriptions are not in it.
 */
export function openApiDocument(
  groupVersion: string,
  resources: readonly ResourceInfo[],
  extraSchemas: Readonly<Record<string, OpenApiSchema>> = {},
): Record<string, unknown> {
  const schemas = new SchemaSet();
  const paths: Paths = {};
  schemas.type('meta/v1.Status', [{ group: '', kind: 'Status', version: 'v1' }]);
  schemas.type('meta/v1.DeleteOptions', [
    { group: '', kind: 'DeleteOptions', version: 'v1' },
    ...(groupVersion.includes('/') ? [splitKind(groupVersion, 'DeleteOptions')] : []),
  ]);
  for (const resource of resources) addResource(paths, resource, schemas, extraSchemas[resource.kind]);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths,
    components: { schemas: schemas.schemas },
  };
}

function splitKind(groupVersion: string, kind: string): { group: string; kind: string; version: string } {
  const [group, version] = groupVersion.split('/') as [string, string];
  return { group, kind, version };
}
