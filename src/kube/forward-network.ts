import type { Duplex } from 'node:stream';
import type { KubeObject } from '../api/meta.ts';
import { findBuiltin } from '../api/resources.ts';
import type { Source } from '../api/source.ts';
import type { Transport } from './cluster.ts';
import { type PodAddress, type PodDial, PodDialer } from './port-forward.ts';
import { objectReflector, type ReflectorScope } from './reflector.ts';

/** What port-forwards need of a cluster (`ForwardNetwork` of store/forwards). */
export class ClusterForwardNetwork {
  readonly #transport: Transport;
  readonly #dialer: PodDialer;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#dialer = new PodDialer(transport);
  }

  pods(scope: ReflectorScope): Source<KubeObject> {
    return objectReflector(this.#transport, findBuiltin('pods')!, scope);
  }

  dial(request: PodDial): Promise<Duplex> {
    return this.#dialer.dial(request);
  }

  warm(pod: PodAddress): Promise<void> {
    return this.#dialer.warm(pod);
  }

  wake(): void {
    this.#dialer.wake();
  }

  close(): void {
    this.#dialer.close();
  }
}
