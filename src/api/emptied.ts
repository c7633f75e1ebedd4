/**
 * Lists and maps that a client sent empty. They are dropped when it is read, for Go cannot tell them from
 * missing ones when it writes; until then it can, and messages that print a value show `[]` instead of null.
 */
const emptied = new WeakMap<object, Map<string, unknown>>();

/** Remembers that `owner` came with an empty `value` at `name`, which is then dropped. */
export function noteEmptied(owner: object, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = emptied.get(owner);
  if (fields) fields.set(name, value);
  else emptied.set(owner, new Map([[name, value]]));
}

/** The empty list or map that came there; undefined where none did. */
export const emptiedAt = (owner: object, name: string): unknown => emptied.get(owner)?.get(name);

/** The field as the client sent it; null where it sent none. */
export const asSent = (owner: object | undefined, name: string): unknown =>
  (owner as Record<string, unknown> | undefined)?.[name] ?? (owner && emptiedAt(owner, name)) ?? null;

/** `copy` counts as having come with the empty fields of `owner`, but for those that `except` names. */
export function sameEmptied<T extends object>(copy: T, owner: object, except: readonly string[] = []): T {
  const fields = emptied.get(owner);
  if (fields) emptied.set(copy, new Map([...fields].filter(([name]) => !except.includes(name))));
  return copy;
}
