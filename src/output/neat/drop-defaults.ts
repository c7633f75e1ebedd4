import { isDeepStrictEqual } from 'node:util';
import { applyDefaults } from '../../api/defaults.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Fields } from './generated.ts';

type Path = readonly (string | number)[];

/** Fields that say what an object is; there is nothing to be seen without them. */
const identity = new Set(['apiVersion', 'kind', 'metadata', 'metadata.name', 'metadata.namespace', 'metadata.labels']);

/** Fields that were defaults in other objects of this kind: most are in all of them. */
const learned = new Map<string, Set<string>>();

/**
 * A copy without all fields that a server would put back by itself: a field is a default if the object without
 * it, completed as a server does (`applyDefaults`), is the completed object. Custom kinds stay as they are:
 * their defaults are in a schema that is not here.
 */
export function withoutDefaults(object: KubeObject): KubeObject {
  const whole = completed(object);
  const kind = `${object.apiVersion} ${object.kind}`;
  const known = learned.get(kind) ?? new Set<string>();
  learned.set(kind, known);
  const isSame = (trial: KubeObject): boolean => isDeepStrictEqual(completed(trial), whole);
  // What was a default before goes at once; where one of them means something here, each is looked at by itself.
  let result = copy(object);
  removeKnown(result, known);
  if (!isSame(result)) result = copy(object);
  for (const path of fieldsOf(result)) {
    const without = copy(result);
    if (!remove(without, path) || !isSame(without)) continue;
    known.add(signature(path, at(result, path)));
    result = without;
  }
  return result;
}

function completed(object: KubeObject): unknown {
  const whole = copy(object);
  applyDefaults(whole);
  return whole;
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== 'object' || value === null) return value;
  const made: Fields = {};
  for (const key of Object.keys(value)) made[key] = copy((value as Fields)[key]);
  return made as T;
}

/** The paths of all fields, those of a whole before those of its parts. What a list holds is not left out of it. */
function* fieldsOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value) && !identity.has(place.join('.'))) yield place;
    yield* fieldsOf(child, place);
  }
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((one, key) => (one as Fields | undefined)?.[key], value);

/** @returns false where it is gone already, with what it was part of */
function remove(object: KubeObject, path: Path): boolean {
  const parent = at(object, path.slice(0, -1)) as Fields | undefined;
  const key = path.at(-1)!;
  if (parent?.[key] === undefined) return false;
  delete parent[key];
  return true;
}

/** A field of whatever element of its lists, with its value. */
const signature = (path: Path, value: unknown): string =>
  `${path.map((key) => (typeof key === 'number' ? '*' : key)).join('.')}=${JSON.stringify(value)}`;

function removeKnown(object: KubeObject, known: ReadonlySet<string>): void {
  if (known.size === 0) return;
  const gone = [...fieldsOf(object)].filter((path) => known.has(signature(path, at(object, path))));
  for (const path of gone) remove(object, path);
}
