import { jsonEqual } from '../../lib/patch/merge-patch.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import type { FieldDifference } from './field-diff.ts';

type Owned = Readonly<Record<string, unknown>>;

/** The managers that own a field of a live object, by its managed fields (meta/v1, FieldsV1). */
export function ownersOf({ steps }: FieldDifference, entries: readonly ManagedFieldsEntry[] = []): string[] {
  const owners = entries.filter(({ fieldsV1 }) => owns(fieldsV1, steps)).map(({ manager = '' }) => manager);
  return [...new Set(owners)];
}

function owns(fields: Owned | undefined, steps: FieldDifference['steps']): boolean {
  let owned = fields;
  for (const step of steps) {
    const entry = Object.entries(owned ?? {}).find(([name]) => isStep(name, step));
    if (!entry) return false;
    owned = entry[1] as Owned;
    // A set that goes no deeper owns all that is below.
    if (Object.keys(owned).length === 0) return true;
  }
  return owned !== undefined;
}

/** `f:image`, `k:{"containerPort":80,"protocol":"TCP"}`; a key that cannot be read is no step. */
function isStep(name: string, step: FieldDifference['steps'][number]): boolean {
  if ('key' in step) return name === `f:${step.key}`;
  if (!name.startsWith('k:')) return false;
  try {
    const keys = JSON.parse(name.slice(2)) as Owned;
    return Object.entries(keys).every(([key, value]) => jsonEqual(step.item[key], value));
  } catch {
    return false;
  }
}
