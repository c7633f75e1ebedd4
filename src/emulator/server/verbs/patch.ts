import { duplicateFields } from '../../../api/duplicate-fields.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../../api/status.ts';
import { goQuote } from '../../../api/validation/go-text.ts';
import { KctlError } from '../../../lib/errors.ts';
import { goJsonError } from '../../../lib/go-json-error.ts';
import { goValue } from '../../../lib/go-value.ts';
import { isDeeperThan } from '../../../lib/json-depth.ts';
import {
  badRequest,
  failure,
  invalid,
  notFound,
  plainError,
  requestTooLarge,
  unprocessable,
  unsupportedMediaType,
} from '../../errors.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { toServed, toStored } from '../../registry/convert.ts';
import { deepCopy } from '../../registry/copy.ts';
import { kindOf } from '../../registry/create.ts';
import { DecodeError } from '../../registry/decode.ts';
import { updateObject } from '../../registry/update.ts';
import { goMismatch, goYamlError, MAX_DEPTH, mediaType, readBody, repeatedFields } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { checkKind, sendObject } from './write.ts';
import { type RequestOptions, writeOptions } from './write-options.ts';

/** Turns what is there into what shall be there. Both are in the version of the request. */
type Patcher = ((current: KubeObject) => KubeObject) & {
  /** Of a strategic patch: what is told of it when what it makes of `current` does not fit, as Go prints it. */
  shownOf?(current: KubeObject): string;
};

const JSON_PATCH_LIMIT = 10_000;
const STRATEGIC = 'application/strategic-merge-patch+json';

/** By media type: reads the body once and loads what applies it. */
const patchers: Readonly<Record<string, (text: string, resource: ServedResource) => Promise<Patcher>>> = {
  'application/json-patch+json': async (text) => {
    const operations = (decodedPatch(text) ?? []) as unknown[];
    if (!Array.isArray(operations)) throw undecoded(goMismatch(operations, '[]handlers.jsonPatchOp'));
    const odd = operations.find((one) => !isObject(one) && one !== null);
    if (odd !== undefined) throw undecoded(goMismatch(odd, 'handlers.jsonPatchOp'));
    if (operations.length > JSON_PATCH_LIMIT) {
      const most = `The allowed maximum operations in a JSON patch is ${JSON_PATCH_LIMIT}, got ${operations.length}`;
      throw requestTooLarge(`Request entity too large: ${most}`);
    }
    const { applyJsonPatch, CopyLimitError } = await import('../../../lib/patch/json-patch.ts');
    return (current) => {
      try {
        return applyJsonPatch(current, operations as never) as KubeObject;
      } catch (error) {
        if (error instanceof CopyLimitError) throw requestTooLarge(error.message);
        if (error instanceof KctlError) throw unprocessable();
        throw error;
      }
    };
  },
  'application/merge-patch+json': async (text) => {
    const patch = objectPatch(text);
    const { applyMergePatch } = await import('../../../lib/patch/merge-patch.ts');
    return (current) => applyMergePatch(current, patch as never) as KubeObject;
  },
  [STRATEGIC]: async (text, resource) => {
    const patch = objectPatch(text) as KubeObject;
    const { appliedStrategicPatch, applyStrategicMerge } = await import('../../../api/strategic-merge.ts');
    const kind = [apiVersionOf(resource), resource.kind] as const;
    const apply = (current: KubeObject) => {
      try {
        return applyStrategicMerge(current, patch, ...kind) as KubeObject;
      } catch (error) {
        if (error instanceof KctlError && !isApiError(error, 'Conflict')) throw plainError(error.message);
        throw error;
      }
    };
    return Object.assign(apply, {
      shownOf: (current: KubeObject) => goValue(appliedStrategicPatch(current, patch, ...kind)),
    });
  },
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const undecoded = (why: string): ApiStatusError => badRequest(`error decoding patch: ${why}`);

function decodedPatch(text: string): unknown {
  if (isDeeperThan(text, MAX_DEPTH)) throw undecoded('exceeded max depth');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw undecoded(goJsonError(text) ?? (error as Error).message);
  }
}

function objectPatch(text: string): unknown {
  const patch = decodedPatch(text);
  if (patch === null) throw badRequest('Invalid JSON Patch');
  if (!isObject(patch)) throw undecoded(goMismatch(patch, 'map[string]interface {}'));
  return patch;
}

