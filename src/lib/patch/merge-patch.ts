type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of keys does not count. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]))
  );
}

/** Assignment that a key named `__proto__` cannot turn into a change of the prototype. */
function setField(fields: Fields, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  } else fields[key] = value;
}

/**
 * RFC 7386: the result of `patch` on `target`. Neither argument is changed. As on a server (evanphx/json-patch,
 * merge.go), fields that are null go also from objects in lists, but where a list takes the place of an object.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch) && !isFields(target)) {
    return patch.map((item) => (item === null ? null : applyMergePatch(undefined, item)));
  }
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setField(result, key, applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  }
  return result;
}

/** RFC 7386: the patch that turns `from` into `to`; `{}` where they are equal. Both are objects. */
export function createMergePatch(from: unknown, to: unknown): Fields {
  const patch: Fields = {};
  const before = isFields(from) ? from : {};
  const after = isFields(to) ? to : {};
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) setField(patch, key, null);
  }
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (jsonEqual(old, value) && Object.hasOwn(before, key)) continue;
    setField(patch, key, isFields(old) && isFields(value) ? createMergePatch(old, value) : value);
  }
  return patch;
}

/** The part of a merge patch that sets (`deletions` false) or that removes fields (true). */
function filterPatch(patch: Fields, deletions: boolean): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      if (deletions) setField(kept, key, null);
    } else if (isFields(value)) {
      const inner = filterPatch(value, deletions);
      if (Object.keys(inner).length > 0 || (!deletions && Object.keys(value).length === 0)) setField(kept, key, inner);
    } else if (!deletions) setField(kept, key, value);
  }
  return kept;
}

function mergeFields(a: Fields, b: Fields): Fields {
  const merged: Fields = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const old = Object.hasOwn(merged, key) ? merged[key] : undefined;
    setField(merged, key, isFields(old) && isFields(value) ? mergeFields(old, value) : value);
  }
  return merged;
}

/**
 * Client-side apply for kinds without a schema (apimachinery jsonmergepatch): sets what differs between
 * `current` and `modified`, removes what `original` (the last applied object) had and `modified` lacks,
 * and leaves alone what others added.
 */
export function threeWayMergePatch(original: unknown, modified: unknown, current: unknown): Fields {
  const changes = filterPatch(createMergePatch(current, modified), false);
  const deletions = filterPatch(createMergePatch(original ?? {}, modified), true);
  return mergeFields(deletions, changes);
}
