import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PassedAnswer, Transport } from '../../kube/cluster.ts';
import type { Filter } from './filter.ts';
import { plain, serveFile } from './static-files.ts';

export interface ProxySettings {
  transport: Transport;
  /** Both end with a slash. */
  apiPrefix: string;
  staticPrefix: string;
  /** '' serves no files. */
  staticDir: string;
  /** Undefined lets everything pass. */
  filter: Filter | undefined;
  /** Path of the server in the kubeconfig, to be put in front; '' for none. */
  serverPath: string;
  onError(message: string): void;
}

/** Where a request goes; undefined: nowhere. */
type Goal = { kind: 'api'; url: string } | { kind: 'file'; path: string } | { kind: 'refused' } | undefined;

/** Headers that hold between two neighbours only (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The server of `proxy`: hands requests on with the user's credentials, upgrades too, and serves files beside them. */
export function proxyServer(settings: ProxySettings): Server {
  const server = createServer((request, response) => {
    void serve(settings, request, response).catch((error: Error) => {
      settings.onError(`Error while proxying request: ${error.message}`);
      if (response.headersSent) response.destroy();
      else plain(response, 500, `${error.message}\n`);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void upgrade(settings, request, socket, head).catch((error: Error) => {
      settings.onError(`Error while proxying request: ${error.message}`);
      socket.end(
        `HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${error.message}\n`,
      );
    });
  });
  return server;
}

function goalOf(
  { apiPrefix, staticPrefix, staticDir, filter, serverPath }: ProxySettings,
  request: IncomingMessage,
): Goal {
  const target = request.url ?? '/';
  // Proxies are asked with the whole URL; this one is asked for paths.
  const url = URL.parse(target.startsWith('/') ? `http://proxy${target}` : target);
  if (!url) return undefined;
  const { pathname, search } = url;
  const isFile = staticDir !== '' && pathname.startsWith(staticPrefix) && staticPrefix.length >= apiPrefix.length;
  if (isFile) return { kind: 'file', path: decoded(pathname.slice(staticPrefix.length)) };
  if (!pathname.startsWith(apiPrefix)) return undefined;
  // A prefix that is part of the API's own paths stays.
  const path = apiPrefix.startsWith('/api') ? pathname : `/${pathname.slice(apiPrefix.length)}`;
  const facts = { method: request.method ?? 'GET', path: decoded(path), host: request.headers.host ?? '' };
  if (filter && !filter(facts)) return { kind: 'refused' };
  return { kind: 'api', url: `${serverPath}${path}${search}` };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function serve(settings: ProxySettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const goal = goalOf(settings, request);
  if (goal?.kind !== 'api') {
    request.resume();
    if (goal?.kind === 'file') await serveFile(settings.staticDir, goal.path, request.method === 'HEAD', response);
    else plain(response, goal ? 403 : 404, goal ? 'Forbidden\n' : '404 page not found\n');
    return;
  }
  const stop = new AbortController();
  response.once('close', () => stop.abort());
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const answer = await settings.transport.pass({
    method: request.method ?? 'GET',
    path: goal.url,
    wholePath: true,
    headers: headersOf(request),
    ...(hasBody ? { body: request } : {}),
    signal: stop.signal,
  });
  response.writeHead(answer.status, answer.statusMessage, kept(answer));
  // A watch that is quiet at first has begun all the same.
  response.flushHeaders();
  await pipeline(answer.body, response).catch(() => response.destroy());
}

async function upgrade(settings: ProxySettings, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const goal = goalOf(settings, request);
  if (goal?.kind !== 'api') {
    const [status, text] =
      goal?.kind === 'refused' ? ['403 Forbidden', 'Forbidden'] : ['404 Not Found', '404 page not found'];
    socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}\n`);
    return;
  }
  const stop = new AbortController();
  socket.once('close', () => stop.abort());
  const headers = { ...headersOf(request), connection: 'Upgrade', upgrade: request.headers.upgrade ?? '' };
  const answer = await settings.transport.pass({
    method: request.method ?? 'GET',
    path: goal.url,
    wholePath: true,
    headers,
    signal: stop.signal,
  });
  const lines = [`HTTP/1.1 ${answer.status} ${answer.statusMessage}`];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  if (!answer.socket) {
    const rest = lines.filter((line) => !/^(connection|transfer-encoding|content-length):/i.test(line));
    socket.write(`${[...rest, 'Connection: close'].join('\r\n')}\r\n\r\n`);
    await pipeline(answer.body, socket).catch(() => socket.destroy());
    return;
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) answer.socket.write(head);
  const backend = answer.socket;
  for (const [one, other] of [[socket, backend] as const, [backend, socket] as const]) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
  socket.pipe(backend).pipe(socket);
}

function headersOf({ headers }: IncomingMessage): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name) && name !== 'host') passed[name] = value;
  }
  return passed;
}

function kept({ rawHeaders }: PassedAnswer): string[] {
  const pairs: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (!hopByHop.has(rawHeaders[at]!.toLowerCase())) pairs.push(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  return pairs;
}
