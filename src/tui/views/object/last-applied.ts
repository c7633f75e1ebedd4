import { lastAppliedAnnotation } from '../../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { identityOf, isFields } from '../../../lib/field-paths.ts';

/** The manifest that `apply` sent last; undefined where nobody applied the object, or wrote something else there. */
export function lastApplied(object: KubeObject): KubeObject | undefined {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  if (!text) return undefined;
  try {
    const applied: unknown = JSON.parse(text);
    return isFields(applied) && isFields(applied['metadata']) ? (applied as unknown as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Of a live object what its manifest speaks of: fields that others set besides (defaults, status) are no
 * difference from what was applied. Items of lists are told by their names where they have some; those that
 * somebody added stay.
 */
export function asApplied(live: unknown, applied: unknown): unknown {
  if (isFields(live) && isFields(applied)) {
    const entries = Object.entries(applied).filter(([key]) => key in live);
    return Object.fromEntries(entries.map(([key, value]) => [key, asApplied(live[key], value)]));
  }
  if (!Array.isArray(live) || !Array.isArray(applied)) return live;
  const key = identityOf([applied, live]);
  if (key === undefined) return live.map((item, index) => asApplied(item, applied[index] ?? item));
  return live.map((item) => asApplied(item, applied.find((one) => one[key] === item[key]) ?? item));
}
