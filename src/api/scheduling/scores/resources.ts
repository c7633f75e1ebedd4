import type { KubeObject } from '../../meta.ts';
import type { NodeInfo } from '../node-info.ts';
import { assumedRequestsOf, requestsOf } from '../pod-resources.ts';

const COMPARED = ['cpu', 'memory'] as const;

/** The more is left, the better; 0 to 100 (kubernetes least_allocated.go). */
export function leastAllocated(pod: KubeObject): (info: NodeInfo) => number {
  const wanted = assumedRequestsOf(pod);
  return ({ allocatable, assumed }) => {
    let sum = 0;
    let compared = 0;
    for (const resource of COMPARED) {
      const capacity = allocatable[resource] ?? 0;
      if (capacity === 0) continue;
      compared++;
      const used = (assumed[resource] ?? 0) + (wanted[resource] ?? 0);
      if (used <= capacity) sum += Math.floor(((capacity - used) * 100) / capacity);
    }
    return compared === 0 ? 0 : Math.floor(sum / compared);
  };
}

/** Half of the distance between the shares in use, which is what their standard deviation comes to for two. */
function balanceOf(shares: readonly number[]): number {
  const deviation = shares.length === 2 ? Math.abs((shares[0]! - shares[1]!) / 2) : 0;
  return Math.trunc((1 - deviation) * 100);
}

/**
 * Better where the pod brings CPU and memory in use closer together: 50 to 100, about 75 where it changes little
 * (kubernetes balanced_allocation.go). Undefined for a pod that asks for neither.
 */
export function balancedAllocation(pod: KubeObject): ((info: NodeInfo) => number) | undefined {
  const wanted = requestsOf(pod);
  if (COMPARED.every((resource) => !wanted[resource])) return undefined;
  return ({ allocatable, requested }) => {
    const shares = (more: boolean): number[] =>
      COMPARED.flatMap((resource) => {
        const capacity = allocatable[resource] ?? 0;
        const used = (requested[resource] ?? 0) + (more ? (wanted[resource] ?? 0) : 0);
        return capacity === 0 ? [] : [Math.min(used / capacity, 1)];
      });
    return 50 + Math.trunc((50 + balanceOf(shares(true)) - balanceOf(shares(false))) / 2);
  };
}
