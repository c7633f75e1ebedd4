import { converted } from '../../crd/conversion.ts';
import { notFound } from '../../errors.ts';
import { toServed } from '../../registry/convert.ts';
import { selection } from '../../registry/fields.ts';
import { listObjects } from '../../registry/list.ts';
import { type IncludeObject, listChunks, shapeObject } from '../encode.ts';
import type { Exchange } from '../exchange.ts';
import { listOptions } from '../list-options.ts';
import { negotiate } from '../negotiate.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendChunks, sendJson } from '../respond.ts';

export function includeOf(exchange: Exchange): IncludeObject {
  const asked = exchange.query.get('includeObject');
  return asked === 'None' || asked === 'Object' ? asked : 'Metadata';
}

/** GET of one object. */
export async function getVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { machine } = exchange.context;
  const shape = negotiate(exchange.request.headers.accept, !target.resource.custom);
  const { resource, namespace, name = '' } = target;
  const object = machine.store.get(resource.storage, namespace, name);
  if (!object) throw notFound(resource, name);
  await converted(machine, resource, [object]);
  const served = toServed(object, resource);
  const body = await shapeObject(resource, served, shape, includeOf(exchange), machine.clock.now());
  await sendJson(exchange.request, exchange.response, 200, body, shape.contentType);
}

/** GET of a collection. */
export async function listVerb(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { query, request, response } = exchange;
  const { machine } = exchange.context;
  const shape = negotiate(request.headers.accept, !target.resource.custom);
  const { resource, namespace } = target;
  // Selectors look at the fields of the version that was asked for.
  await converted(
    machine,
    resource,
    resource.custom?.conversion ? machine.store.list(resource.storage, namespace) : [],
    true,
  );
  const result = listObjects(machine.store, resource, {
    namespace,
    selects: selection(resource, query.get('labelSelector'), query.get('fieldSelector')),
    ...listOptions(query),
  });
  await converted(machine, resource, result.objects, true);
  const metadata = {
    resourceVersion: result.resourceVersion,
    ...(result.continue ? { continue: result.continue } : {}),
    ...(result.remaining === undefined ? {} : { remainingItemCount: result.remaining }),
  };
  const chunks = listChunks(resource, metadata, result.objects, shape, includeOf(exchange), machine.clock.now());
  await sendChunks(request, response, 200, shape.contentType, chunks);
}
