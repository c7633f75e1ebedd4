import type { KubeObject } from '../../api/meta.ts';
import { partialMetadata, tableOf } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { negotiate, notAcceptable, type Shape } from './negotiate.ts';
import { sendJson } from './respond.ts';
import { includeOf } from './verbs/read.ts';

/** The form of an answer that is no stored object: a review, a token. @throws ApiStatusError 406 where a table is asked for */
export function plainShape({ request }: Exchange): Shape {
  const shape = negotiate(request, { protobuf: true });
  if (shape.as === 'table') throw notAcceptable();
  return shape;
}

/** Sends such an answer, whole or what it says of itself. */
export function sendPlain(
  { request, response }: Exchange,
  code: number,
  object: { kind: string; apiVersion: string; metadata: object; [field: string]: unknown },
  shape: Shape,
): Promise<void> {
  const { as, version, contentType, pretty } = shape;
  const value = as === 'metadata' ? partialMetadata(object as KubeObject, version) : object;
  return sendJson(request, response, code, value, contentType, pretty);
}

/** Sends a Scale, which has a table as objects have. */
export async function sendScale(exchange: Exchange, scale: KubeObject): Promise<void> {
  const shape = negotiate(exchange.request, { protobuf: true });
  if (shape.as !== 'table') return sendPlain(exchange, 200, scale, shape);
  const { scalePrinter } = await import('../../api/tables/scale.ts');
  const table = tableOf(scalePrinter, [scale], {
    metadata: { resourceVersion: scale.metadata.resourceVersion ?? '' },
    include: includeOf(exchange, shape),
    version: shape.version,
    nowMs: exchange.context.machine.clock.now(),
  });
  await sendJson(exchange.request, exchange.response, 200, table, shape.contentType, shape.pretty);
}
