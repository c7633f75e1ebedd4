import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { catchUp, SimulatedClock } from '../clocks.ts';
import type { Emulator } from '../emulator.ts';
import { deepCopy } from '../registry/copy.ts';
import { startEmulator } from '../start.ts';
import type { ClusterClient, ClusterObject, RunningCluster, StartClusterOptions } from './contract.ts';

/**
 * Starts a cluster in this process, for tests; several can run side by side. Resolves when it answers.
 * @throws KctlError `input` (the folder's database cannot be read), `conflict` (the port is taken, or the
 *   folder is in use)
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<RunningCluster> {
  const clock = options.clock === 'simulated' ? new SimulatedClock(Date.now()) : undefined;
  const emulator = await startEmulator({
    dataDir: options.dataDir ?? ':memory:',
    port: options.port ?? 0,
    nodes: options.nodes ?? 1,
    seed: options.seed ?? 'empty',
    name: options.name ?? 'kctl-testing',
    ...(clock ? { clock } : {}),
    ...(options.random ? { random: options.random } : {}),
    ...(options.quota === undefined ? {} : { quota: options.quota }),
    ...(options.log ? { log: options.log } : {}),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= emulator.stop());
  if (options.kubeconfigPath !== undefined) {
    try {
      replaceFile(options.kubeconfigPath, emulator.adminKubeconfig);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return {
    url: emulator.url,
    port: emulator.port,
    kubeconfig: emulator.adminKubeconfig,
    kubeconfigPath: options.kubeconfigPath,
    client: clientOf(emulator),
    idle: () => emulator.idle(),
    async advance(ms) {
      if (!clock) throw new KctlError('usage', "time can only be advanced with startCluster({ clock: 'simulated' })");
      await catchUp(clock, clock.now() + ms, () => emulator.idle());
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function clientOf({ client, lister }: Emulator): ClusterClient {
  const copy = (object: KubeObject) => deepCopy(object) as ClusterObject;
  return {
    create: async (resource, object) => copy(await client.create(resource, object as KubeObject)),
    update: async (resource, object) => copy(await client.update(resource, object as KubeObject)),
    updateStatus: async (resource, object) => copy(await client.updateStatus(resource, object as KubeObject)),
    delete: (resource, namespace, name) => client.delete(resource, namespace, name),
    get(resource, namespace, name) {
      const found = lister.get(resource, namespace, name);
      return found && copy(found);
    },
    list: (resource, namespace) => lister.list(resource, namespace).map(copy),
  };
}
