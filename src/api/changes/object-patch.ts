import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { createMergePatch } from '../../lib/patch/merge-patch.ts';
import type { KubeObject } from '../meta.ts';
import { typeSchema } from '../schema.ts';
import { threeWayStrategicPatch } from '../strategic-merge.ts';

/**
 * The patch from one version of an object to another, by what its kind knows of patches.
 * @throws KctlError `input` where it would make another object of it
 */
export function objectPatch(before: KubeObject, after: KubeObject): { body: string; contentType: string } {
  const { apiVersion, kind } = before;
  const strategic = typeSchema(apiVersion, kind) !== undefined;
  const patch = strategic
    ? threeWayStrategicPatch(before, after, before, apiVersion, kind)
    : createMergePatch(before, after);
  const metadata = (patch.metadata ?? {}) as Record<string, unknown>;
  if ('apiVersion' in patch || 'kind' in patch || 'name' in metadata) {
    throw new KctlError('input', 'At least one of apiVersion, kind and name was changed');
  }
  const contentType = strategic ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
  return { body: toCompactJson(patch), contentType };
}
