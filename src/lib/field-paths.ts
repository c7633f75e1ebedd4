export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the items of a list differ by one of these in all of them, an item is found by it. */
const identities = ['name', 'key', 'type', 'ip', 'containerPort', 'port', 'mountPath', 'topologyKey', 'uid'] as const;

/** The field by which items can be told apart in each of some lists; undefined where they have to be taken as a whole. */
export function identityOf(lists: readonly (readonly unknown[])[]): string | undefined {
  const items = lists.flat();
  if (items.length === 0 || !items.every(isFields)) return undefined;
  return identities.find((key) =>
    (lists as readonly (readonly Fields[])[]).every((list) => {
      const ids = list.map((item) => item[key]);
      return ids.every((id) => typeof id === 'string' || typeof id === 'number') && new Set(ids).size === ids.length;
    }),
  );
}

/** `spec.replicas`; keys with dots are quoted, as in JSONPath: `metadata.labels['a.b/c']`. */
export function joinPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}['${key}']`;
  return path === '' ? key : `${path}.${key}`;
}
