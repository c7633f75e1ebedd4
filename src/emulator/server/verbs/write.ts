import type { KubeObject } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import { typeSchema } from '../../../api/schema.ts';
import { isApiError } from '../../../api/status.ts';
import type { DeleteOptions } from '../../client.ts';
import { converted } from '../../crd/conversion.ts';
import { badRequest, invalid } from '../../errors.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { toServed, toStored } from '../../registry/convert.ts';
import { createObject } from '../../registry/create.ts';
import { DecodeError, decodeObject } from '../../registry/decode.ts';
import { deleteAnswer, deleteObject } from '../../registry/delete.ts';
import { selection } from '../../registry/fields.ts';
import { listObjects } from '../../registry/list.ts';
import type { WriteOptions } from '../../registry/machine.ts';
import { strategyOf } from '../../registry/strategy.ts';
import { checkNamed, replacement, updateObject } from '../../registry/update.ts';
import { mediaType, readObject } from '../body.ts';
import { listChunks, shapeObject } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import { listOptions } from '../list-options.ts';
import { PROTOBUF } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendChunks, sendJson } from '../respond.ts';
import { unrecognized } from '../unrecognized.ts';
import { readDeleteOptions } from './delete-options.ts';
import { includeOf, shapeOf } from './read.ts';
import { type RequestOptions, writeOptions } from './write-options.ts';

/** Answers with a written object in the shape that was asked for. */
export async function sendObject(
  exchange: Exchange,
  resource: ServedResource,
  code: number,
  object: KubeObject,
): Promise<void> {
  const shape = shapeOf(exchange, resource);
  const { clock } = exchange.context.machine;
  await converted(exchange.context.machine, resource, [object]);
  const served = toServed(object, resource);
  const body = await shapeObject(resource, served, shape, includeOf(exchange, shape), clock.now());
  await sendJson(exchange.request, exchange.response, code, body, shape.contentType, shape.pretty);
}

/** The object of a request body, checked against the kind the path serves, in the storage version. */
async function readTarget(exchange: Exchange, resource: ServedResource, options: RequestOptions): Promise<KubeObject> {
  const duplicates: string[] = [];
  const body = await readObject(exchange.request, resource.kind, apiVersionOf(resource), duplicates);
  // Only text can say what a field is called, so only text is held to it.
  const fieldValidation = mediaType(exchange.request) === PROTOBUF ? 'Ignore' : options.fieldValidation;
  return toStored(checkKind(body, resource, { ...options, fieldValidation }, duplicates), resource);
}

/** What a body says it is must be what the path serves. @throws ApiStatusError 400 */
export function checkKind(
  body: Record<string, unknown>,
  resource: ServedResource,
  options: RequestOptions,
  duplicates: readonly string[],
): KubeObject {
  if (resource.custom && body.kind === undefined) {
    const text = JSON.stringify(body);
    throw unrecognized(resource.kind, `Object 'Kind' is missing in '${text}'`, text);
  }
  body.apiVersion ??= apiVersionOf(resource);
  body.kind ??= resource.kind;
  const { apiVersion, kind } = body as { apiVersion: string; kind: string };
  for (const [field, value] of Object.entries({ apiVersion, kind })) {
    if (typeof value === 'string') continue;
    const shown = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go struct field .${field} of type string`,
    );
  }
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  if (!resource.custom && !typeSchema(apiVersion, kind)) {
    const problem = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
    throw new DecodeError(kind, version, resource.kind, problem);
  }
  if (kind !== resource.kind && resource.custom && apiVersion === apiVersionOf(resource)) {
    // Custom objects are of any kind until they are validated.
    const { name } = (body.metadata ?? {}) as { name?: string };
    throw invalid({ group: resource.group, kind }, name ?? '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(kind)}: must be ${resource.kind}`,
        field: 'kind',
      },
    ]);
  }
  if (kind !== resource.kind) {
    const to = `${internalPackage(resource)}.${resource.kind}`;
    const problem = `converting (${version}.${kind}) to (${to}): unknown conversion`;
    throw new DecodeError(kind, version, resource.kind, problem);
  }
  if (apiVersion !== apiVersionOf(resource)) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  }
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = body;
  // In the order in which Go writes them.
  const object = { kind, apiVersion, ...(metadata === undefined ? {} : { metadata }), ...rest };
  return decodeObject(object as KubeObject, resource, options.fieldValidation, options.warn, duplicates);
}

const internalPackage = (resource: ServedResource): string => (resource.group || 'core').split('.')[0]!;

