import type { NodeInfo } from '../node-info.ts';
import type { FilterPlugin } from '../plan.ts';
import { type Amounts, requestsOf } from '../pod-resources.ts';

/** What a node has too little of. CPU in millicores, the rest in its own unit. */
export interface Shortage {
  resource: string;
  requested: number;
  used: number;
  capacity: number;
}

/** The three that every node has come first, as the scheduler asks for them. */
const FIRST = ['cpu', 'memory', 'ephemeral-storage'];

/** Resources in the order in which they are asked for, without those of which nothing is wanted. */
export function wantedOf(requests: Amounts): [resource: string, amount: number][] {
  const others = Object.keys(requests).filter((name) => !FIRST.includes(name));
  return [...FIRST, ...others].flatMap((name): [string, number][] => (requests[name] ? [[name, requests[name]]] : []));
}

/** Source: kubernetes plugin NodeResourcesFit, fitsRequest. */
export function shortagesOn(info: NodeInfo, wanted: readonly [string, number][]): Shortage[] | undefined {
  let found: Shortage[] | undefined;
  const pods = info.allocatable['pods'] ?? 0;
  if (info.podCount + 1 > pods) found = [{ resource: 'pods', requested: 1, used: info.podCount, capacity: pods }];
  for (const [resource, requested] of wanted) {
    const capacity = info.allocatable[resource] ?? 0;
    const used = info.requested[resource] ?? 0;
    if (requested <= capacity - used) continue;
    found ??= [];
    found.push({ resource, requested, used, capacity });
  }
  return found;
}

export const nodeResourcesFit: FilterPlugin = {
  name: 'NodeResourcesFit',
  prepare({ pod }) {
    const wanted = wantedOf(requestsOf(pod));
    return {
      check(info) {
        const shortages = shortagesOn(info, wanted);
        return (
          shortages && {
            plugin: 'NodeResourcesFit',
            reasons: shortages.map(({ resource }) =>
              resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`,
            ),
            // Nobody's going helps where even the empty node is too small.
            resolvable: shortages.every(
              ({ resource, requested, capacity }) => resource === 'pods' || requested <= capacity,
            ),
          }
        );
      },
    };
  },
};
