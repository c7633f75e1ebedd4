import type { KubeObject } from '../../api/meta.ts';
import { typeSchema } from '../../api/schema.ts';
import { applyStrategicMerge } from '../../api/strategic-merge.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { applyJsonPatch, type JsonPatchOperation } from '../../lib/patch/json-patch.ts';
import { applyMergePatch } from '../../lib/patch/merge-patch.ts';
import type { PatchType } from './read-patch.ts';

/**
 * What a server would make of the patch, for `--local` and a dry run of the client.
 * @throws KctlError `input` for a patch that cannot be applied
 */
export function patchLocally(object: KubeObject, body: string, type: PatchType): KubeObject {
  const patch = parsed(body);
  if (type === 'json') return applyJsonPatch(object, patch as JsonPatchOperation[]);
  if (type === 'merge') return applyMergePatch(object, patch) as KubeObject;
  const { apiVersion, kind } = object;
  if (!typeSchema(apiVersion, kind)) {
    const type = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
    throw new KctlError('input', `strategic merge patch is not supported for ${type} locally, try --type merge`);
  }
  return applyStrategicMerge(object, patch as Record<string, unknown>, apiVersion, kind);
}

function parsed(body: string): unknown {
  try {
    return parseExactJson(body);
  } catch (error) {
    throw new KctlError('input', `the patch is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
