import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../api/status.ts';
import { KctlError } from '../lib/errors.ts';
import type { Transport } from './cluster.ts';
import { PodTunnel } from './streams/pod-tunnel.ts';
import { usesWebSockets } from './streams/web-sockets.ts';
import { mayTryAnotherWay } from './transport/upgrade-refused.ts';

export interface PodAddress {
  namespace: string;
  pod: string;
}

export interface PodDial extends PodAddress {
  /** In the pod. */
  port: number;
  signal?: AbortSignal;
}

const protocol = 'portforward.k8s.io';

type Way = 'tunnel' | 'channels' | 'upgrade';

/**
 * How pods are reached, best first: SPDY in a WebSocket is what kubectl speaks and what API servers from 1.30 on
 * serve themselves, with any number of connections in one; the channels of old WebSockets go through to kubelets of
 * any age, one connection each; SPDY alone is what servers know that know no WebSocket.
 */
const newestFirst: readonly Way[] = ['tunnel', 'channels', 'upgrade'];

/** Byte streams that speak SPDY to a pod. */
const carriers: Record<Exclude<Way, 'channels'>, (transport: Transport, path: string) => Promise<Duplex>> = {
  tunnel: (transport, path) => transport.openTunnel({ path, protocol: `SPDY/3.1+${protocol}` }),
  async upgrade(transport, path) {
    const { upgradeToSpdy } = await import('./streams/spdy-upgrade.ts');
    return (await upgradeToSpdy(transport, { path, protocols: [protocol] })).socket;
  },
};

/**
 * Makes connections to ports of pods of one cluster. All of a pod go through one tunnel, which is opened again when
 * it is lost; another is opened beside it only where a slow reader holds one up whose server keeps no windows.
 */
export class PodDialer {
  readonly #transport: Transport;
  /** Ways that have not been refused. */
  #ways = offered();
  readonly #tunnels = new Map<string, Set<PodTunnel>>();
  readonly #opening = new Map<string, Promise<PodTunnel | 'channels'>>();
  #isClosed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * One connection to a port of a pod. Both directions wait for a slow reader. It is there before the pod has
   * answered; what the kubelet says against it destroys it. Where the server knows only channels, one direction
   * cannot be closed alone: `end()` then leaves the connection open until the pod closes it or has long been silent.
   * @throws ApiStatusError when the server refuses, KctlError `connection` when it cannot be reached
   */
  async dial(request: PodDial): Promise<Duplex> {
    const { port, signal } = request;
    const refused = (reason: string) => new KctlError('connection', reason);
    for (;;) {
      const tunnel = await this.#reach(request, signal);
      signal?.throwIfAborted();
      if (tunnel !== 'channels') return tunnel.connect(port, refused);
      const { dialChannels } = await import('./streams/pod-channels.ts');
      try {
        return await dialChannels(this.#transport, { path: pathOf(request), port, signal, refused });
      } catch (error) {
        this.#leave('channels', error);
      }
    }
  }

  /** Opens the tunnel to a pod ahead of the first connection, where there can be one. Throws as `dial`. */
  async warm(pod: PodAddress): Promise<void> {
    await this.#reach(pod, undefined);
  }

  /** After a sleep of the machine: tunnels that do not answer are given up now rather than in half a minute. */
  wake(): void {
    for (const tunnel of [...this.#tunnels.values()].flatMap((each) => [...each])) void tunnel.doubt();
  }

  close(): void {
    this.#isClosed = true;
    for (const tunnels of this.#tunnels.values()) for (const tunnel of tunnels) tunnel.close();
  }

  /** A tunnel that is there, or a new one. */
  async #reach(pod: PodAddress, signal: AbortSignal | undefined): Promise<PodTunnel | 'channels'> {
    const key = pathOf(pod);
    for (const tunnel of this.#tunnels.get(key) ?? []) {
      if (tunnel.isFree && (await tunnel.isAlive())) return tunnel;
    }
    // Before anything is begun whose end nobody would wait for.
    signal?.throwIfAborted();
    const under = this.#opening.get(key) ?? this.#open(key).finally(() => this.#opening.delete(key));
    this.#opening.set(key, under);
    return signal ? unless(signal, under) : under;
  }

  async #open(path: string): Promise<PodTunnel | 'channels'> {
    for (;;) {
      const way = this.#ways[0] ?? 'tunnel';
      if (way === 'channels') return way;
      try {
        return this.#keep(path, await carriers[way](this.#transport, path));
      } catch (error) {
        this.#leave(way, error);
      }
    }
  }

  #keep(path: string, carrier: Duplex): PodTunnel {
    const tunnels = this.#tunnels.get(path) ?? new Set();
    const tunnel: PodTunnel = new PodTunnel(carrier, () => {
      tunnels.delete(tunnel);
      if (tunnels.size === 0) this.#tunnels.delete(path);
    });
    this.#tunnels.set(path, tunnels.add(tunnel));
    if (this.#isClosed) tunnel.close();
    return tunnel;
  }

  /** Goes on with the next way; where there is none, what the last one said is thrown, as kubectl does. */
  #leave(way: Way, error: unknown): void {
    if (!isOfTheWay(error)) throw error;
    const byGet = isForbidden(error) && way !== 'upgrade';
    this.#ways = byGet ? ['upgrade'] : this.#ways.filter((each) => each !== way);
    if (this.#ways.length > 0) return;
    this.#ways = offered();
    throw error;
  }
}

const offered = (): readonly Way[] => (usesWebSockets('PORT_FORWARD') ? newestFirst : ['upgrade']);

/** WebSockets are asked for by GET: who may only `create` port-forwards, as most roles say, is let in by POST alone. */
function isOfTheWay(error: unknown): boolean {
  return mayTryAnotherWay(error) || isForbidden(error);
}

const isForbidden = (error: unknown): boolean => error instanceof ApiStatusError && error.httpCode === 403;

function pathOf({ namespace, pod }: PodAddress): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
}

function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, stopped.promise]).finally(() => signal.removeEventListener('abort', stop));
}
