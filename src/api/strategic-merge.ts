import type { KubeObject } from './meta.ts';
import { packageOf, type ValueSchema } from './schema.ts';
import { mergeMap } from './strategic-merge/apply.ts';
import { diffMaps, joinHalves } from './strategic-merge/diff.ts';
import type { JsonMap } from './strategic-merge/lists.ts';
import { spentPatch } from './strategic-merge/spent.ts';

function rootSchema(apiVersion: string, kind: string): ValueSchema {
  return { kind: 'object', type: `${packageOf(apiVersion)}.${kind}` };
}

/**
 * Applies a strategic merge patch to an object of a built-in kind and gives the result; the
 * arguments stay as they are. A custom kind has no merge keys: a server answers 415, a caller uses
 * a merge patch. Throws KctlError `input` when the patch breaks the grammar of its directives.
 */
export function applyStrategicMerge(current: KubeObject, patch: JsonMap, apiVersion: string, kind: string): KubeObject {
  return mergeMap(current, structuredClone(patch), rootSchema(apiVersion, kind)) as KubeObject;
}

/** What is left of a strategic merge patch once it was applied to `current`, as a server shows it of one that does not fit. */
export function appliedStrategicPatch(current: KubeObject, patch: JsonMap, apiVersion: string, kind: string): JsonMap {
  return spentPatch(current, patch, rootSchema(apiVersion, kind));
}

/**
 * The patch that `kubectl apply` sends: what `modified` says other than `current`, and what
 * `original` (the last-applied annotation) said that `modified` no longer does. Fields that others
 * set on `current` are left alone. `{}` means that there is nothing to do. An object without the
 * annotation has an `original` of `{}`.
 */
export function threeWayStrategicPatch(
  original: JsonMap,
  modified: JsonMap,
  current: JsonMap,
  apiVersion: string,
  kind: string,
): JsonMap {
  const schema = rootSchema(apiVersion, kind);
  const changes = diffMaps(current, modified, schema, 'changes');
  const deletions = diffMaps(original, modified, schema, 'deletions');
  return joinHalves(deletions, changes, schema);
}
