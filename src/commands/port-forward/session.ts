import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { isListenError } from '../../store/forwards/listen-failure.ts';
import { listenTcp } from '../../store/forwards/local-listener.ts';
import { PodPool } from '../../store/forwards/pod-pool.ts';
import { type ForwardEvent, type ForwardPort, PortForwardSupervisor } from '../../store/forwards/supervisor.ts';
import type { ForwardTarget } from '../../store/forwards/target.ts';
import { onWake } from '../../store/forwards/wake.ts';
import { systemTiming } from '../../store/timing.ts';

export interface SessionOptions {
  ports: readonly ForwardPort[];
  addresses: readonly string[];
  required: ReadonlySet<string>;
  /** The pod to begin with, which runs. */
  pod: KubeObject;
  signal: AbortSignal;
  report: (event: ForwardEvent) => void;
}

/** Forwards until the signal or until the pod is lost for good. @throws KctlError `lost connection to pod` */
export async function runForward(target: ForwardTarget, cluster: Cluster, options: SessionOptions): Promise<void> {
  const { ClusterForwardNetwork } = await import('../../kube/forward-network.ts');
  const network = new ClusterForwardNetwork(cluster.transport);
  const pool = new PodPool();
  // What follows the pods may not be allowed to all who may forward: then there is this one.
  pool.change('ADDED', options.pod);
  let source = network.pods(target.pods);
  const lost = Promise.withResolvers<void>();
  // Seen by the race below; a loss while the ports are opening must not count as unhandled.
  lost.promise.catch(() => {});
  const supervisor = new PortForwardSupervisor({
    pool,
    ports: options.ports,
    addresses: options.addresses,
    required: options.required,
    listen: listenTcp,
    mayMove: target.mayMove,
    network,
    report(event) {
      options.report(event);
      if (event.type === 'lost') lost.reject(new KctlError('connection', 'lost connection to pod'));
    },
  });
  const sleepless = onWake(systemTiming, () => {
    network.wake();
    source.stop();
    source = network.pods(target.pods);
    source.start(pool);
  });
  const stop = Promise.withResolvers<void>();
  const end = () => {
    supervisor.stop();
    stop.resolve();
  };
  options.signal.addEventListener('abort', end, { once: true });
  if (options.signal.aborted) end();
  try {
    await supervisor.start().catch((error: unknown) => {
      throw isListenError(error) ? error : upgradeFailure(error);
    });
    source.start(pool);
    await Promise.race([lost.promise, stop.promise]);
  } finally {
    sleepless();
    supervisor.stop();
    source.stop();
    network.close();
  }
}

/** A refusal of the connection to the pod, in kubectl's words. */
function upgradeFailure(error: unknown): unknown {
  if (!(error instanceof KctlError) || (error as { httpCode?: number }).httpCode === undefined) return error;
  return new KctlError('api', `error upgrading connection: ${error.message}`, { cause: error });
}
