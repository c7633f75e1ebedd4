import { type Fields, identityOf, isFields, joinPath } from '../../lib/field-paths.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';

/** A step to a field: a key, or the item of a list with a name. */
type Step = { key: string } | { item: Fields };

/** One field that differs. Undefined: absent. */
export interface FieldDifference {
  /** `spec.template.spec.containers[name=web].image` */
  path: string;
  steps: readonly Step[];
  before: unknown;
  after: unknown;
}

/** The fields in which two values differ, as deep as both have objects or lists of named items. */
export function fieldDifferences(
  before: unknown,
  after: unknown,
  path = '',
  steps: readonly Step[] = [],
): FieldDifference[] {
  if (jsonEqual(before, after)) return [];
  if (isFields(before) && isFields(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      fieldDifferences(before[key], after[key], joinPath(path, key), [...steps, { key }]),
    );
  }
  const key = Array.isArray(before) && Array.isArray(after) ? identityOf([before, after]) : undefined;
  if (key === undefined) return [{ path, steps, before, after }];
  const [was, is] = [before, after].map((list) => new Map((list as Fields[]).map((item) => [item[key], item])));
  const items = [...new Set([...was!.keys(), ...is!.keys()])].flatMap((id) => {
    const item = (was!.get(id) ?? is!.get(id))!;
    return fieldDifferences(was!.get(id), is!.get(id), `${path}[${key}=${String(id)}]`, [...steps, { item }]);
  });
  // Only their order differs.
  return items.length > 0 ? items : [{ path, steps, before, after }];
}
