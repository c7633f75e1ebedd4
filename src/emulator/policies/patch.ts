import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { mergeValues } from '../../api/server-side-apply/merge.ts';
import { objectShape, type Shape } from '../../api/server-side-apply/shape.ts';
import { typedProblem } from '../../api/server-side-apply.ts';
import { applyJsonPatch, type JsonPatchOperation } from '../../lib/patch/json-patch.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { schemaOf } from '../registry/facts.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

/**
 * What an ApplyConfiguration makes of an object: merged as server-side apply merges, owned by nobody.
 * @throws Error
 */
export function applyConfiguration(
  request: AdmissionRequest,
  object: KubeObject,
  configuration: Record<string, unknown>,
  matched: ServedResource,
): KubeObject {
  const kind = request.kind?.kind ?? matched.kind;
  const shape = objectShape(object.apiVersion ?? apiVersionOf(matched), kind, schemaOf(matched));
  const { apiVersion } = object;
  const problem = typedProblem({ apiVersion, kind, metadata: {}, ...configuration }, schemaOf(matched));
  if (problem) throw new Error(`error applying patch: failed to convert patch object to typed object: ${problem}`);
  const atomic = atomicPaths(configuration, shape, '');
  if (atomic.length > 0) {
    const places = atomic.join(', ');
    throw new Error(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${places}`,
    );
  }
  return mergeValues(object, configuration, shape) as KubeObject;
}

/** The places where a whole would replace another one that is owned as one. */
function atomicPaths(value: unknown, shape: Shape, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (shape.kind === 'leaf') return [path];
  if (Array.isArray(value)) {
    if (shape.kind !== 'list') return [];
    return value.flatMap((item, at) => atomicPaths(item, shape.item, `${path}[${at}]`));
  }
  if (shape.kind !== 'map') return [];
  return Object.entries(value).flatMap(([name, child]) =>
    atomicPaths(child, shape.member(name).shape, `${path}.${name}`),
  );
}

/** @throws Error */
export function applyPatches(object: KubeObject, operations: readonly JsonPatchOperation[]): KubeObject {
  try {
    return applyJsonPatch(object, operations);
  } catch (error) {
    // Whose test fails has nothing to say.
    if ((error as Error).message.endsWith(': test failed')) return object;
    throw new Error(`JSON Patch: ${(error as Error).message}`);
  }
}
