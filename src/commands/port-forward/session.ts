import { findBuiltin } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type Listen, listenTcp } from '../../store/forwards/local-listener.ts';
import { PodPool } from '../../store/forwards/pod-pool.ts';
import { type ForwardEvent, type ForwardPort, PortForwardSupervisor } from '../../store/forwards/supervisor.ts';
import type { ForwardTarget } from '../../store/forwards/target.ts';

export interface SessionOptions {
  ports: readonly ForwardPort[];
  addresses: readonly string[];
  listen?: Listen;
  /** How long to wait for a running pod at the start, ms. */
  podTimeout: number;
  signal: AbortSignal;
  report: (event: ForwardEvent) => void;
}

/** Forwards until the signal or until the pod is lost for good. @throws KctlError `lost connection to pod` */
export async function runForward(target: ForwardTarget, cluster: Cluster, options: SessionOptions): Promise<void> {
  const [{ objectReflector }, { dialPod }] = await Promise.all([
    import('../../kube/reflector.ts'),
    import('../../kube/port-forward.ts'),
  ]);
  const pool = new PodPool();
  const source = objectReflector(cluster.transport, findBuiltin('pods')!, target.pods);
  source.start(pool);
  const lost = Promise.withResolvers<void>();
  // Seen by the race below; a loss while the ports are opening must not count as unhandled.
  lost.promise.catch(() => {});
  const supervisor = new PortForwardSupervisor({
    pool,
    ports: options.ports,
    addresses: options.addresses,
    listen: options.listen ?? listenTcp,
    mayMove: target.mayMove,
    dial: (request) => dialPod(cluster.transport, request),
    report(event) {
      options.report(event);
      if (event.type === 'lost') lost.reject(new KctlError('connection', 'lost connection to pod'));
    },
  });
  try {
    await usablePod(pool, options);
    await supervisor.start();
    await Promise.race([lost.promise, aborted(options.signal)]);
  } finally {
    supervisor.stop();
    source.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function usablePod(pool: PodPool, { podTimeout, signal }: SessionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error) => {
      clearTimeout(timer);
      unsubscribe();
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(() => end(noPod(pool)), podTimeout);
    const look = () => {
      if (pool.error) end(pool.error);
      else if (pool.pick()) end();
    };
    const unsubscribe = pool.subscribe(look);
    signal.addEventListener('abort', () => end(new KctlError('usage', 'interrupted', { exitCode: 130 })), {
      once: true,
    });
    look();
  });
}

function noPod(pool: PodPool): KctlError {
  const pod = pool.any();
  if (!pod) return new KctlError('api', 'timed out waiting for the condition', { hint: 'No pod stands behind it.' });
  const phase = pod.status?.phase ?? 'Unknown';
  return new KctlError('api', `unable to forward port because pod is not running. Current status=${phase}`);
}

/** A listener's failure in the user's words. */
export function listenFailure(error: unknown, port: number, hint?: string): KctlError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use by another program`,
    EACCES: `port ${port} needs more rights than you have`,
    EADDRNOTAVAIL: 'the address does not belong to this machine',
  };
  return new KctlError('conflict', reasons[code ?? ''] ?? message, { cause: error, ...(hint ? { hint } : {}) });
}
