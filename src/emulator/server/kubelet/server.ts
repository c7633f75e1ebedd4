import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { NODE_PULLS } from '../../../api/node-pulls.ts';
import { ApiStatusError } from '../../../api/status.ts';
import type { ServerContext } from '../exchange.ts';
import { Refusal, refuse } from '../streams/refusal.ts';
import { containerLogs, run } from './containers.ts';
import { healthz } from './healthz.ts';
import { cadvisorMetrics, kubeletMetrics, resourceMetrics } from './metrics.ts';
import { nodeLogs } from './node-logs.ts';
import { configz, podList, runningPods } from './pods.ts';
import { pulls } from './pulls.ts';
import { type KubeletHandler, pathAndQuery, sendText } from './respond.ts';
import { stream } from './streams.ts';
import { summary } from './summary.ts';

/** What a kubelet serves (pkg/kubelet/server), as far as it follows from what this cluster knows. */
const routes: readonly { path: string; methods: readonly string[]; parts?: number; handle: KubeletHandler }[] = [
  { path: '/healthz', methods: ['GET', 'HEAD'], handle: healthz },
  { path: '/healthz', methods: ['GET', 'HEAD'], parts: 1, handle: healthz },
  { path: '/pods', methods: ['GET'], handle: podList },
  { path: '/runningpods', methods: ['GET'], handle: runningPods },
  { path: '/stats/summary', methods: ['GET', 'POST'], handle: summary },
  { path: '/metrics', methods: ['GET'], handle: kubeletMetrics },
  { path: '/metrics/resource', methods: ['GET'], handle: resourceMetrics },
  { path: '/metrics/cadvisor', methods: ['GET'], handle: cadvisorMetrics },
  { path: '/configz', methods: ['GET'], handle: configz },
  { path: '/containerLogs', methods: ['GET'], parts: 3, handle: containerLogs },
  { path: '/run', methods: ['POST'], parts: 3, handle: run },
  { path: '/logs', methods: ['GET'], handle: nodeLogs },
  { path: '/logs', methods: ['GET'], parts: 1, handle: nodeLogs },
  { path: '/logs', methods: ['GET'], parts: 2, handle: nodeLogs },
  { path: '/logs', methods: ['GET'], parts: 3, handle: nodeLogs },
  { path: '/logs', methods: ['GET'], parts: 4, handle: nodeLogs },
  // Ours: no other kubelet tells of a pull before it is over.
  { path: `/${NODE_PULLS.join('/')}`, methods: ['GET'], handle: pulls },
];

/** The HTTP server of a node's kubelet; its connections are given to it. */
export function kubeletServer(context: ServerContext, node: string): Server {
  const server = createServer((request, response) => {
    serve(context, node, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, (error as Error).message);
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    stream(context, node, { request, socket, head }).catch((error: unknown) => {
      const isRefusal = error instanceof Refusal;
      refuse(socket, isRefusal ? error : new Refusal(statusOf(error), (error as Error).message));
    });
  });
  return server;
}

const statusOf = (error: unknown): number => (error instanceof ApiStatusError ? error.httpCode : 500);

async function serve(
  context: ServerContext,
  node: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { parts, query } = pathAndQuery(request.url);
  for (const route of routes) {
    const own = route.path.split('/').slice(1);
    const rest = parts.slice(own.length);
    if (own.some((part, at) => parts[at] !== part) || rest.length !== (route.parts ?? 0)) continue;
    if (!route.methods.includes(request.method ?? '')) {
      response.setHeader('Allow', route.methods.join(', '));
      return sendText(response, 405, 'Method Not Allowed');
    }
    await route.handle({ context, node, parts: rest, query, request, response });
    return;
  }
  sendText(response, 404, '404 page not found\n');
}
