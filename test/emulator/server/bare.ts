import { Agent } from 'node:https';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import { realClock } from '../../../src/emulator/clocks.ts';
import { followDefinitions } from '../../../src/emulator/crd/definitions.ts';
import { loadClusterKeys } from '../../../src/emulator/pki/cluster-keys.ts';
import { adminKubeconfig } from '../../../src/emulator/pki/kubeconfig.ts';
import { followPolicies } from '../../../src/emulator/policies/follow.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { inProcessClient, inProcessLister } from '../../../src/emulator/registry/in-process-client.ts';
import type { Machine } from '../../../src/emulator/registry/machine.ts';
import { reconcileRoles } from '../../../src/emulator/seed/roles.ts';
import { close, listen } from '../../../src/emulator/server/https-server.ts';
import { Store } from '../../../src/emulator/storage/store.ts';
import { noFaults } from '../faults/no-faults.ts';

export interface BareServer {
  url: string;
  agent: Agent;
  /** Shows no certificate: for requests that bring credentials of their own, or none. */
  strangers: Agent;
  kubeconfig: string;
  stop(): Promise<void>;
}

/** The API server alone, without controllers, scheduler and nodes: what it answers is its own. */
export async function bareServer(): Promise<BareServer> {
  const store = new Store(':memory:', (what, error) => process.stderr.write(`${what} ${error}\n`));
  const keys = await loadClusterKeys(':memory:', Date.now());
  const machine: Machine = {
    store,
    catalog: new Catalog(),
    clock: realClock(),
    random: Math.random,
    admission: admissionPlugins,
  };
  const followers = [followDefinitions(machine), followPolicies(machine)];
  bootstrap(machine);
  await reconcileRoles(inProcessClient(machine), inProcessLister(machine));
  const stopping = new AbortController();
  const { server, port } = await listen(
    {
      machine,
      keys,
      nodeApi: () => undefined,
      faults: noFaults(),
      images: () => undefined,
      ready: () => true,
      control: () => undefined,
      stopping: stopping.signal,
      report: (what, error) => process.stderr.write(`${what} ${error}\n`),
    },
    0,
  );
  const url = `https://127.0.0.1:${port}`;
  const agent = new Agent({ keepAlive: true, ca: keys.ca.cert, cert: keys.admin.cert, key: keys.admin.key });
  const strangers = new Agent({ keepAlive: true, ca: keys.ca.cert });
  return {
    url,
    agent,
    strangers,
    kubeconfig: adminKubeconfig('bare', url, keys),
    async stop() {
      stopping.abort();
      agent.destroy();
      strangers.destroy();
      await close(server);
      for (const stop of followers) stop();
      store.close();
    },
  };
}
