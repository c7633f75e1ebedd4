import type { KubeObject } from '../../../api/meta.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { badRequest, failure, notFound, unavailable } from '../../errors.ts';
import type { NodeApi } from '../../kubelet/node-api.ts';
import { isDown } from '../../kubelet/node-facts.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';

/** The pod that a request to its node is about. @throws ApiStatusError 404 */
export function podOf({ context }: Exchange, { namespace, name = '' }: ResourceTarget): KubeObject {
  const pod = context.machine.store.get('pods', namespace, name);
  if (!pod) throw notFound({ group: '', plural: 'pods' }, name);
  return pod;
}

/** @throws ApiStatusError 400 while the pod has no node, 500 while that is cut off, 503 while no node runs */
export function nodeOf({ context }: Exchange, pod: KubeObject): NodeApi {
  const name: string | undefined = pod['spec'].nodeName;
  if (!name) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = context.machine.store.get('nodes', undefined, name);
  if (node && isDown(node)) {
    const why = `dial tcp ${kubeletHost(node)}: connect: no route to host`;
    throw new ApiStatusError(failure(500, '', `error dialing backend: ${why}`));
  }
  const api = context.nodeApi();
  if (!api) throw unavailable('the nodes of this cluster are not running');
  return api;
}

/** `address:port`, as the API server calls a node's kubelet. */
export function kubeletHost(node: KubeObject): string {
  const { addresses = [], daemonEndpoints } = (node['status'] ?? {}) as {
    addresses?: { type: string; address: string }[];
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
  };
  const internal = addresses.find(({ type }) => type === 'InternalIP')?.address ?? node.metadata.name!;
  const shown = internal.includes(':') ? `[${internal}]` : internal;
  return `${shown}:${daemonEndpoints?.kubeletEndpoint?.Port ?? 10250}`;
}

interface Named {
  name: string;
}

/** Which container a request is about (core/pod/strategy.go). @throws ApiStatusError 400 */
export function containerOf(pod: KubeObject, wanted: string | null): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod['spec'] as Record<string, Named[]>;
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const podName = pod.metadata.name;
  if (wanted) {
    if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${podName}`);
    return wanted;
  }
  if (containers.length === 1) return containers[0]!.name;
  throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]`);
}

/** Whether the node has that container running now. */
export function isRunning(pod: KubeObject, container: string): boolean {
  const status = (pod['status'] ?? {}) as Record<string, { name: string; state?: { running?: unknown } }[]>;
  return [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ].some(({ name, state }) => name === container && state?.running !== undefined);
}

/** A boolean of a query: anything but `false` and `0` is true, also nothing (apimachinery, Convert_Slice_string_To_bool). */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== '0' && text.toLowerCase() !== 'false';
}