/** Routes of built-in kinds do not say what they would take. */
function unsupported({ custom }: ServedResource): ApiStatusError {
  if (!custom) return new ApiStatusError(failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}));
  return unsupportedMediaType(
    'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );
}

/**
 * The patch of a request as a function.
 * @param duplicates gets the paths of fields that the patch gives more than once
 * @throws ApiStatusError 415, 400
 */
export async function readPatch(exchange: Exchange, resource: ServedResource, duplicates?: string[]): Promise<Patcher> {
  const type = mediaType(exchange.request);
  const read = Object.hasOwn(patchers, type) ? patchers[type] : undefined;
  if (!read || (resource.custom && read === patchers[STRATEGIC])) throw unsupported(resource);
  const text = (await readBody(exchange.request)).toString();
  const patcher = await read(text, resource);
  if (duplicates) duplicates.push(...duplicateFields(text));
  return patcher;
}

export async function patchVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const options = writeOptions(exchange, target, 'PatchOptions');
  if (mediaType(exchange.request) === 'application/apply-patch+yaml') return applyVerb(exchange, target, options);
  if (exchange.query.has('force')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' },
    ]);
  }
  const { resource, namespace, name = '' } = target;
  const duplicates: string[] = [];
  const patch = await readPatch(exchange, resource, duplicates);
  const { machine } = exchange.context;
  if (!machine.store.get(resource.storage, namespace, name)) throw notFound(resource, name);
  const change = (existing: KubeObject): KubeObject => {
    const current = toServed(existing, resource);
    const patched = patch(deepCopy(current));
    if (!isObject(patched)) throw unprocessable();
    return toStored(
      checkPatched(patched, { existing, resource, options, duplicates, shown: shownOf(patch, current) }),
      resource,
    );
  };
  const object = await updateObject(machine, resource, namespace, name, change, options);
  await sendObject(exchange, resource, 200, object);
}

/** How a strategic patch of `current` is shown; undefined of patches of other types, which show what they made. */
export function shownOf({ shownOf }: Patcher, current: KubeObject): (() => string) | undefined {
  return shownOf && (() => shownOf(current));
}

interface Patched {
  existing: KubeObject;
  resource: ServedResource;
  options: RequestOptions;
  duplicates: readonly string[];
  /** How a strategic patch is shown. */
  shown: (() => string) | undefined;
}

/** Strategic patches are put into Go's structs by another way, which has words of its own. */
function unstructuredProblem(problem: string): string {
  const [, kind = '', type = ''] =
    /^json: cannot unmarshal (\w+)(?: [^ ]+)? into Go struct field \S+ of type (\S+)$/.exec(problem) ?? [];
  if (!kind) return problem;
  const from = { object: 'map', array: 'slice', number: 'int64' }[kind] ?? kind;
  if (type.startsWith('[]')) return `cannot restore slice from ${from}`;
  if (type.startsWith('map[')) return `cannot restore map from ${from}`;
  if (type.includes('.')) return `cannot restore struct from: ${from}`;
  return `unrecognized type: ${type}`;
}

/**
 * What a patch made of an object must still be one. Of which kind it is cannot be changed, and what
 * names it neither.
 * @throws ApiStatusError 422 with the patched object, or with the patch where it was a strategic one
 */
