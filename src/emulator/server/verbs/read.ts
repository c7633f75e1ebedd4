import { converted } from '../../crd/conversion.ts';
import { badRequest, notFound } from '../../errors.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { toServed } from '../../registry/convert.ts';
import { selection } from '../../registry/fields.ts';
import { listObjects } from '../../registry/list.ts';
import { type IncludeObject, listChunks, shapeObject } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import { listOptions } from '../list-options.ts';
import { negotiate, type Shape } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendChunks, sendJson } from '../respond.ts';

/** How one object, or a list, is to be answered. @throws ApiStatusError 406 */
export function shapeOf(exchange: Exchange, resource: ServedResource, form?: 'list'): Shape {
  const list = form ? 'List' : '';
  const goType = resource.custom
    ? `*unstructured.Unstructured${list}`
    : `*${(resource.group || 'core').split('.')[0]}.${resource.kind}${list}`;
  const shape = negotiate(exchange.request, { protobuf: !resource.custom, goType, form: form ?? 'object' });
  includeOf(exchange, shape);
  return shape;
}

/** Only tables ask for it. @throws ApiStatusError 400 */
export function includeOf(exchange: Exchange, shape: Shape): IncludeObject {
  if (shape.as !== 'table') return 'Metadata';
  const asked = exchange.query.get('includeObject') || 'Metadata';
  if (asked === 'None' || asked === 'Object' || asked === 'Metadata') return asked;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** GET of one object. */
export async function getVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { machine } = exchange.context;
  const shape = shapeOf(exchange, target.resource);
  const { resource, namespace, name = '' } = target;
  const object = machine.store.get(resource.storage, namespace, name);
  if (!object) throw notFound(resource, name);
  await converted(machine, resource, [object]);
  const served = toServed(object, resource);
  const body = await shapeObject(resource, served, shape, includeOf(exchange, shape), machine.clock.now());
  await sendJson(exchange.request, exchange.response, 200, body, shape.contentType, shape.pretty);
}

/** GET of a collection. */
export async function listVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { query, request, response } = exchange;
  const { machine } = exchange.context;
  const shape = shapeOf(exchange, target.resource, 'list');
  const { resource, namespace } = target;
  // Selectors look at the fields of the version that was asked for.
  await converted(
    machine,
    resource,
    resource.custom?.conversion ? machine.store.list(resource.storage, namespace) : [],
  );
  const result = listObjects(machine.store, resource, {
    namespace,
    selects: selection(resource, query.get('labelSelector'), query.get('fieldSelector')),
    ...listOptions(query),
  });
  await converted(machine, resource, result.objects);
  const metadata = {
    resourceVersion: result.resourceVersion,
    // Lists of custom objects say it also where there is no more (apimachinery, UnstructuredList).
    ...(result.continue || (resource.custom && shape.as === 'object') ? { continue: result.continue ?? '' } : {}),
    ...(result.remaining === undefined ? {} : { remainingItemCount: result.remaining }),
  };
  const chunks = listChunks(resource, metadata, result.objects, shape, includeOf(exchange, shape), machine.clock.now());
  await sendChunks(request, response, 200, shape.contentType, chunks);
}
