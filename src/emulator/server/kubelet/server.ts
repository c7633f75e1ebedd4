import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ServerContext } from '../exchange.ts';
import { containerLogs, run } from './containers.ts';
import { healthz } from './healthz.ts';
import { cadvisorMetrics, kubeletMetrics, resourceMetrics } from './metrics.ts';
import { configz, podList, runningPods } from './pods.ts';
import { type KubeletHandler, sendText } from './respond.ts';
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
];

/** The HTTP server of a node's kubelet; its connections are given to it. */
export function kubeletServer(context: ServerContext, node: string): Server {
  return createServer((request, response) => {
    serve(context, node, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, (error as Error).message);
    });
  });
}

async function serve(
  context: ServerContext,
  node: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://kubelet');
  const path = url.pathname.replace(/\/$/, '');
  for (const route of routes) {
    if (path !== route.path && !path.startsWith(`${route.path}/`)) continue;
    const parts = path.slice(route.path.length).split('/').filter(Boolean).map(decodeURIComponent);
    if (parts.length !== (route.parts ?? 0)) continue;
    if (!route.methods.includes(request.method ?? '')) {
      response.setHeader('Allow', route.methods.join(', '));
      return sendText(response, 405, 'Method Not Allowed');
    }
    await route.handle({ context, node, parts, query: url.searchParams, request, response });
    return;
  }
  sendText(response, 404, '404 page not found\n');
}
