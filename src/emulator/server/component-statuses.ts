import type { KubeObject } from '../../api/meta.ts';
import { notFound } from '../errors.ts';
import { selection } from '../registry/fields.ts';
import { shapeList, shapeObject } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { ResourceTarget } from './request-info.ts';
import { sendBytes, sendJson } from './respond.ts';
import { includeOf } from './verbs/read.ts';

/** Where the API server asks how they are; etcd is part of this process, and always there. */
const PORTS = { 'controller-manager': 10257, 'etcd-0': undefined, scheduler: 10259 } as const;

/** In the words of a probe that finds nobody there (k8s.io/kubernetes, pkg/registry/core/componentstatus). */
function objectsOf({ context }: Exchange): KubeObject[] {
  const stopped = context.control()?.components;
  return Object.entries(PORTS).map(([name, port]) => {
    const isWell = !port || !stopped || stopped.isRunning(name);
    const refused = `dial tcp 127.0.0.1:${port}: connect: connection refused`;
    const message = isWell ? 'ok' : `Get "https://127.0.0.1:${port}/healthz": ${refused}`;
    return {
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      metadata: { name } as KubeObject['metadata'],
      conditions: [{ type: 'Healthy', status: isWell ? 'True' : 'False', message }],
    };
  });
}

/** `componentstatuses`: looked up, not stored; kubectl before 1.20 and some dashboards still ask. */
export async function serveComponentStatuses(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { request, response, query, context } = exchange;
  const { resource, name } = target;
  const shape = negotiate(request, { protobuf: true });
  const now = context.machine.clock.now();
  const objects = objectsOf(exchange);
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
