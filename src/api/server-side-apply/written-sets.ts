import { type FieldSet, fromFieldsV1, toFieldsV1 } from './field-set.ts';

type Fields = Record<string, unknown>;

/** So many different texts at most: one for each way in which controllers and kubelets write an object. */
const TEXTS = 1000;
/** Trees take more than their text. */
const SETS = 300;

/** What was written lately, by its text: thousands of pods share it instead of having one each. */
const byText = new Map<string, Fields>();
/** Sets that were read lately, by what they were read from. */
const readFrom = new Map<Fields, FieldSet>();
/** What is as `toFieldsV1` writes it. */
const written = new WeakSet<Fields>();

function remember<K, V>(map: Map<K, V>, limit: number, key: K, value: V): V {
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value!);
  return value;
}

/** As `fromFieldsV1`; what is stored is mostly shared, and then read once. The set must not be changed. @throws FieldSetError */
export function readSet(fields: unknown): FieldSet {
  if (typeof fields !== 'object' || fields === null || !written.has(fields as Fields)) return fromFieldsV1(fields);
  return readFrom.get(fields as Fields) ?? remember(readFrom, SETS, fields as Fields, fromFieldsV1(fields));
}

/** As `toFieldsV1`; the result is shared and must not be changed. `from` and `was`: what the set was read from, and that set. */
export function writtenSet(set: FieldSet, from?: unknown, was?: FieldSet): Fields {
  if (set === was && typeof from === 'object' && from !== null && written.has(from as Fields)) return from as Fields;
  const fields = toFieldsV1(set);
  const text = JSON.stringify(fields);
  const known = byText.get(text);
  if (known) return known;
  written.add(fields);
  return remember(byText, TEXTS, text, fields);
}
