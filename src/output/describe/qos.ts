import type { KubeObject } from '../../api/meta.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../lib/quantity.ts';
import type { Resources } from './containers.ts';

const COUNTED = ['cpu', 'memory'] as const;

/** BestEffort, Burstable or Guaranteed, for a pod whose status does not say yet (pod QoS in the Kubernetes documentation). */
export function qosClass(spec: NonNullable<KubeObject['spec']>): string {
  const all: (Resources | undefined)[] = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  const requests = sums(all.map((resources) => resources?.requests));
  const limits = sums(all.map((resources) => resources?.limits));
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const areLimited = all.every((resources) => COUNTED.every((name) => isPositive(resources?.limits?.[name])));
  const areEqual = [...requests].every(([name, amount]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, amount) === 0;
  });
  return areLimited && areEqual && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

function isPositive(amount: string | undefined): amount is string {
  return amount !== undefined && parseQuantity(amount).nano > 0n;
}

function sums(lists: readonly (Record<string, string> | undefined)[]): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const list of lists) {
    for (const name of COUNTED) {
      const amount = list?.[name];
      if (isPositive(amount)) total.set(name, addQuantities(total.get(name) ?? '0', amount));
    }
  }
  return total;
}
