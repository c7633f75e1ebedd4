import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';

type Family = 'IPv4' | 'IPv6';

// biome-ignore lint/suspicious/noExplicitAny: the spec of a service as it came.
type Spec = Record<string, any>;

const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4');
const other = (family: Family): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4');

const invalid = (field: string, value: unknown, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

/**
 * Gives a service its address families and the policy that goes with them; the cluster has IPv4 alone.
 * Returns what is wrong with those that were asked for. Source: Kubernetes
 * pkg/registry/core/service/storage/alloc.go, initIPFamilyFields.
 */
export function giveFamilies(service: KubeObject, previous: KubeObject | undefined): StatusCause[] {
  const spec = service.spec as Spec;
  const old = previous?.spec as Spec | undefined;
  if (spec.type === 'ExternalName') return [];
  const isFree = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isFree ? 'RequireDualStack' : 'SingleStack');
  const isSingle = spec.ipFamilyPolicy === 'SingleStack';
  const families = [...(spec.ipFamilies ?? [])] as Family[];
  const addresses = ((spec.clusterIPs ?? []) as string[]).filter((address) => address !== 'None');
  const causes: StatusCause[] = [];
  for (const [what, many] of [
    ['cluster IPs', addresses],
    ['IP families', families],
  ] as const) {
    if (!isSingle || many.length !== 2) continue;
    const why = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    causes.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why));
  }
  for (const [at, address] of addresses.entries()) {
    if (at < families.length) continue;
    const family = familyOf(address);
    if (family === 'IPv4') families.push(family);
    else causes.push(invalid(`spec.clusterIPs[${at}]`, spec.clusterIPs, `${family} is not configured on this cluster`));
  }
  if (causes.length > 0) return causes;
  if (isFree) {
    if (families.length === 0) families.push('IPv4');
    if (families.length === 1 && !isSingle) families.push(other(families[0]!));
    spec.ipFamilies = families;
    return [];
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const why = 'this cluster is not configured for dual-stack services';
    causes.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why));
  }
  for (const [at, family] of families.entries()) {
    if (family === 'IPv4') continue;
    causes.push(invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster'));
  }
  if (causes.length === 0) spec.ipFamilies = families.length > 0 ? families : ['IPv4'];
  return causes;
}
