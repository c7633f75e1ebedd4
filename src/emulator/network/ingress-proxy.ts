import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import { certificateFor, type Route, routeFor } from './ingress-rules.ts';

/** Reaches a port of a service as the proxy does; undefined where nobody answers. */
export type Reach = (service: KubeObject, port: number) => Promise<Duplex | undefined>;

/** What belongs to one connection, and is not passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * One connection to the cluster's ingress controller: HTTP/1.1 that is routed by host and path, on port 443 within TLS.
 * @returns the client's end
 */
export function ingressConnection(lister: Lister, reach: Reach, client: string, isSecure: boolean): Duplex {
  const [near, far] = duplexPair();
  const server = createServer((asked, answer) => {
    void forward(lister, reach, { asked, answer, client, isSecure }).catch(() => {
      if (answer.headersSent) answer.destroy();
      else say(answer, 502, '502 Bad Gateway');
    });
  });
  // Whoever asks for nothing is no burden: the other end is in this process.
  server.keepAliveTimeout = 0;
  server.emit('connection', isSecure ? secured(lister, far) : far);
  near.on('error', () => near.destroy());
  far.on('error', () => far.destroy());
  return near;
}

function secured(lister: Lister, far: Duplex): TLSSocket {
  const socket = new TLSSocket(far as never, {
    isServer: true,
    SNICallback: (name, done) => {
      const found = certificateFor(lister, name.toLowerCase());
      if (!found) return done(new Error(`no Ingress has a certificate for ${name}`));
      try {
        done(null, createSecureContext(found));
      } catch (error) {
        done(error as Error);
      }
    },
  });
  socket.on('error', () => far.destroy());
  return socket;
}

interface Exchange {
  asked: IncomingMessage;
  answer: ServerResponse;
  client: string;
  isSecure: boolean;
}

async function forward(lister: Lister, reach: Reach, { asked, answer, client, isSecure }: Exchange): Promise<void> {
  const authority = asked.headers.host ?? '';
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  const route = routeFor(lister, host, (asked.url ?? '/').split('?')[0]!);
  if (!route) return say(answer, 404, 'default backend - 404');
  const found = portOf(lister, route);
  const stream = found && (await reach(found.service, found.port));
  if (!stream) return say(answer, 503, '503 Service Temporarily Unavailable');
  const headers = Object.fromEntries(Object.entries(asked.headers).filter(([name]) => !HOP_BY_HOP.has(name)));
  const upstream = request({
    method: asked.method,
    path: asked.url,
    headers: {
      ...headers,
      'x-real-ip': client,
      'x-forwarded-for': [asked.headers['x-forwarded-for'], client].filter(Boolean).join(', '),
      'x-forwarded-host': authority,
      'x-forwarded-proto': isSecure ? 'https' : 'http',
      connection: 'close',
    },
    createConnection: () => stream as never,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.on('response', resolve).on('error', reject);
  });
  asked.pipe(upstream);
  const response = await answered;
  const kept = Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name));
  answer.writeHead(response.statusCode ?? 502, Object.fromEntries(kept));
  response.pipe(answer);
}

function portOf(lister: Lister, { namespace, service: name, port }: Route) {
  const service = lister.get<KubeObject>('services', namespace, name);
  const ports: { name?: string; port: number }[] = service?.['spec'].ports ?? [];
  const found = ports.find((one) => (typeof port === 'number' ? one.port === port : one.name === port));
  return service && found && { service, port: found.port };
}

function say(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  answer.end(text);
}
