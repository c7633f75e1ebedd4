import type { Duplex } from 'node:stream';

/** PodLogOptions, as the query of `pods/log` carries them. Times are RFC 3339. */
export interface LogOptions {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
}

/** What the API server asks a node's kubelet for on a user's behalf. */
export interface NodeApi {
  /**
   * The lines of one container as UTF-8 chunks; with `follow` it ends when the container does or `signal` aborts.
   * Throws ApiStatusError: 404 for an unknown pod, 400 for an unknown, ambiguous or not yet started container
   * (the API server's and kubelet's wording).
   */
  logs(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /**
   * One connection to a port of the pod. Throws ApiStatusError: 404 for an unknown pod, 400 when it does not run;
   * an Error with the kubelet's wording when nothing listens on the port.
   */
  connect(namespace: string, pod: string, port: number): Promise<Duplex>;
}
