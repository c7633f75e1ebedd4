import { KctlError } from '../errors.ts';
import { jsonEqual } from './merge-patch.ts';

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/** A few copies of copies outgrow any memory: what they add together is limited. */
export class CopyLimitError extends KctlError {
  constructor(size: number, limit: number) {
    super(
      'input',
      `Unable to complete the copy, the accumulated size increase of copy is ${size}, exceeding the limit ${limit}`,
    );
  }
}

/** What the copies of one patch may add, in characters of JSON: the API server's limit for a request, 3 MiB. */
const copyLimit = 3 * 1024 * 1024;

interface Root {
  document: unknown;
  /** Characters of JSON that copies have added. */
  copied: number;
}

/**
 * Applies RFC 6902 operations to a copy of `target`.
 * @throws KctlError `input` with the wording of the API server's patch library; an API server answers it with 422,
 * and a CopyLimitError with 413
 */
export function applyJsonPatch<T>(target: T, operations: readonly JsonPatchOperation[]): T {
  const root: Root = { document: structuredClone(target), copied: 0 };
  for (const operation of operations) applyOperation(root, operation);
  return root.document as T;
}

function applyOperation(root: Root, operation: JsonPatchOperation): void {
  if (!isContainer(operation)) throw failed('a JSON patch operation must be an object');
  const { op, path } = operation;
  if (typeof path !== 'string') throw failed(`jsonpatch ${op} operation requires a path`);
  switch (op) {
    case 'add':
      add(root, path, valueIn(operation), WORDS.add);
      break;
    case 'replace':
      replace(root, path, valueIn(operation));
      break;
    case 'remove':
      remove(root, path, WORDS.remove);
      break;
    case 'move': {
      const from = requireFrom(operation);
      add(root, path, remove(root, from, WORDS.moveFrom), WORDS.moveTo);
      break;
    }
    case 'copy':
      add(root, path, copyOf(root, read(root, requireFrom(operation), WORDS.copyFrom) ?? null), WORDS.copyTo);
      break;
    case 'test':
      test(root, operation);
      break;
    default:
      throw failed(`Unexpected kind: ${op}`);
  }
}

function copyOf(root: Root, value: unknown): unknown {
  root.copied += JSON.stringify(value).length;
  if (root.copied > copyLimit) throw new CopyLimitError(root.copied, copyLimit);
  return structuredClone(value);
}

function test(root: Root, { path, value }: JsonPatchOperation): void {
  const actual = path === '' ? root.document : read(root, path, WORDS.test);
  if (!jsonEqual(actual ?? null, value ?? null)) throw failed(`testing value ${path} failed: test failed`);
}

/** What is not said is null. */
const valueIn = ({ value }: JsonPatchOperation): unknown => structuredClone(value ?? null);

function requireFrom({ op, from }: JsonPatchOperation): string {
  if (typeof from !== 'string') throw failed(`${op} operation requires from`);
  return from;
}

function pointerParts(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw failed(`path ${JSON.stringify(path)} does not start with a slash`);
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function child(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return /^-?\d+$/.test(key) ? container.at(Number(key)) : undefined;
  return isContainer(container) && Object.hasOwn(container, key)
    ? (container as Record<string, unknown>)[key]
    : undefined;
}

/** What is said where nothing holds the place, and before what is wrong with the place itself. */
interface Words {
  noParent(path: string): string;
  before(path: string, key: string): string;
}

const notThere =
  (op: string, what: string, isQuoted = false) =>
  (path: string) =>
    `${op} operation does not apply: ${what}: ${isQuoted ? `"${path}"` : path}: missing value`;
const at = (how: string) => (path: string) => `error in ${how}: '${path}': `;

/** evanphx/json-patch, patch.go. */
const WORDS = {
  add: { noParent: notThere('add', 'doc is missing path', true), before: at('add for path') },
  remove: { noParent: notThere('remove', 'doc is missing path', true), before: at('remove for path') },
  replace: { noParent: notThere('replace', 'doc is missing path'), before: at('remove for path') },
  moveFrom: {
    noParent: notThere('move', 'doc is missing from path'),
    before: (_path, key) => at('move for path')(key),
  },
  moveTo: { noParent: notThere('move', 'doc is missing destination path'), before: at('move for path') },
  copyFrom: { noParent: notThere('copy', 'doc is missing from path'), before: at('copy for from') },
  copyTo: {
    noParent: notThere('copy', 'doc is missing destination path'),
    before: () => 'error while adding value during copy: ',
  },
  test: { noParent: notThere('test', 'is missing path'), before: at('test for path') },
} satisfies Record<string, Words>;

/** A member's value, undefined where there is none; an item has to be there. */
function read(root: Root, path: string, words: Words): unknown {
  const { parent, key } = parentOf(root, path, words);
  return Array.isArray(parent) ? parent[arrayIndex(key, parent.length - 1, path, words)] : child(parent, key);
}

function parentOf(root: Root, path: string, words: Words): { parent: Container; key: string } {
  const parts = pointerParts(path);
  const key = parts.pop();
  let parent: unknown = root.document;
  for (const part of parts) parent = child(parent, part);
  if (key === undefined || !isContainer(parent)) throw failed(words.noParent(path));
  return { parent, key };
}

function add(root: Root, path: string, value: unknown, words: Words): void {
  const { parent, key } = parentOf(root, path, words);
  if (Array.isArray(parent)) {
    const isNumber = key === '-' || NUMBER.test(key);
    const index = key === '-' ? parent.length : arrayIndex(key, parent.length, path, words, !isNumber);
    parent.splice(index, 0, value);
  } else setOwn(parent, key, value);
}

function replace(root: Root, path: string, value: unknown): void {
  if (path === '') {
    root.document = value;
    return;
  }
  const { parent, key } = parentOf(root, path, WORDS.replace);
  if (!Array.isArray(parent)) {
    setOwn(parent, key, value);
    return;
  }
  const index = indexIn(key, parent.length - 1);
  if (index === undefined) throw failed(notThere('replace', 'doc is missing key')(path));
  parent[index] = value;
}

/** @returns what was there */
function remove(root: Root, path: string, words: Words): unknown {
  const { parent, key } = parentOf(root, path, words);
  if (Array.isArray(parent)) {
    return parent.splice(arrayIndex(key, parent.length - 1, path, words), 1)[0];
  }
  if (!Object.hasOwn(parent, key)) {
    throw failed(`${words.before(path, key)}Unable to remove nonexistent key: ${key}: missing value`);
  }
  const value = parent[key];
  delete parent[key];
  return value;
}

const NUMBER = /^[+-]?\d+$/;

function indexIn(key: string, last: number): number | undefined {
  if (!NUMBER.test(key)) return undefined;
  const index = Number(key);
  const positive = index < 0 ? index + last + 1 : index;
  return positive < 0 || positive > last ? undefined : positive;
}

function arrayIndex(key: string, last: number, path: string, words: Words, isNew = false): number {
  const index = indexIn(key, last);
  if (index !== undefined) return index;
  const why = NUMBER.test(key)
    ? `Unable to access invalid index: ${Number(key)}: invalid index referenced`
    : `${isNew ? `value was not a proper array index: '${key}': ` : ''}strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
  throw failed(words.before(path, key) + why);
}

function setOwn(parent: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function failed(message: string): KctlError {
  return new KctlError('input', message);
}
