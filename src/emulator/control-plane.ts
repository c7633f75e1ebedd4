import type { ImageFacts } from '../api/image-facts.ts';
import type { ApiClient, Lister } from './client.ts';
import type { Clock } from './clock.ts';
import type { NodeApi } from './kubelet/node-api.ts';

export interface ControlPlaneContext {
  client: ApiClient;
  lister: Lister;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Simulated nodes to register when the cluster has none yet: one control-plane node, the rest workers. */
  nodes: number;
  /** PEM of the cluster's CA, published in every namespace as `kube-root-ca.crt`. */
  rootCa: string;
  /** What a registry would answer; undefined: the image cannot be pulled. */
  images: (reference: string) => ImageFacts | undefined;
}

export interface ControlPlane {
  nodeApi: NodeApi;
  /** Resolves when no key is runnable and no reconcile is under way; timers may still be pending. */
  idle(): Promise<void>;
  /** Ends all controllers; resolves when what was under way is done. */
  stop(): Promise<void>;
}
