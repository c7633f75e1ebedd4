import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { patient } from '../../../src/oci/registry/retry.ts';
import { openRegistry, type RegistryOptions } from '../../../src/oci/server/registry.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import type { RegistryAccess } from '../../../src/oci/transfer/registry-access.ts';

/** A server on a port of this machine that counts what comes and goes. */
export interface Counted {
  host: string;
  /** `GET /path`, in the order in which they came, without the question whether TLS is spoken. */
  asked: { line: string; authorization: string | undefined; range: string | undefined }[];
  /** Bytes that came, and bytes that went, since the last `reset`. */
  bytes(): { received: number; sent: number };
  reset(): void;
  close(): Promise<void>;
}

export async function serveCounted(handle: RequestListener): Promise<Counted> {
  const asked: Counted['asked'] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    if (request.url !== '/v2/') {
      const { authorization, range } = request.headers;
      asked.push({ line: `${request.method} ${request.url}`, authorization, range });
    }
    handle(request, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sum = () => ({
    received: [...sockets].reduce((total, { bytesRead }) => total + bytesRead, 0),
    sent: [...sockets].reduce((total, { bytesWritten }) => total + bytesWritten, 0),
  });
  let before = { received: 0, sent: 0 };
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    bytes() {
      const now = sum();
      return { received: now.received - before.received, sent: now.sent - before.sent };
    },
    reset() {
      before = sum();
      asked.length = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Our own registry, counted; `meddle` may answer in its place by returning true. */
export async function servedStore(
  store: ImageStore,
  options: RegistryOptions = {},
  meddle: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<Counted> {
  const registry = openRegistry(store, options);
  const served = await serveCounted((request, response) => {
    if (!meddle(request, response)) registry.handle(request, response);
  });
  return {
    ...served,
    async close() {
      await served.close();
      await registry.close();
    },
  };
}

/** Waits that are told and not waited for. */
export function impatient(more: Partial<RegistryAccess> = {}): RegistryAccess & { waits: number[] } {
  const waits: number[] = [];
  return {
    http: new RegistryHttp(),
    retry: {
      ...patient,
      random: () => 1,
      wait: async (ms) => {
        waits.push(ms);
      },
    },
    ...more,
    waits,
  };
}
