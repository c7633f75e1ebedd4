import { duplexPair } from 'node:stream';
import type { KubeObject } from '../../../api/meta.ts';
import { notFound } from '../../errors.ts';
import { isDown } from '../../kubelet/node-facts.ts';
import type { Exchange } from '../exchange.ts';
import { kubeletServer } from '../kubelet/server.ts';
import type { ResourceTarget } from '../request-info.ts';
import { type Backend, splitTarget } from './proxy-backend.ts';

const KUBELET_PORT = 10250;

/**
 * The kubelet of a node, or another port of its machine, where nothing listens.
 * @throws ApiStatusError 400, 404
 */
export function nodeBackend({ context }: Exchange, target: ResourceTarget): Backend {
  const { scheme, name, port } = splitTarget('node', target.name ?? '');
  const node = context.machine.store.get('nodes', undefined, name);
  if (!node) throw notFound({ group: '', plural: 'nodes' }, name);
  const kubeletPort = String(node['status']?.daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT);
  const host = `${nodeAddress(node)}:${port || kubeletPort}`;
  return {
    scheme: port === '' || port === kubeletPort ? 'https' : scheme || 'http',
    host,
    async open() {
      if (isDown(node)) throw new Error(`dial tcp ${host}: connect: no route to host`);
      if (port !== '' && port !== kubeletPort) throw new Error(`dial tcp ${host}: connect: connection refused`);
      const [near, far] = duplexPair();
      kubeletServer(context, name).emit('connection', far);
      return near;
    },
  };
}

/** How the API server calls a node: by its internal address. */
export function nodeAddress(node: KubeObject): string {
  const addresses = (node['status']?.addresses ?? []) as { type: string; address: string }[];
  return addresses.find(({ type }) => type === 'InternalIP')?.address ?? node.metadata.name!;
}
