import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest } from '../errors.ts';
import { authenticate } from './authenticate.ts';
import type { Exchange, ServerContext } from './exchange.ts';

/** As many as Go reads (net/url, urlmaxqueryparams): taking a query apart costs more than its length. */
const MOST_PARAMETERS = 10_000;

/** @throws ApiStatusError 400 for a query of too many parts */
function queryOf(text: string): URLSearchParams {
  let parts = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (++parts > MOST_PARAMETERS) throw badRequest('number of URL query parameters exceeded limit');
  }
  return new URLSearchParams(text);
}

/** @throws ApiStatusError 401; 400 for a query that is too long */
export function openExchange(context: ServerContext, request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  return {
    context,
    request,
    response,
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    user: authenticate(context, request),
    query: queryOf(question < 0 ? '' : url.slice(question + 1)),
  };
}
