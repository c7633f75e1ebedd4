import type { ApiClient, Lister } from './client.ts';
import type { Clock } from './clock.ts';
import type { BundledRegistry } from './images/bundled-registry.ts';
import type { Patience } from './server/https-server.ts';

export interface EmulatorOptions {
  /** Database, keys and certificates live here; created 0700 when missing. `:memory:` keeps nothing (tests). */
  dataDir: string;
  /** TCP port; 0 picks a free one. */
  port: number;
  /** IP address to listen on; 127.0.0.1 by default. The server's certificate is made for it. */
  address?: string;
  /** Further names and addresses that the server's certificate carries. */
  tlsNames?: readonly string[];
  /** Number of simulated nodes made on the first start. */
  nodes: number;
  /** What a new cluster holds: the demo shop, or only what every cluster has. */
  seed: 'demo' | 'empty';
  /** Name used for cluster, context and user in the admin kubeconfig. */
  name: string;
  /** By default one of its own, which users steer. */
  clock?: Clock;
  /** What that follows (ms since the epoch): the clock on the wall by default. */
  wall?: () => number;
  /** Uniform in [0, 1); injected so that runs can be repeated. */
  random?: () => number;
  /** Takes entries of the server's log, newlines included; standard error by default. */
  log?: (text: string) => void;
  /**
   * What stored objects may take together: bytes of their JSON, and 8 for each field, object and list. By default a
   * sixteenth of what the heap of this process may grow to.
   */
  quota?: number;
  /** What kubelets pull from, once it is there; without it all images are simulated. */
  registry?: () => BundledRegistry | undefined;
  /** Of the server with slow clients. */
  patience?: Partial<Patience>;
}

export interface Emulator {
  /** `https://127.0.0.1:PORT`, or with the address it listens on. */
  url: string;
  port: number;
  /** YAML with embedded CA, client certificate and key of a system:masters user. */
  adminKubeconfig: string;
  client: ApiClient;
  lister: Lister;
  /** Resolves when controllers, scheduler and kubelets have nothing to do at this moment. */
  idle(): Promise<void>;
  /** Ends watches, stops controllers, checkpoints and closes the database. */
  stop(): Promise<void>;
}
