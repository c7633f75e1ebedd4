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

/** The share of a resource that is in use, at most 1; NaN where the node has none of it. */
const shareOf = (used: number, capacity: number | undefined): number =>
  capacity ? Math.min(used / capacity, 1) : Number.NaN;

/** Half of the distance between the shares in use, which is what their standard deviation comes to for two. */
function balanceOf(cpu: number, memory: number): number {
  const deviation = Math.abs((cpu - memory) / 2);
  return Number.isNaN(deviation) ? 100 : Math.trunc((1 - deviation) * 100);
}

/**
 * Better where the pod brings CPU and memory in use closer together: 50 to 100, about 75 where it changes little
 * (kubernetes balanced_allocation.go). Undefined for a pod that asks for neither.
 */
export function balancedAllocation(pod: KubeObject): ((info: NodeInfo) => number) | undefined {
  const wanted = requestsOf(pod);
  if (COMPARED.every((resource) => !wanted[resource])) return undefined;
  const { cpu = 0, memory = 0 } = wanted;
  return ({ allocatable, requested }) => {
    const [usedCpu, usedMemory] = [requested['cpu'] ?? 0, requested['memory'] ?? 0];
    const before = balanceOf(shareOf(usedCpu, allocatable['cpu']), shareOf(usedMemory, allocatable['memory']));
    const after = balanceOf(
      shareOf(usedCpu + cpu, allocatable['cpu']),
      shareOf(usedMemory + memory, allocatable['memory']),
    );
    return 50 + Math.trunc((50 + after - before) / 2);
  };
}