export function checkPatched(
  patched: KubeObject,
  { existing, resource, options, duplicates, shown }: Patched,
): KubeObject {
  if (resource.custom) checkCustomType(patched, resource);
  const { uid } = patched.metadata ?? {};
  // Decoding changes what it is given.
  const asPatched = shown ? '' : JSON.stringify(topSorted(patched));
  let object: KubeObject;
  try {
    const warnings: string[] = [];
    object = checkKind(patched, resource, { ...options, warn: (one) => void warnings.push(one) }, duplicates);
    // Fields that a patch went through are sorted.
    for (const one of warnings.sort()) options.warn?.(one);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const problem = shown ? unstructuredProblem(error.problem) : error.problem;
    const message = `Invalid value: ${goQuote(shown ? shown() : asPatched)}: ${problem}`;
    throw invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
  }
  if (uid && uid !== existing.metadata.uid) {
    const cause = {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goQuote(uid)}: field is immutable`,
      field: 'metadata.uid',
    };
    throw invalid(kindOf(resource), existing.metadata.name ?? '', [cause, cause]);
  }
  return object;
}

/** Custom objects are validated before anybody looks at what they are. */
function checkCustomType({ apiVersion, kind, metadata }: KubeObject, resource: ServedResource): void {
  const name = metadata?.name ?? '';
  const expected = apiVersionOf(resource);
  const group = String(apiVersion).includes('/') ? String(apiVersion).split('/')[0]! : '';
  const refuse = (field: string, value: string, must: string) => {
    const message = `Invalid value: ${goQuote(value)}: must be ${must}`;
    return invalid({ group, kind }, name, [{ reason: 'FieldValueInvalid', message, field }]);
  };
  if (typeof kind === 'string' && kind !== resource.kind) throw refuse('kind', kind, resource.kind);
  if (typeof apiVersion === 'string' && apiVersion !== expected) throw refuse('apiVersion', apiVersion, expected);
}

/** In the order of Go's ObjectMeta. */
const METADATA = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** As Go's patch library leaves an object: the fields it went through sorted, the others as they were. */
function topSorted(object: KubeObject): object {
  const sorted = Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (!isObject(object.metadata)) return sorted;
  const rank = ([key]: [string, unknown]) => METADATA.indexOf(key);
  sorted.metadata = Object.fromEntries(Object.entries(object.metadata).sort((a, b) => rank(a) - rank(b)));
  return sorted;
}

/** What an applied configuration says twice; what it says that there is not is refused in any case. */
async function warnOfRepeated(text: string, { fieldValidation, warn }: RequestOptions): Promise<void> {
  if (fieldValidation === 'Ignore' || repeatedFields(text)?.length === 0) return;
  const { repeatedKeys } = await import('../../../lib/yaml/repeated-keys.ts');
  const texts = repeatedKeys(text);
  if (texts.length > 0 && fieldValidation === 'Strict') {
    const all = texts.map((one) => `\n  ${one}`).join('');
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${all}`);
  }
  for (const one of texts) warn?.(one);
}

async function appliedObject(text: string): Promise<KubeObject> {
  const refuse = (why: string) => badRequest(`error decoding YAML: ${why}`);
  const { parseFirstYamlDocument } = await import('../../../lib/yaml.ts');
  let applied: unknown;
  try {
    applied = parseFirstYamlDocument(text, 'the request') ?? {};
  } catch (error) {
    throw refuse(`error converting YAML to JSON: ${goYamlError(error)}`);
  }
  if (isObject(applied)) return applied as KubeObject;
  const why = goMismatch(applied, 'map[string]interface {}');
  throw refuse(`error unmarshaling JSON: while decoding JSON: ${why}`);
}

/**
 * An applied configuration, checked against what it is applied to.
 * @throws ApiStatusError 400, 422
 */
export async function readApplied(
  { query, request }: Exchange,
  resource: ServedResource,
  name: string,
  options: RequestOptions,
): Promise<{ applied: KubeObject; force: boolean }> {
  if (!query.get('fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
    ]);
  }
  const text = (await readBody(request)).toString();
  const applied = await appliedObject(text);
  if (applied.apiVersion !== apiVersionOf(resource) || applied.kind !== resource.kind) {
    const { apiVersion = '', kind = '' } = applied;
    const version = String(apiVersion).includes('/') ? apiVersion : `/${apiVersion}`;
    throw badRequest(`invalid object type: ${version}, Kind=${kind}`);
  }
  applied.metadata ??= {};
  await warnOfRepeated(text, options);
  if (applied.metadata.name !== undefined && applied.metadata.name !== name) {
    throw badRequest(`the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`);
  }
  if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  return { applied, force: ['true', '1', 't'].includes(query.get('force') ?? '') };
}

/** Server-side apply: creates what is not there, owns what it names, refuses what others own. */
async function applyVerb(exchange: Exchange, target: ResourceTarget, options: RequestOptions): Promise<void> {
  const { resource, namespace, name = '' } = target;
  const { applied, force } = await readApplied(exchange, resource, name, options);
  const { applyObject } = await import('../../registry/apply.ts');
  const { machine } = exchange.context;
  const result = await applyObject(machine, resource, namespace, name, applied, { ...options, force });
  await sendObject(exchange, resource, result.created ? 201 : 200, result.object);
}