export async function createVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const options = writeOptions(exchange, target, 'CreateOptions');
  // What cannot be answered is not done.
  shapeOf(exchange, target.resource);
  const body = await readTarget(exchange, target.resource, options);
  const object = await createObject(exchange.context.machine, target.resource, target.namespace, body, options);
  await sendObject(exchange, target.resource, 201, object);
}

export async function updateVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const options = writeOptions(exchange, target, 'UpdateOptions');
  const { resource, namespace, name = '' } = target;
  shapeOf(exchange, resource);
  const body = await readTarget(exchange, resource, options);
  checkNamed(body.metadata, name);
  const existed = exchange.context.machine.store.get(resource.storage, namespace, name) !== undefined;
  const { machine } = exchange.context;
  const replace = replacement(machine, resource, body);
  const change = (): KubeObject => {
    const object = replace();
    if (existed) checkVersion(resource, name, object);
    return object;
  };
  const object = await updateObject(machine, resource, namespace, name, change, options);
  await sendObject(exchange, resource, existed ? 200 : 201, object);
}

/** Some kinds are replaced only by who says what he has seen. @throws ApiStatusError 422 */
function checkVersion(resource: ServedResource, name: string, { metadata }: KubeObject): void {
  const version = metadata.resourceVersion;
  if (!strategyOf(resource).needsVersion || (version && version !== '0') || metadata.name !== name) return;
  throw invalid({ group: resource.group, kind: resource.plural }, name, [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0: must be specified for an update',
      field: 'metadata.resourceVersion',
    },
  ]);
}

/** How a delete is to be done; webhooks are told the same. */
async function deletion(exchange: Exchange, target: ResourceTarget) {
  const options = { ...writeOptions(exchange, target, 'DeleteOptions'), ...(await readDeleteOptions(exchange)) };
  const { preconditions, gracePeriodSeconds, propagationPolicy, dryRun } = options;
  const request = {
    ...options.request!,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions ? { preconditions } : {}),
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
  const { orphaning } = strategyOf(target.resource);
  if (orphaning && propagationPolicy === undefined) options.warn?.(orphaning);
  return { ...options, request };
}

export async function deleteVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { resource, namespace, name = '' } = target;
  const shape = shapeOf(exchange, resource);
  const options = await deletion(exchange, target);
  const { machine } = exchange.context;
  await converted(machine, resource, [machine.store.get(resource.storage, namespace, name)]);
  const result = await deleteObject(machine, resource, namespace, name, options);
  const answer = deleteAnswer(resource, result);
  if (answer.kind === 'Status' && resource.kind !== 'Status') {
    await sendJson(exchange.request, exchange.response, 200, answer, shape.contentType, shape.pretty);
  } else await sendObject(exchange, resource, 200, answer as KubeObject);
}

/** What went by itself while others were asked about is no failure. */
async function deleteListed(
  { context: { machine } }: Exchange,
  resource: ServedResource,
  { metadata: { namespace, name = '' } }: KubeObject,
  options: WriteOptions & DeleteOptions,
): Promise<void> {
  try {
    await deleteObject(machine, resource, namespace, name, { ...options, ofCollection: true });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}

/** Deletes what a list with the same selectors shows, and answers with that list as it was. */
export async function deleteCollectionVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { resource, namespace } = target;
  const { machine } = exchange.context;
  const { query } = exchange;
  const shape = shapeOf(exchange, resource, 'list');
  const options = await deletion(exchange, target);
  const selects = selection(resource, query.get('labelSelector'), query.get('fieldSelector'));
  await converted(
    machine,
    resource,
    resource.custom?.conversion ? machine.store.list(resource.storage, namespace) : [],
  );
  const listed = listObjects(machine.store, resource, { namespace, selects, ...listOptions(query) });
  for (const object of listed.objects) await deleteListed(exchange, resource, object, options);
  const { objects, resourceVersion } = listed;
  const rest = {
    ...(listed.continue || resource.custom ? { continue: listed.continue ?? '' } : {}),
    ...(listed.remaining === undefined ? {} : { remainingItemCount: listed.remaining }),
  };
  const metadata = resource.custom ? { ...rest, resourceVersion } : { resourceVersion, ...rest };
  await converted(machine, resource, objects);
  const chunks = listChunks(resource, metadata, objects, shape, includeOf(exchange, shape), machine.clock.now());
  await sendChunks(exchange.request, exchange.response, 200, shape.contentType, chunks);
}
