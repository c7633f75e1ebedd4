import type { KubeObject } from '../meta.ts';
import { compareValues, fieldSetOf } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import type { Shape } from './shape.ts';

/** Who writes the annotation of client-side apply, and may go on from it. */
export const LAST_APPLIED_MANAGER = 'kubectl';
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What client-side apply set and still stands as it set it: kubectl owns it whatever is written down.
 * Undefined where the object was never applied so. Source: apimachinery, managedfields/internal/lastappliedmanager.go.
 */
export function lastAppliedFields(live: KubeObject, shape: Shape): FieldSet | undefined {
  const text = live.metadata.annotations?.[ANNOTATION];
  if (!text) return undefined;
  let applied: KubeObject;
  try {
    applied = JSON.parse(text) as KubeObject;
  } catch {
    return undefined;
  }
  if (typeof applied !== 'object' || applied === null || applied.apiVersion !== live.apiVersion) return undefined;
  const { added, modified, removed } = compareValues(applied, live, shape);
  return [modified, added, removed].reduce(difference, fieldSetOf(applied, shape));
}

/** Keeps the annotation in step with what kubectl applies on the server's side, where there is one. */
export function withLastApplied(object: KubeObject, applied: KubeObject, manager: string): KubeObject {
  const annotations = object.metadata.annotations as Record<string, string> | undefined;
  if (manager !== LAST_APPLIED_MANAGER || !annotations?.[ANNOTATION]) return object;
  const { [ANNOTATION]: _, ...others } = (applied.metadata?.annotations ?? {}) as Record<string, string>;
  const { annotations: _given, ...metadata } = applied.metadata ?? {};
  const rest = Object.keys(others).length > 0 ? { ...metadata, annotations: others } : metadata;
  const text = `${JSON.stringify(sorted({ ...applied, metadata: rest }))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [ANNOTATION]: text } } };
}

/** Keys in the order in which Go writes a map. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
