import type { KubeObject } from '../../meta.ts';
import { matchesTerms } from '../node-affinity.ts';
import type { FilterPlugin } from '../plan.ts';
import type { Rejection } from '../rejection.ts';
import { type ObjectSource, RESOURCE_CLAIMS } from '../source.ts';

const PLUGIN = 'DynamicResources';
const final = (reason: string): Rejection => ({ plugin: PLUGIN, reasons: [reason], resolvable: false });
const notHere = final('resourceclaim not available on the node');
const unallocated = final('cannot allocate all claims');

/** As many pods may share a claim (resource.k8s.io ResourceClaimReservedForMaxSize). */
const MOST_USERS = 256;

interface PodClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

interface ClaimStatus {
  name: string;
  resourceClaimName?: string | null;
}

/** Either the claims of a pod's devices, or what it waits for, in the scheduler's words. */
export function deviceClaims(pod: KubeObject, source: ObjectSource): KubeObject[] | string {
  const found: KubeObject[] = [];
  const made: ClaimStatus[] = pod['status']?.resourceClaimStatuses ?? [];
  for (const one of (pod['spec'].resourceClaims ?? []) as PodClaim[]) {
    const status = made.find(({ name }) => name === one.name);
    if (!one.resourceClaimName && !status)
      return `pod "${pod.metadata.namespace}/${pod.metadata.name}": ResourceClaim not created yet`;
    const name = one.resourceClaimName ?? status?.resourceClaimName;
    // A template may come to no claim at all.
    if (!name) continue;
    const claim = source.get(RESOURCE_CLAIMS, pod.metadata.namespace, name);
    if (!claim) return `resourceclaim.resource.k8s.io "${name}" not found`;
    if (claim.metadata.deletionTimestamp) return `resourceclaim "${name}" is being deleted`;
    found.push(claim);
  }
  return found;
}

export const isReservedFor = (claim: KubeObject, pod: KubeObject): boolean =>
  (claim['status']?.reservedFor ?? []).some(({ uid }: { uid: string }) => uid === pod.metadata.uid);

/** Claims that are allocated keep the pod to their nodes; nothing is allocated here. */
export const dynamicResources: FilterPlugin = {
  name: PLUGIN,
  prepare({ pod, source }) {
    const claims = deviceClaims(pod, source);
    if (typeof claims === 'string') return { refusal: final(claims) };
    if (claims.length === 0) return undefined;
    const isCrowded = (claim: KubeObject) =>
      !isReservedFor(claim, pod) && (claim['status']?.reservedFor?.length ?? 0) >= MOST_USERS;
    if (claims.some(isCrowded)) return { refusal: final('resourceclaim in use') };
    return {
      check({ node }) {
        for (const { status } of claims) {
          const selector = status?.allocation?.nodeSelector;
          if (status?.allocation && selector && !matchesTerms(selector.nodeSelectorTerms, node)) return notHere;
        }
        return claims.some(({ status }) => !status?.allocation) ? unallocated : undefined;
      },
    };
  },
};
