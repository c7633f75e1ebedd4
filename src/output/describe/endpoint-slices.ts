import type { KubeObject } from '../../api/meta.ts';
import { hostPort } from '../../api/tables/core-workloads.ts';
import type { DescribeFetch } from './fetch.ts';
import { NONE } from './text.ts';

interface Endpoint {
  addresses?: string[];
  conditions?: { ready?: boolean };
}

/** The slices of a service. */
export function slicesOf(fetch: DescribeFetch, namespace: string, service: string): Promise<KubeObject[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  return fetch.list('endpointslices.discovery.k8s.io', { namespace, labelSelector });
}

const MOST_SHOWN = 3;

/**
 * The first three ready addresses of a port, and how many more there are. As in kubectl, one that is not
 * ready makes the list end too where it comes fourth, which then says `+ 0 more...`.
 */
export function endpointsText(slices: readonly KubeObject[], portName: string): string {
  if (slices.length === 0) return NONE;
  const shown: string[] = [];
  let count = 0;
  let hasMore = false;
  for (const { port, endpoint } of slices.flatMap((slice) => endpointsOf(slice, portName))) {
    if (shown.length === MOST_SHOWN) hasMore = true;
    if (endpoint.conditions?.ready === false) continue;
    const address = endpoint.addresses?.[0] ?? '';
    if (!hasMore) shown.push(port === undefined ? address : hostPort(address, port));
    count++;
  }
  return `${shown.join(',')}${hasMore ? ` + ${count - MOST_SHOWN} more...` : ''}`;
}

/** Every endpoint once for each of its ports of that name; once and without a port where the slice has none at all. */
function endpointsOf(slice: KubeObject, portName: string): { port: number | undefined; endpoint: Endpoint }[] {
  const endpoints: Endpoint[] = slice.endpoints ?? [];
  const ports: { name?: string; port?: number }[] = slice.ports ?? [];
  if (ports.length === 0) return endpoints.map((endpoint) => ({ port: undefined, endpoint }));
  return ports
    .filter(({ name = '' }) => name === portName)
    .flatMap(({ port = 0 }) => endpoints.map((endpoint) => ({ port, endpoint })));
}
