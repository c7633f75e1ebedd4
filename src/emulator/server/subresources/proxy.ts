import { request as httpRequest, type IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { deflateRaw, gunzip, gzip, inflateRaw } from 'node:zlib';
import { ApiStatusError } from '../../../api/status.ts';
import { failure } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import type { UpgradeRequest } from '../streams/accept.ts';
import { whileServing } from '../streams/while-serving.ts';
import { type Backend, podBackend, serviceBackend, serviceUnavailable } from './proxy-backend.ts';
import { type ProxyPlace, rewriteHtml, rewriteUrl } from './proxy-rewrite.ts';

type Locate = (exchange: Exchange, target: ResourceTarget) => Backend | Promise<Backend>;

const locate: Readonly<Record<string, Locate>> = {
  pods: podBackend,
  services: serviceBackend,
  nodes: async (exchange, target) => (await import('./node-backend.ts')).nodeBackend(exchange, target),
};

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
  if (answer.statusMessage) response.statusMessage = answer.statusMessage;
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

/** The path behind `/proxy`, cleaned as Go's path.Join does, with its trailing slash; `` where there is none. */
function pathOf({ path }: Exchange, { rest }: ResourceTarget): string {
  const joined = rest === '' ? '' : posix.join('/', rest);
  const isFolder = path.endsWith('/') && !joined.endsWith('/');
  return encodePath(joined + (isFolder ? '/' : ''));
}

const encodePath = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/%(24|26|2B|2C|3A|3B|3D|40)/g, (code) => decodeURIComponent(code)))
    .join('/');

/** What stands before the backend's own path. */
function prefixOf(whole: string, path: string): string {
  const bare = path === '' ? whole : whole.slice(0, whole.length - path.length);
  return whole.endsWith(path) ? bare : whole.slice(0, whole.indexOf('/proxy') + '/proxy'.length);
}

const searchOf = ({ url = '' }: IncomingMessage): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

type Header = readonly [string, string];

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function pairs({ rawHeaders }: IncomingMessage): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at]!, rawHeaders[2 * at + 1]!]);
}

/** Headers that are not of one connection alone (RFC 9110, section 7.6.1). */
function endToEnd(message: IncomingMessage): Header[] {
  const named = (message.headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return pairs(message).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

/** Headers of the client's for the backend: who he is to this server is not told. */
function forwarded(request: IncomingMessage): Header[] {
  const kept = endToEnd(request).filter(([name]) => !isOurs(name) && name.toLowerCase() !== 'x-forwarded-for');
  return [...kept, forwardedFor(request), ...bodyFraming(request)];
}

const isOurs = (name: string): boolean => /^(authorization|impersonate-.*|x-forwarded-uri)$/i.test(name);

function forwardedFor({ headers, socket }: IncomingMessage): Header {
  const before = [headers['x-forwarded-for'] ?? []].flat();
  return ['X-Forwarded-For', [...before, socket.remoteAddress ?? ''].join(', ')];
}

const bodyFraming = ({ headers }: IncomingMessage): Header[] =>
  headers['transfer-encoding'] ? [['Transfer-Encoding', 'chunked']] : [];

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

const isPage = ({ headers }: IncomingMessage): boolean =>
  headers.location === undefined && (headers['content-type'] ?? '').split(';')[0]!.trim() === 'text/html';

const codings: Readonly<
  Record<string, { open(bytes: Buffer): Promise<Buffer>; close(bytes: Buffer): Promise<Buffer> }>
> = {
  '': { open: async (bytes) => bytes, close: async (bytes) => bytes },
  gzip: {
    open: promisify(gunzip) as (bytes: Buffer) => Promise<Buffer>,
    close: promisify(gzip) as (bytes: Buffer) => Promise<Buffer>,
  },
  deflate: {
    open: promisify(inflateRaw) as (bytes: Buffer) => Promise<Buffer>,
    close: promisify(deflateRaw) as (bytes: Buffer) => Promise<Buffer>,
  },
};

/** Longer pages are passed on as they are: they would have to be held whole. */
const LONGEST_PAGE = 32 * 1024 * 1024;

async function sendPage({ response }: Exchange, answer: IncomingMessage, place: ProxyPlace): Promise<void> {
  const coding = codings[answer.headers['content-encoding'] ?? ''];
  const length = Number(answer.headers['content-length'] ?? 0);
  if (!coding || length > LONGEST_PAGE) return pipeline(answer, response);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LONGEST_PAGE) throw new Error('the page is too long');
  }
  // Byte for byte: links are ASCII in every encoding that pages are written in.
  const page = (await coding.open(Buffer.concat(chunks))).toString('latin1');
  const bytes = await coding.close(Buffer.from(rewriteHtml(page, place), 'latin1'));
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

/**
 * A request that leaves HTTP: what the backend answers is the client's, and after a 101 the bytes of both.
 * @throws ApiStatusError as for other requests, 500 for a backend that neither upgrades nor refuses
 */
export async function proxyUpgrade(exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest): Promise<void> {
  const { request, socket, head } = upgrade;
  const backend = await locate[target.resource.storage]!(exchange, target);
  const path = (pathOf(exchange, target) || '/') + searchOf(request);
  const connection = await backend.open().catch((error: Error) => {
    throw new ApiStatusError(failure(500, '', `error dialing backend: ${error.message}`));
  });
  const kept = pairs(request).filter(([name]) => !isOurs(name) && name.toLowerCase() !== 'x-forwarded-for');
  await new Promise<void>((resolve, reject) => {
    const sent = httpRequest({
      createConnection: () => connection,
      method: request.method,
      path,
      headers: [...kept, forwardedFor(request)].flat(),
      setDefaultHeaders: false,
    });
    sent.on('upgrade', (answer, backendSocket, first) => {
      socket.write(headOf(answer));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) backendSocket.write(head);
      const stop = () => {
        backendSocket.destroy();
        socket.destroy();
      };
      const forget = whileServing(exchange.context.stopping, stop);
      for (const side of [socket, backendSocket]) side.on('error', stop).on('close', stop).on('close', forget);
      socket.pipe(backendSocket).pipe(socket);
      resolve();
    });
    sent.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      if (status < 400) {
        answer.destroy();
        reject(new ApiStatusError(failure(500, '', `invalid upgrade response: status code ${status}`)));
        return;
      }
      socket.write(headOf(answer, 'Connection: close\r\n'));
      answer.pipe(socket);
      resolve();
    });
    sent.on('error', (error) => reject(new ApiStatusError(failure(500, '', error.message))));
    sent.end();
  });
}

function headOf(answer: IncomingMessage, more = ''): string {
  const kept = more ? endToEnd(answer) : pairs(answer);
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines}${more}\r\n`;
}
