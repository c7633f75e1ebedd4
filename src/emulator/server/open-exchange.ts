import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseGoDuration } from '../../lib/duration.ts';
import { badRequest } from '../errors.ts';
import { authenticate } from './authenticate.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import { flagOf } from './list-options.ts';

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

/** @throws ApiStatusError 401; 400 for a query that is too long, or a timeout that is none */
export function openExchange(context: ServerContext, request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = queryOf(question < 0 ? '' : url.slice(question + 1));
  const timeout = query.get('timeout');
  if (timeout && !isLong(path, query)) checkTimeout(timeout);
  const method = request.method ?? 'GET';
  return { context, request, response, method, path, user: authenticate(context, request), query };
}

/** Watches and connections last as long as they do (apiserver, server/filters/longrunning.go). */
const isLong = (path: string, query: URLSearchParams): boolean =>
  flagOf(query, 'watch') === true || /\/(attach|exec|proxy|log|portforward)(\/|$)|\/v\w+\/watch\//.test(path);

/** @throws ApiStatusError 400 */
function checkTimeout(text: string): void {
  try {
    parseGoDuration(text);
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${(error as Error).message}`);
  }
}
