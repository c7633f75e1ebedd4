import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from './authenticate.ts';
import type { Exchange, ServerContext } from './exchange.ts';

/** @throws ApiStatusError 401 */
export function openExchange(context: ServerContext, request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  return {
    context,
    request,
    response,
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    user: authenticate(context, request),
  };
}
