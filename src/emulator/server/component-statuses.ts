import type { KubeObject } from '../../api/meta.ts';
import { notFound } from '../errors.ts';
import { selection } from '../registry/fields.ts';
import { shapeList, shapeObject } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { ResourceTarget } from './request-info.ts';
import { sendBytes, sendJson } from './respond.ts';
import { includeOf } from './verbs/read.ts';

/** Whoever is asked runs in the process that answers, so that all of them are well. */
const COMPONENTS = { 'controller-manager': 'ok', 'etcd-0': 'ok', scheduler: 'ok' };

const objects: readonly KubeObject[] = Object.entries(COMPONENTS).map(([name, message]) => ({
  apiVersion: 'v1',
  kind: 'ComponentStatus',
  metadata: { name } as KubeObject['metadata'],
  conditions: [{ type: 'Healthy', status: 'True', message }],
}));

/** `componentstatuses`: looked up, not stored; kubectl before 1.20 and some dashboards still ask. */
export async function serveComponentStatuses(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { request, response, query, context } = exchange;
  const { resource, name } = target;
  const shape = negotiate(request, { protobuf: true });
  const now = context.machine.clock.now();
  if (name !== undefined) {
    const found = objects.find((one) => one.metadata.name === name);
    if (!found) throw notFound({ group: '', plural: 'componentstatus' }, name);
    const body = await shapeObject(resource, found, shape, includeOf(exchange, shape), now);
    return sendJson(request, response, 200, body, shape.contentType);
  }
  const selects = selection(resource, query.get('labelSelector'), query.get('fieldSelector'));
  const selected = selects ? objects.filter(selects) : objects;
  const body = await shapeList(resource, {}, selected, shape, includeOf(exchange, shape), now);
  await sendBytes(request, response, 200, shape.contentType, body);
}
