import type { KubeObject } from '../../api/meta.ts';
import { Causes } from '../../api/validation/causes.ts';
import { checkClusterAddresses } from '../../api/validation/services.ts';
import { jsonEqual } from '../registry/equal.ts';

type Family = 'IPv4' | 'IPv6';

// biome-ignore lint/suspicious/noExplicitAny: the spec of a service as it came.
type Spec = Record<string, any>;

const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4');
const other = (family: Family): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4');

const POLICY = 'spec.ipFamilyPolicy';
const PREFERS_BOTH = 'PreferDualStack';

/** Nothing of all this was touched in a service that takes what the cluster has. */
function isAsItWas(spec: Spec, old: Spec | undefined): boolean {
  return (
    old !== undefined &&
    spec.ipFamilyPolicy === PREFERS_BOTH &&
    (old.ipFamilyPolicy ?? PREFERS_BOTH) === PREFERS_BOTH &&
    old.type === spec.type &&
    ['clusterIP', 'clusterIPs', 'ipFamilies'].every((field) => jsonEqual(spec[field], old[field]))
  );
}

/** Keeps the first address alone where that is what the policy now says; tells of what went without it. */
function release(causes: Causes, spec: Spec, old: Spec): void {
  for (const [field, what] of [
    ['clusterIPs', 'cluster IP'],
    ['ipFamilies', 'IP family'],
  ] as const) {
    const [now, before] = [(spec[field] ?? []) as string[], (old[field] ?? []) as string[]];
    if (spec.ipFamilyPolicy === 'SingleStack') {
      if (now.length > 1 && jsonEqual(now, before)) spec[field] = now.slice(0, 1);
    } else if (now.length > 0 && now.length < before.length) {
      causes.invalid(POLICY, spec.ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
    }
  }
}

/**
 * Gives a service its address families and the policy that goes with them; the cluster has IPv4 alone.
 * Returns what is wrong with those that were asked for. Source: Kubernetes
 * pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
 */
export function giveFamilies(service: KubeObject, previous: KubeObject | undefined): Causes {
  const causes = new Causes();
  const spec = service.spec as Spec;
  const old = previous?.spec as Spec | undefined;
  if (spec.type === 'ExternalName' || isAsItWas(spec, old)) return causes;
  const isFree = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isFree ? 'RequireDualStack' : 'SingleStack');
  checkClusterAddresses(causes, spec, old);
  if (causes.list.length > 0) return causes;
  if (old) release(causes, spec, old);
  const isSingle = spec.ipFamilyPolicy === 'SingleStack';
  const families = [...(spec.ipFamilies ?? [])] as Family[];
  const addresses = ((spec.clusterIPs ?? []) as string[]).filter((address) => address !== 'None');
  for (const [what, many] of [
    ['cluster IPs', addresses],
    ['IP families', families],
  ] as const) {
    if (!isSingle || many.length !== 2) continue;
    const detail = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    causes.invalid(POLICY, spec.ipFamilyPolicy, detail);
  }
  for (const [at, address] of addresses.entries()) {
    if (at < families.length) continue;
    const family = familyOf(address);
    if (family === 'IPv4') families.push(family);
    else causes.invalid(`spec.clusterIPs[${at}]`, spec.clusterIPs, `${family} is not configured on this cluster`);
  }
  if (causes.list.length > 0) return causes;
  if (isFree) {
    if (families.length === 0) families.push('IPv4');
    if (families.length === 1 && !isSingle) families.push(other(families[0]!));
    spec.ipFamilies = families;
    return causes;
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    causes.invalid(POLICY, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
  }
  for (const [at, family] of families.entries()) {
    if (family !== 'IPv4') causes.invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster');
  }
  if (causes.list.length === 0) spec.ipFamilies = families.length > 0 ? families : ['IPv4'];
  return causes;
}
