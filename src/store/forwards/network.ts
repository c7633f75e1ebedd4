import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';

/** Which pods stand behind what is forwarded to. */
interface PodScope {
  namespace: string;
  name?: string;
  labelSelector?: string;
}

/** What forwards need of one cluster; `kube/forward-network.ts` has it over a transport. Forwards of a cluster share one. */
export interface ForwardNetwork {
  /** A source of its own for each call. */
  pods(scope: PodScope): Source<KubeObject>;
  /** One connection to a port of a pod; the kubelet's refusal destroys it with an error in its words. */
  dial(request: { namespace: string; pod: string; port: number; signal: AbortSignal }): Promise<Duplex>;
  /** Makes the way to a pod ready for the first connection. @throws what `dial` throws */
  warm(pod: { namespace: string; pod: string }): Promise<void>;
  /** The machine has slept: what is open may be dead. */
  wake(): void;
  close(): void;
}
