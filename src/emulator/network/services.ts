import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';

const SLICES = 'endpointslices.discovery.k8s.io';

interface ServicePort {
  name?: string;
  port: number;
  nodePort?: number;
  protocol?: string;
}

export interface Endpoint {
  addresses?: string[];
  hostname?: string;
  nodeName?: string;
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
}

/** A port of a service, as an address and a port number lead to it. */
export interface Frontend {
  service: KubeObject;
  /** Undefined where the address is the service's but the port is not. */
  port: ServicePort | undefined;
  /** The node whose address it is; only its own endpoints take part where the policy is Local. */
  node?: string;
  isExternal: boolean;
}

export function slicesOf(lister: Lister, service: KubeObject): KubeObject[] {
  const { namespace, name } = service.metadata;
  return lister
    .list<KubeObject>(SLICES, namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
}

export const readyEndpoints = (slice: KubeObject): Endpoint[] =>
  ((slice['endpoints'] ?? []) as Endpoint[]).filter(({ conditions }) => conditions?.ready !== false);

const portAt = (service: KubeObject, test: (port: ServicePort) => boolean): ServicePort | undefined =>
  ((service['spec'].ports ?? []) as ServicePort[]).find((one) => (one.protocol ?? 'TCP') === 'TCP' && test(one));

/** What listens at an address of the cluster's services: cluster IPs, external ones, load balancers, ports of nodes. */
export function frontendAt(lister: Lister, address: string, number: number): Frontend | undefined {
  const services = lister.list<KubeObject>('services');
  for (const service of services) {
    const { clusterIP, clusterIPs = [clusterIP], externalIPs = [] } = service['spec'];
    const balanced: { ip?: string }[] = service['status']?.loadBalancer?.ingress ?? [];
    const isInternal = clusterIPs.includes(address);
    const isExternal = externalIPs.includes(address) || balanced.some(({ ip }) => ip === address);
    if (isInternal || isExternal) return { service, port: portAt(service, ({ port }) => port === number), isExternal };
  }
  const node = lister
    .list<KubeObject>('nodes')
    .find(({ status }) => status?.addresses?.some((one: { address: string }) => one.address === address));
  if (!node) return undefined;
  for (const service of services) {
    const port = portAt(service, ({ nodePort }) => nodePort === number);
    if (port) return { service, port, node: node.metadata.name!, isExternal: true };
  }
  return undefined;
}

/**
 * The ends behind a port of a service: those that are ready, or where none is, those that still serve while they end
 * (KEP-1669); with a Local policy only those of the node.
 * @param node that the connection starts on, or that it came to
 */
export function targetsOf(
  lister: Lister,
  { service, port, isExternal, node: entry }: Frontend,
  node: string | undefined,
): { address: string; port: number }[] {
  const { externalTrafficPolicy, internalTrafficPolicy } = service['spec'];
  const isLocal = (isExternal ? externalTrafficPolicy : internalTrafficPolicy) === 'Local';
  const here = entry ?? node;
  const usable = (test: (endpoint: Endpoint) => boolean) =>
    slicesOf(lister, service).flatMap((slice) => {
      const target = ((slice['ports'] ?? []) as { name?: string; port?: number }[]).find(
        ({ name = '' }) => name === (port?.name ?? ''),
      );
      if (!target?.port) return [];
      return ((slice['endpoints'] ?? []) as Endpoint[])
        .filter((endpoint) => test(endpoint) && (!isLocal || endpoint.nodeName === here))
        .flatMap(({ addresses = [] }) => addresses.map((address) => ({ address, port: target.port! })));
    });
  const ready = usable(({ conditions }) => conditions?.ready !== false);
  if (ready.length > 0) return ready;
  return usable(({ conditions }) => conditions?.serving === true && conditions.terminating === true);
}
