import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../api/meta.ts';
import { toCompactJson } from '../../lib/json.ts';

/** The object with its own text in the annotation, as client-side apply sends it. The argument is left as it is. */
export function withLastApplied(object: KubeObject): KubeObject {
  const bare = structuredClone(object);
  bare.metadata.annotations = { ...bare.metadata.annotations };
  delete bare.metadata.annotations[lastAppliedAnnotation];
  const text = `${toCompactJson(bare)}\n`;
  bare.metadata.annotations[lastAppliedAnnotation] = text;
  return bare;
}

/** A field that is null in a manifest means: not set. */
export function pruneNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => pruneNulls(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, pruneNulls(field)])) as T;
}
