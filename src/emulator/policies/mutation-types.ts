import { type CelObjectType, type CelType, DYN, listOf, objectType, STRING } from '../../cel/index.ts';

/** `JSONPatch{op: "add", path: "/x", value: 1}`. */
const known = objectType('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN });

/** Other fields are there, too, of a type without a name that nothing has. */
const NAMELESS: CelType = { kind: 'object', name: '', field: () => undefined };

const JSON_PATCH: CelObjectType = { ...known, field: (name) => known.field(name) ?? { key: name, type: NAMELESS } };

const OBJECT = /^Object(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Names that are keywords of CEL, or no identifiers, are written escaped (apiserver, pkg/cel/escaping.go). */
const ESCAPES: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

const unescaped = (name: string): string =>
  name.replace(/__([a-z]+)__/g, (_all, word: string) => ESCAPES[word] ?? word);

/** `Object.spec.template`: any field of any type; that it fits is seen when it is merged. */
const part = (name: string): CelObjectType => ({
  kind: 'object',
  name,
  field: (field) => ({ key: unescaped(field), type: DYN }),
});

/** What expressions of mutations may construct (policy/mutating, cel/mutation). */
export function constructed(name: string): CelType | undefined {
  if (name === JSON_PATCH.name) return JSON_PATCH;
  return OBJECT.test(name) ? part(name) : undefined;
}

export const RETURNS_OBJECT = { resultTypes: [part('Object')] };
export const RETURNS_PATCH = { resultTypes: [listOf(JSON_PATCH)] };
