import type { KubeObject } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import { isApiError } from '../../../api/status.ts';
import { KctlError } from '../../../lib/errors.ts';
import { badRequest, invalid, notFound, requestTooLarge, unprocessable, unsupportedMediaType } from '../../errors.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { toServed, toStored } from '../../registry/convert.ts';
import { deepCopy } from '../../registry/copy.ts';
import { updateObject } from '../../registry/update.ts';
import { mediaType, parseJson, parseYaml, readBody, repeatedFields } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { checkKind, sendObject } from './write.ts';
import { type RequestOptions, writeOptions } from './write-options.ts';

/** Turns what is there into what shall be there. Both are in the version of the request. */
type Patcher = (current: KubeObject) => KubeObject;

const JSON_PATCH_LIMIT = 10_000;

/** By media type: reads the body once and loads what applies it. */
const patchers: Readonly<Record<string, (text: string, resource: ServedResource) => Promise<Patcher>>> = {
  'application/json-patch+json': async (text) => {
    const operations = parseJson(text, 'Patch') as unknown[];
    if (!Array.isArray(operations)) throw badRequest('error decoding patch: a JSON patch is a list of operations');
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
  'application/strategic-merge-patch+json': async (text, resource) => {
    if (resource.custom) throw unsupportedMediaType('application/json-patch+json, application/merge-patch+json');
    const patch = objectPatch(text) as KubeObject;
    const { applyStrategicMerge } = await import('../../../api/strategic-merge.ts');
    return (current) => {
      try {
        return applyStrategicMerge(current, patch, apiVersionOf(resource), resource.kind) as KubeObject;
      } catch (error) {
        if (error instanceof KctlError && !isApiError(error, 'Conflict')) throw badRequest(error.message);
        throw error;
      }
    };
  },
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function objectPatch(text: string): unknown {
  const patch = parseJson(text, 'Patch');
  if (!isObject(patch)) throw badRequest('error decoding patch: the patch is not an object');
  return patch;
}

const ACCEPTED = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
].join(', ');

/**
 * The patch of a request as a function.
 * @param duplicates gets the paths of fields that the patch gives more than once
 * @throws ApiStatusError 415, 400
 */
export async function readPatch(exchange: Exchange, resource: ServedResource, duplicates?: string[]): Promise<Patcher> {
  const read = patchers[mediaType(exchange.request)];
  if (!read) throw unsupportedMediaType(ACCEPTED);
  const text = (await readBody(exchange.request)).toString();
  const patcher = await read(text, resource);
  if (duplicates) duplicates.push(...repeatedFields(text));
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
    const patched = patch(deepCopy(toServed(existing, resource)));
    if (!isObject(patched)) throw unprocessable();
    return toStored(checkKind(patched, resource, options, duplicates), resource);
  };
  const object = await updateObject(machine, resource, namespace, name, change, options);
  await sendObject(exchange, resource, 200, object);
}

/** What an applied configuration says twice; what it says that there is not is refused in any case. */
function warnOfRepeated(fields: readonly string[], { fieldValidation, warn }: RequestOptions): void {
  if (fields.length === 0 || fieldValidation === 'Ignore') return;
  const texts = fields.map((field) => `duplicate field ${JSON.stringify(field)}`);
  if (fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: strict decoding error: ${texts.join(', ')}`);
  for (const text of texts) warn?.(text);
}

/** Server-side apply: creates what is not there, owns what it names, refuses what others own. */
async function applyVerb(exchange: Exchange, target: ResourceTarget, options: RequestOptions): Promise<void> {
  const { query, context } = exchange;
  const { resource, namespace, name = '' } = target;
  if (!query.get('fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
    ]);
  }
  const text = (await readBody(exchange.request)).toString();
  const applied = (await parseYaml(text, resource.kind)) as KubeObject;
  if (!isObject(applied)) throw badRequest('error decoding YAML: the patch is not an object');
  if (applied.apiVersion !== apiVersionOf(resource) || applied.kind !== resource.kind) {
    const { apiVersion = '', kind = '' } = applied;
    const version = String(apiVersion).includes('/') ? apiVersion : `/${apiVersion}`;
    throw badRequest(`invalid object type: ${version}, Kind=${kind}`);
  }
  applied.metadata ??= {};
  warnOfRepeated(repeatedFields(text), options);
  if (applied.metadata.name !== undefined && applied.metadata.name !== name) {
    throw badRequest(`the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`);
  }
  if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  const { applyObject } = await import('../../registry/apply.ts');
  const force = ['true', '1', 't'].includes(query.get('force') ?? '');
  const result = await applyObject(context.machine, resource, namespace, name, applied, { ...options, force });
  await sendObject(exchange, resource, result.created ? 201 : 200, result.object);
}
