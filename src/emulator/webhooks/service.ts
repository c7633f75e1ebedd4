import type { KubeObject } from '../../api/meta.ts';
import type { Machine } from '../registry/machine.ts';

/** A service in a webhook's client config (admissionregistration.k8s.io/v1 ServiceReference). */
export interface ServiceReference {
  namespace: string;
  name: string;
  path?: string;
  port?: number;
}

/** Where to connect to, and what messages call it. */
export interface Destination {
  host: string;
  port: number;
  /** `10.96.3.4:443`: the address that a server in a cluster dials. */
  shown: string;
}

interface ServicePort {
  name?: string;
  port: number;
}

interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean };
  targetRef?: { kind?: string };
}

const refused = (shown: string): Error => new Error(`dial tcp ${shown}: connect: connection refused`);

/**
 * What stands behind a service: the first ready endpoint that is no simulated pod. Those have no process
 * that could speak TLS, so that they refuse, as an address does that nobody listens on.
 * @throws Error in the words of a server's service resolver (kube-aggregator, apiserver/resolvers.go)
 */
export function resolveService(machine: Machine, { namespace, name, port = 443 }: ServiceReference): Destination {
  const service = machine.store.get('services', namespace, name);
  if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { type = 'ClusterIP', clusterIP, externalName } = service.spec ?? {};
  if (type === 'ExternalName') return { host: externalName, port, shown: `${externalName}:${port}` };
  if (clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
  const served = ((service.spec?.ports ?? []) as ServicePort[]).find((one) => one.port === port);
  if (!served) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const shown = `${String(clusterIP).includes(':') ? `[${clusterIP}]` : clusterIP}:${port}`;
  const found = realEndpoint(machine, namespace, name, served.name ?? '');
  if (!found) throw refused(shown);
  return { ...found, shown };
}

function realEndpoint(machine: Machine, namespace: string, service: string, portName: string) {
  for (const slice of machine.store.list('endpointslices.discovery.k8s.io', namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service) continue;
    const port = portOf(slice, portName);
    const ready = ((slice.endpoints ?? []) as Endpoint[]).find(
      ({ conditions, targetRef }) => conditions?.ready !== false && targetRef?.kind !== 'Pod',
    );
    if (port && ready?.addresses[0]) return { host: ready.addresses[0], port };
  }
  return undefined;
}

function portOf(slice: KubeObject, name: string): number | undefined {
  const ports = (slice.ports ?? []) as { name?: string; port?: number }[];
  return ports.find((port) => (port.name ?? '') === name)?.port;
}
