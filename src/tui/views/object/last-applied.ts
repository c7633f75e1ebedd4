import { lastAppliedAnnotation } from '../../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { identityOf, isFields } from '../../../lib/field-paths.ts';
import { type OwnedNode, ownedChild, ownedFields, ownersBelow } from './field-owners.ts';

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

/** Who writes what a manifest says and the defaults of the server with it: their fields are none of others. */
const appliers = new Set(['kubectl-client-side-apply', 'kubectl-create', 'kubectl-last-applied', 'before-first-apply']);

/** True where somebody else than who applied the object has set the field, or something in it. */
function isForeign(owned: OwnedNode | undefined): boolean {
  if (!owned) return false;
  return [...ownersBelow(owned)].some(({ manager, subresource }) => !subresource && !appliers.has(manager));
}

/**
 * Of a live object what its manifest speaks of, and what others have set besides: defaults and status are no
 * difference from what was applied. Items of lists are told by their names where they have some; those that
 * somebody added stay.
 */
export function asApplied(object: KubeObject, applied: KubeObject): KubeObject {
  return reduced(object, applied, ownedFields(object)) as KubeObject;
}

function reduced(live: unknown, applied: unknown, owned: OwnedNode | undefined): unknown {
  const childOf = (step: string | number, value?: unknown) => owned && ownedChild(owned, step, value);
  if (isFields(live) && isFields(applied)) {
    const said = Object.entries(applied).filter(([key]) => key in live);
    const others = Object.entries(live).filter(([key]) => !(key in applied) && isForeign(childOf(key)));
    return Object.fromEntries([
      ...said.map(([key, value]) => [key, reduced(live[key], value, childOf(key))]),
      ...others,
    ]);
  }
  if (!Array.isArray(live) || !Array.isArray(applied)) return live;
  const key = identityOf([applied, live]);
  return live.map((item, index) => {
    const same = key === undefined ? applied[index] : applied.find((one) => one[key] === item[key]);
    return same === undefined ? item : reduced(item, same, childOf(index, item));
  });
}
