import { duplexPair } from 'node:stream';
import { notFound } from '../../errors.ts';
import { isDown } from '../../kubelet/node-facts.ts';
import type { Exchange } from '../exchange.ts';
import { kubeletServer } from '../kubelet/server.ts';
import type { ResourceTarget } from '../request-info.ts';
import { kubeletHost } from './pod-target.ts';
import { type Backend, splitTarget } from './proxy-backend.ts';

/**
 * The kubelet of a node, or another port of its machine, where nothing listens.
 * @throws ApiStatusError 400, 404
 */
export function nodeBackend({ context }: Exchange, target: ResourceTarget): Backend {
  const { name, port } = splitTarget('node', target.name ?? '');
  const node = context.machine.store.get('nodes', undefined, name);
  if (!node) throw notFound({ group: '', plural: 'nodes' }, name);
  const kubelet = kubeletHost(node);
  const kubeletPort = kubelet.slice(kubelet.lastIndexOf(':') + 1);
  const host = `${kubelet.slice(0, -kubeletPort.length)}${port || kubeletPort}`;
  return {
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
