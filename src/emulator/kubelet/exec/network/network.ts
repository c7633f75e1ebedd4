import type { Duplex } from 'node:stream';

/** What a name or an address on the cluster's network is. */
interface Host {
  /** The name in full: `web.shop.svc.cluster.local`. */
  name: string;
  addresses: readonly string[];
}

export type Connection = { stream: Duplex; address: string } | { refusal: 'unreachable' | 'refused' | 'timeout' };

/** What one pod reaches. */
export interface Network {
  /** By the search domains of the pod; undefined: no such name. */
  resolve(name: string): Host | undefined;
  /** The names of an address. */
  reverse(address: string): string | undefined;
  /** One TCP connection. */
  connect(address: string, port: number): Promise<Connection>;
  /** The cluster's DNS server. */
  server: string;
  search: readonly string[];
}
