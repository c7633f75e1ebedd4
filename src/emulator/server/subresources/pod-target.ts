import type { KubeObject } from '../../../api/meta.ts';
import { badRequest, notFound, unavailable } from '../../errors.ts';
import type { NodeApi } from '../../kubelet/node-api.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';

/** The pod that a request to its node is about. @throws ApiStatusError 404 */
export function podOf({ context }: Exchange, { namespace, name = '' }: ResourceTarget): KubeObject {
  const pod = context.machine.store.get('pods', namespace, name);
  if (!pod) throw notFound({ group: '', plural: 'pods' }, name);
  return pod;
}

/** @throws ApiStatusError 400 while the pod has no node, 503 while no node runs */
export function nodeOf({ context }: Exchange, pod: KubeObject): NodeApi {
  if (!pod['spec'].nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = context.nodeApi();
  if (!node) throw unavailable('the nodes of this cluster are not running');
  return node;
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
