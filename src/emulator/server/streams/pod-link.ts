import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../../api/meta.ts';
import type { NodeApi } from '../../kubelet/node-api.ts';
import type { Store } from '../../storage/store.ts';

/** The way to one pod: to that very pod, not to one that takes its name later. */
export interface PodLink {
  /** @throws Error with the kubelet's words, also once the pod is gone */
  connect(port: number): Promise<Duplex>;
  /** What the kubelet calls the pod in its messages. */
  sandbox: string;
  /** Ends the watch on the pod. */
  release(): void;
}

/** Connections that were made through it break when the pod is gone, as those to a killed process do. */
export function podLink(node: NodeApi, store: Pick<Store, 'get' | 'subscribe'>, pod: KubeObject): PodLink {
  const { namespace, name, uid } = pod.metadata;
  const sandbox = uid!;
  const open = new Set<Duplex>();
  const isThere = () => store.get('pods', namespace, name!)?.metadata.uid === uid;
  const release = store.subscribe('pods', () => {
    if (open.size === 0 || isThere()) return;
    for (const connection of open) connection.destroy();
  });
  return {
    sandbox,
    release,
    async connect(port) {
      if (!isThere()) throw new Error(`failed to find sandbox "${sandbox}" in store: not found`);
      const connection = await node.connect(namespace!, name!, port);
      open.add(connection);
      connection.once('close', () => open.delete(connection));
      return connection;
    },
  };
}
