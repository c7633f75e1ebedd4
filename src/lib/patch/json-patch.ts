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
      add(root, path, valueIn(operation), op);
      break;
    case 'replace':
      replace(root, path, valueIn(operation));
      break;
    case 'remove':
      remove(root, path, op);
      break;
    case 'move': {
      const value = read(root, requireFrom(operation), op);
      remove(root, requireFrom(operation), op);
      add(root, path, value, op);
      break;
    }
    case 'copy':
      add(root, path, copyOf(root, find(root, requireFrom(operation)) ?? null), op);
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

function test(root: Root, operation: JsonPatchOperation): void {
  const actual = find(root, operation.path);
  const expected = operation.value ?? null;
  const isMissing = actual === undefined;
  if (isMissing && expected !== null) throw failed(`testing path ${operation.path} failed: missing value`);
  if (!isMissing && !jsonEqual(actual, expected)) throw failed(`testing value ${operation.path} failed: test failed`);
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

/** The value at `path`, or undefined where there is none. */
function find(root: Root, path: string): unknown {
  let value = root.document;
  for (const key of pointerParts(path)) value = child(value, key);
  return value;
}

function read(root: Root, path: string, op: string): unknown {
  const value = find(root, path);
  if (value === undefined) throw missing(op, path);
  return value;
}

function parentOf(root: Root, path: string, op: string): { parent: Container; key: string } {
  const parts = pointerParts(path);
  const key = parts.pop() ?? '';
  let parent: unknown = root.document;
  for (const part of parts) parent = child(parent, part);
  if (!isContainer(parent)) throw missing(op, path);
  return { parent, key };
}

function missing(op: string, path: string): KctlError {
  return failed(`${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`);
}

function add(root: Root, path: string, value: unknown, op: string): void {
  if (path === '') throw missing(op, path);
  const { parent, key } = parentOf(root, path, op);
  if (Array.isArray(parent)) {
    const index = key === '-' ? parent.length : arrayIndex(parent, key, parent.length, op, path);
    parent.splice(index, 0, value);
  } else setOwn(parent, key, value);
}

function replace(root: Root, path: string, value: unknown): void {
  if (path === '') {
    root.document = value;
    return;
  }
  const { parent, key } = parentOf(root, path, 'replace');
  if (Array.isArray(parent)) parent[arrayIndex(parent, key, parent.length - 1, 'replace', path)] = value;
  else setOwn(parent, key, value);
}

function remove(root: Root, path: string, op: string): void {
  const { parent, key } = parentOf(root, path, op);
  if (child(parent, key) === undefined) throw missing(op, path);
  if (Array.isArray(parent)) parent.splice(arrayIndex(parent, key, parent.length - 1, op, path), 1);
  else delete parent[key];
}

function arrayIndex(list: unknown[], key: string, last: number, op: string, path: string): number {
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  const positive = index < 0 ? index + list.length : index;
  if (Number.isNaN(index) || positive < 0 || positive > last) {
    throw failed(
      `${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: invalid index referenced`,
    );
  }
  return positive;
}

function setOwn(parent: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function failed(message: string): KctlError {
  return new KctlError('input', message);
}
