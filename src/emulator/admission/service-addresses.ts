import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { internalError, invalid } from '../errors.ts';
import type { AdmissionPlugin, AdmissionRequest, Machine } from '../registry/machine.ts';
import { giveFamilies } from './service-families.ts';

const PREFIX = '10.96.';
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;
const TRIES = 64;

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
}

const hasAddress = (service: KubeObject): boolean => (service.spec?.type ?? 'ClusterIP') !== 'ExternalName';
const hasNodePorts = (service: KubeObject): boolean =>
  service.spec?.type === 'NodePort' ||
  (service.spec?.type === 'LoadBalancer' && service.spec?.allocateLoadBalancerNodePorts !== false);

/**
 * Cluster IPs (10.96.0.0/16) and node ports (30000-32767). What is taken is what stored services say,
 * so that nothing is lost over a restart and a deleted service frees what it had.
 */
export const serviceAddresses: AdmissionPlugin = {
  name: 'ServiceAddresses',
  prepare(request) {
    const { resource, object, previous, subresource, machine } = request;
    if (resource.storage !== 'services' || subresource) return undefined;
    object.spec ??= {};
    if (previous) keepAllocations(object, previous);
    giveAddress(request);
    const causes = giveFamilies(object, previous);
    if (causes.length > 0) throw invalid(SERVICE, request.name, causes);
    givePorts(request);
    giveHealthPort(request);
    return reserve(machine, object);
  },
};

const reservations = new WeakMap<Machine, Set<KubeObject>>();

/** What a service that is not stored yet has been given is taken too; returns what ends that. */
function reserve(machine: Machine, service: KubeObject): () => void {
  const reserved = reservations.get(machine) ?? new Set();
  reservations.set(machine, reserved);
  reserved.add(service);
  return () => void reserved.delete(service);
}

/** Services that are stored, and those that are about to be. */
const takers = (machine: Machine): readonly KubeObject[] => [
  ...machine.store.list('services'),
  ...(reservations.get(machine) ?? []),
];

/** A client that leaves out what was given to its service does not lose it. */
function keepAllocations(object: KubeObject, previous: KubeObject): void {
  const { spec } = object;
  const was = previous.spec ?? {};
  if (hasAddress(object) && hasAddress(previous)) {
    if (!spec.clusterIP) spec.clusterIP = was.clusterIP;
    if (!spec.clusterIPs && spec.clusterIP === was.clusterIP) spec.clusterIPs = was.clusterIPs;
  }
  if (!hasNodePorts(object)) return;
  const ports = (was.ports ?? []) as ServicePort[];
  for (const port of (spec.ports ?? []) as ServicePort[]) {
    if (port.nodePort) continue;
    const same = ports.find((one) => one.port === port.port && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (same?.nodePort) port.nodePort = same.nodePort;
  }
}

function giveAddress(request: AdmissionRequest): void {
  const { object, previous, name, machine } = request;
  const { spec } = object;
  if (!hasAddress(object)) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    return;
  }
  const was = previous && hasAddress(previous) ? (previous.spec?.clusterIP as string | undefined) : undefined;
  if (was && spec.clusterIP !== was) {
    refuse(name, {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goStrings(spec.clusterIPs ?? [spec.clusterIP])}: may not change once set`,
      field: 'spec.clusterIPs[0]',
    });
  }
  if (!spec.clusterIP) spec.clusterIP = spec.clusterIPs?.[0] ?? freeAddress(machine);
  else if (!was && spec.clusterIP !== 'None') checkAddress(request);
  spec.clusterIPs ??= [spec.clusterIP];
  if (spec.clusterIPs[0] !== spec.clusterIP) {
    refuse(name, {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goStrings(spec.clusterIPs)}: first value must match \`clusterIP\``,
      field: 'spec.clusterIPs',
    });
  }
}

