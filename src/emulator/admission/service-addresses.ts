import type { KubeObject } from '../../api/meta.ts';
import { Causes } from '../../api/validation/causes.ts';
import { internalError, invalid } from '../errors.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { AdmissionPlugin, AdmissionRequest, Machine } from '../registry/machine.ts';
import { giveFamilies } from './service-families.ts';
import { giveNodePorts } from './service-ports.ts';
import { dropOfOldType } from './service-types.ts';

/** Source: Kubernetes pkg/registry/core/service/storage, storage.go and alloc.go. */

const PREFIX = '10.96.';
const RANGE = '10.96.0.0/16';
const TRIES = 64 * 1024;

// biome-ignore lint/suspicious/noExplicitAny: the spec of a service as it came.
type Spec = Record<string, any>;

const hasAddress = ({ type = 'ClusterIP' }: Spec): boolean => type !== 'ExternalName';

/**
 * Cluster IPs (10.96.0.0/16) and node ports (30000-32767), given out before the service is validated. What
 * is taken is what stored services say, so that nothing is lost over a restart and a deleted service frees
 * what it had.
 */
export const serviceAddresses: AdmissionPlugin = {
  name: 'ServiceAddresses',
  prepare(request) {
    const { resource, object, previous, subresource, machine, name } = request;
    if (resource.storage !== 'services' || subresource) return undefined;
    object.spec ??= {};
    if (previous) keepAddresses(object.spec, previous.spec ?? {});
    else if (object.spec.clusterIP && !object.spec.clusterIPs?.length) object.spec.clusterIPs = [object.spec.clusterIP];
    refuse(name, giveFamilies(object, previous));
    giveAddresses(request);
    giveNodePorts(request, takers(machine), (causes) => refuse(name, causes));
    if (previous) dropOfOldType(object, previous);
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

/** A client that leaves out what was given to its service does not lose it; one of two fields may be told alone. */
function keepAddresses(spec: Spec, old: Spec): void {
  if (hasAddress(spec) && hasAddress(old)) {
    if (!spec.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && old.clusterIPs?.length) spec.clusterIPs = old.clusterIPs;
  }
  if ((spec.clusterIP ?? '') === (old.clusterIP ?? '')) {
    if (!spec.clusterIPs?.length && old.clusterIPs) spec.clusterIPs = old.clusterIPs;
  } else if (!jsonEqual(spec.clusterIPs, old.clusterIPs)) return;
  else if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

/** A service that had none gets addresses, those that it names where it does; a change of them is validation's matter. */
function giveAddresses(request: AdmissionRequest): void {
  const { previous, machine, name } = request;
  const spec = request.object.spec as Spec;
  if (!hasAddress(spec) || spec.clusterIPs?.[0] === 'None') return;
  if (previous && hasAddress(previous.spec ?? {})) return;
  const wanted = (spec.clusterIPs ?? []) as string[];
  const given: string[] = [];
  for (const at of ((spec.ipFamilies ?? []) as string[]).keys()) {
    const address = wanted[at];
    if (address === undefined) given.push(freeAddress(machine));
    else {
      const why = whyNot(request, address);
      if (why) {
        const causes = new Causes();
        causes.invalid('spec.clusterIPs', wanted, `failed to allocate IP ${address}: ${why}`);
        refuse(name, causes);
      }
      given.push(address);
    }
  }
  spec.clusterIPs = given;
  spec.clusterIP = given[0];
}

function whyNot({ machine, dryRun }: AdmissionRequest, address: string): string | undefined {
  const isInside = /^\d+\.\d+\.\d+\.\d+$/.test(address) && address.startsWith(PREFIX);
  if (!isInside || address === '10.96.0.0' || address === '10.96.255.255') {
    return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${RANGE}`;
  }
  return !dryRun && usedAddresses(machine).has(address) ? 'provided IP is already allocated' : undefined;
}

function usedAddresses(machine: Machine): Set<string> {
  return new Set(takers(machine).flatMap((service) => (service.spec?.clusterIPs as string[]) ?? []));
}

/** The first addresses of the range are for those who ask by number: the API server, the DNS service. */
function freeAddress(machine: Machine): string {
  const used = usedAddresses(machine);
  for (let tries = 0; tries < TRIES; tries++) {
    const number = 256 + Math.floor(machine.random() * (65_535 - 256));
    const address = `${PREFIX}${number >> 8}.${number & 255}`;
    if (!used.has(address)) return address;
  }
  throw internalError('failed to allocate a serviceIP: range is full');
}

const SERVICE = { group: '', kind: 'Service' };

function refuse(name: string, { list }: Causes): void {
  if (list.length > 0) throw invalid(SERVICE, name, list);
}
