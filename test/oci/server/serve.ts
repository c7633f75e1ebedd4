import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRegistry, type RegistryOptions } from '../../../src/oci/server/registry.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';

export interface ServedRegistry {
  /** `127.0.0.1:5000` */
  host: string;
  url: string;
  close(): Promise<void>;
}

/** A registry on a port of its own. */
export async function serveRegistry(store: ImageStore, options: RegistryOptions = {}): Promise<ServedRegistry> {
  const registry = openRegistry(store, options);
  const server = createServer((request, response) => registry.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await registry.close();
    },
  };
}