function checkAddress({ object, name, machine }: AdmissionRequest): void {
  const address = String(object.spec.clusterIP);
  const why = !/^\d+\.\d+\.\d+\.\d+$/.test(address)
    ? 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
    : !address.startsWith(PREFIX)
      ? 'failed to allocate IP: the provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16'
      : usedAddresses(machine).has(address)
        ? 'failed to allocate IP: provided IP is already allocated'
        : undefined;
  if (why) {
    refuse(name, {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goStrings([address])}: ${why}`,
      field: 'spec.clusterIPs',
    });
  }
}

function usedAddresses(machine: Machine): Set<string> {
  return new Set(takers(machine).flatMap((service) => (service.spec?.clusterIPs as string[]) ?? []));
}

/** The first addresses of the range are for those who ask by number: the API server, the DNS service. */
function freeAddress(machine: Machine): string {
  const used = usedAddresses(machine);
  for (let tries = 0; tries < TRIES * 1024; tries++) {
    const number = 256 + Math.floor(machine.random() * (65_535 - 256));
    const address = `${PREFIX}${number >> 8}.${number & 255}`;
    if (!used.has(address)) return address;
  }
  throw internalError('failed to allocate a serviceIP: range is full');
}

function givePorts(request: AdmissionRequest): void {
  const { object, previous, name, machine } = request;
  const ports = (object.spec.ports ?? []) as ServicePort[];
  if (!hasNodePorts(object)) {
    for (const port of ports) if (!previous || hasNodePorts(previous)) delete port.nodePort;
    return;
  }
  const used = usedPorts(machine, object);
  ports.forEach((port, at) => {
    if (!port.nodePort) return;
    const taken = used.has(`${port.protocol ?? 'TCP'}/${port.nodePort}`);
    const outside = port.nodePort < FIRST_NODE_PORT || port.nodePort > LAST_NODE_PORT;
    if (!taken && !outside) return;
    refuse(name, {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${port.nodePort}: ${
        outside
          ? `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${LAST_NODE_PORT}`
          : 'provided port is already allocated'
      }`,
      field: `spec.ports[${at}].nodePort`,
    });
  });
  for (const port of ports) {
    const protocol = port.protocol ?? 'TCP';
    // Ports of one number and several protocols share a node port.
    port.nodePort ||=
      ports.find((one) => one.port === port.port && one.nodePort)?.nodePort ?? freePort(machine, used, protocol);
    used.add(`${protocol}/${port.nodePort}`);
  }
}

/** Where load balancers ask whether a node has pods of the service. */
function giveHealthPort({ object: { spec, metadata }, previous, machine }: AdmissionRequest): void {
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return;
  spec.healthCheckNodePort ||= previous?.spec?.healthCheckNodePort;
  if (spec.healthCheckNodePort) return;
  const used = usedPorts(machine, { metadata } as KubeObject);
  for (const { protocol = 'TCP', nodePort } of (spec.ports ?? []) as ServicePort[]) used.add(`${protocol}/${nodePort}`);
  spec.healthCheckNodePort = freePort(machine, used, 'TCP');
}

function usedPorts(machine: Machine, except: KubeObject): Set<string> {
  const used = new Set<string>();
  for (const service of takers(machine)) {
    if (service.metadata.uid === except.metadata.uid) continue;
    for (const { protocol = 'TCP', nodePort } of (service.spec?.ports ?? []) as ServicePort[]) {
      if (nodePort) used.add(`${protocol}/${nodePort}`);
    }
    if (service.spec?.healthCheckNodePort) used.add(`TCP/${service.spec.healthCheckNodePort}`);
  }
  return used;
}

function freePort(machine: Machine, used: ReadonlySet<string>, protocol: string): number {
  const count = LAST_NODE_PORT - FIRST_NODE_PORT + 1;
  const start = Math.floor(machine.random() * count);
  for (let step = 0; step < count; step++) {
    const port = FIRST_NODE_PORT + ((start + step) % count);
    if (!used.has(`${protocol}/${port}`)) return port;
  }
  throw internalError('failed to allocate a nodePort: range is full');
}

const SERVICE = { group: '', kind: 'Service' };

function refuse(name: string, cause: StatusCause): never {
  throw invalid(SERVICE, name, [cause]);
}

const goStrings = (values: readonly string[]): string =>
  `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
