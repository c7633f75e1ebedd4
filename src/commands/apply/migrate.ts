import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { toCompactJson } from '../../lib/json.ts';
import { writeQuery } from '../shared/write-flags.ts';
import type { ApplyOptions } from './options.ts';

export const serverManager = 'kubectl';
const annotationManager = 'kubectl-last-applied';
const maxConflicts = 5;

type Fields = Record<string, unknown>;

interface Help {
  signal: AbortSignal;
  warn(text: string): void;
  /** Applies the manifest once more, so that fields it no longer has go at last. */
  again(): Promise<KubeObject>;
}

interface Target {
  object: KubeObject;
  resource: ResourceInfo;
}

/**
 * An object that client-side apply made keeps its annotation under a manager of its own, and what
 * client-side managers own becomes the server-side manager's: else fields that leave the manifest would stay.
 * Nothing of it can fail the apply.
 */
export async function migrateManagers(
  target: Target,
  options: ApplyOptions,
  cluster: Cluster,
  help: Help,
): Promise<KubeObject> {
  let object: KubeObject;
  try {
    object = await keepAnnotation(target, options, cluster, help.signal);
  } catch (error) {
    help.warn(
      `failed to migrate ${lastAppliedAnnotation} for Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${(error as Error).message}`,
    );
    return target.object;
  }
  let migrated: KubeObject | undefined;
  try {
    migrated = await takeOver({ ...target, object }, options, cluster, help.signal);
  } catch (error) {
    help.warn(
      `server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${(error as Error).message}`,
    );
  }
  if (!migrated) return object;
  try {
    return await help.again();
  } catch (error) {
    help.warn(
      `failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: ${(error as Error).message}`,
    );
    return migrated;
  }
}

async function keepAnnotation(
  { object, resource }: Target,
  options: ApplyOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject> {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  if (options.fieldManager !== serverManager || text === undefined) return object;
  if (annotationOwners(object, 'Apply').length > 0) return object;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const annotations = { [lastAppliedAnnotation]: text };
  return cluster.transport.json<KubeObject>({
    method: 'PATCH',
    path: resourcePath(resource, { name, namespace, subresource: options.subresource || undefined }),
    query: writeQuery({ ...options, fieldManager: annotationManager }),
    contentType: 'application/apply-patch+yaml',
    body: toCompactJson({ apiVersion, kind, metadata: { name, namespace, annotations } }),
    signal,
  });
}

function annotationOwners({ metadata }: KubeObject, operation: 'Apply' | 'Update'): ManagedFieldsEntry[] {
  return (metadata.managedFields ?? []).filter((entry) => {
    const fields = entry.fieldsV1 as { 'f:metadata'?: { 'f:annotations'?: Fields } } | undefined;
    const owned = fields?.['f:metadata']?.['f:annotations'] ?? {};
    return entry.operation === operation && Object.hasOwn(owned, `f:${lastAppliedAnnotation}`);
  });
}

/** @returns the object where something was to be done */
async function takeOver(
  { object, resource }: Target,
  options: ApplyOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const names = new Set(annotationOwners(object, 'Update').map(({ manager }) => manager));
  const { name, namespace } = object.metadata;
  const path = resourcePath(resource, { name, namespace, subresource: options.subresource || undefined });
  let current = object;
  for (let attempt = 1; ; attempt++) {
    const managedFields = withoutClientSide(current.metadata.managedFields ?? [], [...names], options.fieldManager);
    if (!managedFields) return undefined;
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: managedFields },
      // By the version: a server answers 409 where somebody was faster.
      { op: 'replace', path: '/metadata/resourceVersion', value: current.metadata.resourceVersion },
    ];
    const query = writeQuery(options);
    try {
      return await cluster.transport.json<KubeObject>({
        ...{ method: 'PATCH', path, query, signal },
        contentType: 'application/json-patch+json',
        body: toCompactJson(patch),
      });
    } catch (error) {
      if (!isApiError(error, 'Conflict') || attempt >= maxConflicts) throw error;
      current = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
    }
  }
}

/**
 * The entries with what the client-side managers own in the entry of the server-side one (client-go, csaupgrade).
 * @returns undefined where none of those managers is left
 */
export function withoutClientSide(
  entries: readonly ManagedFieldsEntry[],
  clientManagers: readonly (string | undefined)[],
  manager: string,
): ManagedFieldsEntry[] | undefined {
  let result = [...entries];
  let changed = false;
  for (const name of clientManagers) {
    const isClientSide = (entry: ManagedFieldsEntry) =>
      entry.manager === name && entry.operation === 'Update' && !entry.subresource;
    let at = result.findIndex(
      (entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource,
    );
    const firstClient = result.findIndex(isClientSide);
    if (firstClient < 0) continue;
    if (at < 0) {
      at = firstClient;
      result[at] = { ...result[at], manager, operation: 'Apply' };
    }
    const target = result[at]!;
    const source = result.find((entry) => isClientSide(entry) && entry.apiVersion === target.apiVersion);
    if (source) result[at] = { ...target, fieldsV1: union(target.fieldsV1 ?? {}, source.fieldsV1 ?? {}) };
    result = result.filter((entry) => !isClientSide(entry));
    changed = true;
  }
  return changed ? result : undefined;
}

/** Both are trees of fieldsV1; an empty node is a field that is owned, and stays one beside its parts. */
function union(one: Fields, other: Fields): Fields {
  const result: Fields = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const own = result[key] as Fields | undefined;
    result[key] = own === undefined ? value : joined(own, value as Fields);
  }
  return result;
}

function joined(one: Fields, other: Fields): Fields {
  const [emptyOne, emptyOther] = [one, other].map((fields) => Object.keys(fields).length === 0);
  if (emptyOne && emptyOther) return one;
  const both = union(one, other);
  return emptyOne || emptyOther ? { '.': {}, ...both } : both;
}
