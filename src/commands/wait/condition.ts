import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { compileJsonPath, type JsonPath, relaxedJsonPath } from '../../lib/jsonpath.ts';
import { goValueText } from '../../output/go-value.ts';

/** What `--for` asks for. */
export type Wish =
  | { kind: 'create' }
  | { kind: 'delete' }
  /** @throws KctlError for an object that can never answer */
  | { kind: 'state'; isMet(object: KubeObject): boolean };

/** @throws KctlError `usage` in kubectl's words */
export function parseWish(text: string): Wish {
  const lower = text.toLowerCase();
  if (lower === 'create' || lower === 'delete') return { kind: lower };
  if (text.startsWith('condition=')) return conditionWish(text.slice('condition='.length));
  if (text.startsWith('jsonpath=')) return jsonPathWish(text.slice('jsonpath='.length));
  throw new KctlError('usage', `unrecognized condition: ${JSON.stringify(text)}`);
}

function conditionWish(text: string): Wish {
  const equals = text.indexOf('=');
  const [type, status] = equals < 0 ? [text, 'true'] : [text.slice(0, equals), text.slice(equals + 1)];
  return { kind: 'state', isMet: (object) => hasCondition(object, type.toLowerCase(), status.toLowerCase()) };
}

interface Condition {
  type?: unknown;
  status?: unknown;
  observedGeneration?: unknown;
}

/** What is said of an older generation counts for nothing. */
function hasCondition({ metadata, status }: KubeObject, wantedType: string, wantedStatus: string): boolean {
  const conditions: readonly Condition[] = Array.isArray(status?.conditions) ? status.conditions : [];
  const found = conditions.find(
    ({ type, status: value }) =>
      typeof type === 'string' && type.toLowerCase() === wantedType && typeof value === 'string',
  );
  if (!found) return false;
  const observed = found.observedGeneration ?? status?.observedGeneration;
  if (metadata.generation !== undefined && typeof observed === 'number' && observed < metadata.generation) return false;
  return String(found.status).toLowerCase() === wantedStatus;
}

function jsonPathWish(text: string): Wish {
  const parts = splitAtEquals(text);
  if (parts.length > 2) {
    throw new KctlError(
      'usage',
      "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    );
  }
  const expression = relaxedJsonPath(parts[0] ?? '');
  const value = parts[1]?.replace(/^['"]+|['"]+$/g, '');
  if (value === '') {
    throw new KctlError(
      'usage',
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    );
  }
  if (expression === '') throw new KctlError('usage', 'jsonpath expression cannot be empty');
  const path = compiled(expression);
  return { kind: 'state', isMet: (object) => matches(path, object, value) };
}

/** @throws KctlError `usage` that says what is wrong, and not again where */
function compiled(expression: string): JsonPath {
  try {
    return compileJsonPath(expression);
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const reason = error.message.replace(`error parsing jsonpath ${expression}, `, '');
    throw new KctlError('usage', reason, { cause: error });
  }
}

/** Splits at single equals signs: those of `==` belong to a filter. */
function splitAtEquals(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < text.length; index++) {
    if (text.startsWith('==', index)) {
      part += '==';
      index++;
    } else if (text[index] === '=') {
      parts.push(part);
      part = '';
    } else part += text[index];
  }
  return [...parts, part];
}

/** @param wanted undefined: any value */
function matches(path: JsonPath, object: KubeObject, wanted: string | undefined): boolean {
  const [values = [], ...more] = path.groups(object);
  if (values.length === 0) return false;
  if (more.length > 0) throw new KctlError('input', 'given jsonpath expression matches more than one list');
  if (values.length > 1) throw new KctlError('input', 'given jsonpath expression matches more than one value');
  if (wanted === undefined) return true;
  const [value] = values;
  if (typeof value === 'object' && value !== null) {
    throw new KctlError('input', 'jsonpath leads to a nested object or list which is not supported');
  }
  return goValueText(value).trim() === wanted.trim();
}
