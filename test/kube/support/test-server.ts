import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Issued } from './pki.ts';

interface Seen {
  method: string;
  url: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Handler = (request: Seen, response: http.ServerResponse) => void | Promise<void>;

export interface TestServer {
  url: string;
  port: number;
  seen: Seen[];
  /** How many connections were made. */
  connections: number;
  server: http.Server;
  handle: Handler;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** A server whose answers the test decides; TLS where a certificate is given. */
export async function startServer(handle: Handler, tls?: Issued & { ca?: string }): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const listener: http.RequestListener = async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const url = new URL(message.url ?? '/', 'http://test');
    const request: Seen = {
      method: message.method ?? '',
      url: message.url ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    result.seen.push(request);
    await result.handle(request, response);
  };
  const server = tls
    ? https.createServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false }, listener)
    : http.createServer(listener);
  const result: TestServer = {
    url: '',
    port: 0,
    seen: [],
    connections: 0,
    server,
    handle,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      result.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    result.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  result.port = (server.address() as AddressInfo).port;
  result.url = `${tls ? 'https' : 'http'}://127.0.0.1:${result.port}`;
  return result;
}

export function sendJson(
  response: http.ServerResponse,
  value: unknown,
  code = 200,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}
