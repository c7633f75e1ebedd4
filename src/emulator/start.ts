import type { ImageFacts } from '../api/image-facts.ts';
import { simulatedImage } from '../oci/simulated-images.ts';
import { admissionPlugins } from './admission/index.ts';
import { followQuotas } from './admission/resource-quota.ts';
import { bootstrap } from './bootstrap.ts';
import { realClock } from './clocks.ts';
import { followDefinitions } from './crd/definitions.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { loadClusterKeys } from './pki/cluster-keys.ts';
import { adminKubeconfig } from './pki/kubeconfig.ts';
import { Catalog } from './registry/catalog.ts';
import { inProcessClient, inProcessLister } from './registry/in-process-client.ts';
import type { Machine } from './registry/machine.ts';
import { close, listen } from './server/https-server.ts';
import { Store } from './storage/store.ts';

/** Starts a cluster in this process; resolves when it answers requests. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const random = options.random ?? Math.random;
  const store = new Store(options.dataDir);
  const stopping = new AbortController();
  try {
    const keys = await loadClusterKeys(options.dataDir, Date.now());
    const machine: Machine = {
      store,
      catalog: new Catalog(),
      clock: options.clock ?? realClock(),
      random,
      admission: admissionPlugins,
    };
    const client = inProcessClient(machine);
    const lister = inProcessLister(machine);
    const images = (reference: string): ImageFacts | undefined => simulatedImage(reference);
    const followers = [followDefinitions(machine), followQuotas(machine)];
    bootstrap(machine);
    const { server, port } = await listen(
      { machine, keys, nodeApi: () => undefined, images, ready: () => true, stopping: stopping.signal },
      options.port,
    );
    const url = `https://127.0.0.1:${port}`;
    return {
      url,
      port,
      adminKubeconfig: adminKubeconfig(options.name, url, keys),
      client,
      lister,
      async stop() {
        stopping.abort();
        for (const stop of followers) stop();
        await close(server);
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
