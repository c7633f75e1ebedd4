import { request as httpRequest, type IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { whileServing } from '../streams/while-serving.ts';
import { type Backend, serviceUnavailable } from './proxy-backend.ts';
import { endToEnd, forwarded, type Header } from './proxy-headers.ts';
import { isPage, sendPage } from './proxy-page.ts';
import { type ProxyPlace, rewriteUrl } from './proxy-rewrite.ts';
import { locate, pathOf, prefixOf, searchOf } from './proxy-target.ts';

/** `/proxy` of pods, services and nodes: the request goes on to them, with every method, path and query. */
export async function proxySubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { request, response, context } = exchange;
  const backend = await locate[target.resource.storage]!(exchange, target);
  const path = pathOf(exchange, target);
  const search = searchOf(request);
  if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    // Links on the page are relative to a folder.
    response.writeHead(301, { Location: `${exchange.path}/${search}` }).end();
    return;
  }
  const prefix = prefixOf(exchange.path, path);
  const headers = [...forwarded(request), ['X-Forwarded-Uri', posix.join(prefix, path || '/')] as const];
  const answer = await ask(exchange, backend, (path || '/') + search, headers);
  const place: ProxyPlace = { prefix, host: backend.host, requestHost: request.headers.host ?? '' };
  response.statusCode = answer.statusCode ?? 502;
  // What is no reason phrase is not passed on (RFC 9112, section 4).
  if (/^[\t\x20-\x7e]+$/.test(answer.statusMessage ?? '')) response.statusMessage = answer.statusMessage ?? '';
  for (const [name, value] of endToEnd(answer)) {
    if (/^access-control-/i.test(name)) continue;
    const isLocation = name.toLowerCase() === 'location';
    response.appendHeader(name, isLocation ? rewriteUrl(value, place) : value);
  }
  const forget = whileServing(context.stopping, () => answer.destroy());
  try {
    if (isPage(answer) && request.method !== 'HEAD') await sendPage(exchange, answer, place);
    else await pipeline(answer, response);
  } catch {
    // One of the two went away in the middle.
    response.destroy();
  } finally {
    forget();
  }
}

/** @throws ApiStatusError 503 when the backend is not there or does not speak HTTP */
async function ask(
  { request, response }: Exchange,
  backend: Backend,
  path: string,
  headers: readonly Header[],
): Promise<IncomingMessage> {
  const unreachable = (error: unknown) =>
    serviceUnavailable(`error trying to reach service: ${error instanceof Error ? error.message : error}`);
  const connection = await backend.open().catch((error: unknown) => {
    throw unreachable(error);
  });
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      createConnection: () => connection,
      method: request.method,
      path,
      headers: headers.flat(),
      setDefaultHeaders: false,
    });
    sent.on('response', resolve);
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(unreachable(error.code === 'ECONNRESET' ? 'EOF' : error)),
    );
    // A client that goes away takes its request along.
    response.once('close', () => connection.destroy());
    request.pipe(sent);
  });
}
