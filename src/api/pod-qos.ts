import { addQuantities, compareQuantities, type Quantity } from '../lib/quantity.ts';
import type { KubeObject } from './meta.ts';

type Amounts = Record<string, string>;

interface Holder {
  resources?: { requests?: Amounts; limits?: Amounts };
}

const COUNTED = ['cpu', 'memory'];

/** Adds the amounts that count; returns their names. */
function add(sum: Map<string, Quantity>, amounts: Amounts | undefined): string[] {
  const found = COUNTED.filter((name) => compareQuantities(amounts?.[name] ?? '0', '0') > 0);
  for (const name of found) sum.set(name, addQuantities(sum.get(name) ?? '0', amounts![name]!));
  return found;
}

/**
 * Guaranteed: every container limits cpu and memory, and all together request exactly that; BestEffort: none
 * says anything of the two; Burstable otherwise. What the pod says as a whole, be it nothing, counts instead of
 * its containers. Requests are already defaulted from limits.
 * Source: Kubernetes pkg/apis/core/v1/helper/qos/qos.go.
 */
export function qosClass(pod: KubeObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const whole = pod.spec as Holder | undefined;
  const holders: Holder[] = whole?.resources
    ? [whole]
    : [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const [requests, limits] = [new Map<string, Quantity>(), new Map<string, Quantity>()];
  let isLimited = true;
  for (const { resources } of holders) {
    add(requests, resources?.requests);
    if (add(limits, resources?.limits).length < COUNTED.length) isLimited = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const isSame = [...requests].every(
    ([name, amount]) => limits.has(name) && compareQuantities(limits.get(name)!, amount) === 0,
  );
  return isLimited && isSame && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}
