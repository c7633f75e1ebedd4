import { emptySet, type FieldSet, fromFieldsV1, sortedElements } from './field-set.ts';
import { Recent } from './recent.ts';

type Fields = Record<string, unknown>;

/**
 * What was written lately, and its parts, by their text: thousands of pods share it instead of having one each, and
 * where one of them has something of its own (an address), all the rest.
 */
const byText = new Recent<string, Fields>(1500);
/** Sets that were read lately, and their parts, by what they were read from. */
const readFrom = new Recent<Fields, FieldSet>(1000);
/** What was made here: in order, and known by its text. */
const written = new WeakSet<Fields>();

/** As `fromFieldsV1`; what is stored is mostly shared, and then read once. The set must not be changed. @throws FieldSetError */
export function readSet(fields: unknown): FieldSet {
  return isWritten(fields) ? readWritten(fields) : fromFieldsV1(fields);
}

let numbered = 0;
const numbers = new WeakMap<Fields, number>();

/** The same for the same shared set, and for no other; undefined for what is not shared. */
export function numberOfSet(fields: unknown): number | undefined {
  if (!isWritten(fields)) return undefined;
  const known = numbers.get(fields);
  if (known === undefined) numbers.set(fields, ++numbered);
  return known ?? numbered;
}

function isWritten(fields: unknown): fields is Fields {
  return typeof fields === 'object' && fields !== null && written.has(fields as Fields);
}

function readWritten(fields: Fields): FieldSet {
  const known = readFrom.get(fields);
  if (known) return known;
  const set = emptySet();
  for (const element of Object.keys(fields)) {
    if (element === '.') {
      set.member = true;
      continue;
    }
    const child = readWritten(fields[element] as Fields);
    set.children.set(element, child.children.size === 0 ? MEMBER : child);
  }
  return readFrom.set(fields, set);
}

/** Without content, and so a member. */
const MEMBER: FieldSet = { member: true, children: new Map() };

/** The set as FieldsV1; the result is shared and must not be changed. `from` and `was`: what the set was read from, and that set. */
export function writtenSet(set: FieldSet, from?: unknown, was?: FieldSet): Fields {
  return set === was && isWritten(from) ? from : fieldsOf(partOf(set) ?? EMPTY);
}

/** A set with its text, which says the same of the same set: elements in their order, each behind its length. */
interface Part {
  text: string;
  /** Undefined for what has no content. */
  inner: readonly (readonly [element: string, part: Part])[] | undefined;
  isMember: boolean;
}

const EMPTY: Part = { text: '', inner: undefined, isMember: false };

/** Undefined for an empty set. */
function partOf(set: FieldSet): Part | undefined {
  if (set.children.size === 0) return set.member ? EMPTY : undefined;
  const inner: (readonly [string, Part])[] = [];
  let text = set.member ? '.(' : '(';
  for (const element of sortedElements(set)) {
    const part = partOf(set.children.get(element)!);
    if (!part) continue;
    inner.push([element, part]);
    text += `${element.length}${element}${part.text}`;
  }
  return set.member || inner.length > 0 ? { text: `${text})`, inner, isMember: set.member } : undefined;
}

function fieldsOf({ text, inner, isMember }: Part): Fields {
  const known = byText.get(text);
  if (known) return known;
  const fields: Fields = {};
  if (isMember) fields['.'] = NOTHING;
  for (const [element, part] of inner ?? []) fields[element] = part.inner ? fieldsOf(part) : NOTHING;
  written.add(fields);
  return byText.set(text, fields);
}

const NOTHING: Fields = {};
written.add(NOTHING);
