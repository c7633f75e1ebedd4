import type { KubeObject } from '../../api/meta.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../lib/quantity.ts';

export type Amounts = Map<string, Quantity>;
type AmountField = 'requests' | 'limits';
type Texts = Readonly<Record<string, string>> | undefined;

interface ContainerLike {
  name: string;
  restartPolicy?: string;
  resources?: Partial<Record<AmountField, Record<string, string>>>;
}

function addTo(sums: Amounts, amounts: Iterable<[string, Quantity]>): void {
  for (const [name, amount] of amounts) {
    const sum = sums.get(name);
    sums.set(name, sum ? addQuantities(sum, amount) : amount);
  }
}

function raiseTo(sums: Amounts, amounts: Iterable<[string, Quantity]>): void {
  for (const [name, amount] of amounts) {
    const sum = sums.get(name);
    if (!sum || compareQuantities(amount, sum) > 0) sums.set(name, amount);
  }
}

function amountsOf(texts: Texts): [string, Quantity][] {
  return Object.entries(texts ?? {}).map(([name, text]) => [name, parseQuantity(text)]);
}

/** What a container has while it is resized counts where it is more; where the resize cannot be done, only that counts. */
function containerAmounts(pod: KubeObject, container: ContainerLike, field: AmountField): [string, Quantity][] {
  const wanted = amountsOf(container.resources?.[field]);
  const statuses: ContainerLike[] = pod.status?.containerStatuses ?? [];
  const held = statuses.findLast(({ name }) => name === container.name)?.resources;
  if (field === 'limits' || !held) return wanted;
  if (pod.status?.resize === 'Infeasible') return amountsOf(held.requests);
  const most: Amounts = new Map(wanted);
  raiseTo(most, amountsOf(held.requests));
  return [...most];
}

/**
 * What a pod asks of its node: the sum over containers and sidecars, or what the largest init container
 * needs beside the sidecars before it, whichever is more, plus the runtime class's overhead.
 */
export function podResources(pod: KubeObject, field: AmountField): Amounts {
  const total: Amounts = new Map();
  for (const container of (pod.spec?.containers ?? []) as ContainerLike[]) {
    addTo(total, containerAmounts(pod, container, field));
  }
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of (pod.spec?.initContainers ?? []) as ContainerLike[]) {
    const amounts = amountsOf(container.resources?.[field]);
    const now: Amounts = new Map(sidecars);
    addTo(now, amounts);
    raiseTo(peak, now);
    if (container.restartPolicy !== 'Always') continue;
    addTo(sidecars, amounts);
    addTo(total, amounts);
  }
  raiseTo(total, peak);
  const overhead = amountsOf(pod.spec?.overhead);
  const isLimited = ([name]: [string, Quantity]) => (total.get(name)?.nano ?? 0n) !== 0n;
  addTo(total, field === 'limits' ? overhead.filter(isLimited) : overhead);
  return total;
}

export function sumAmounts(lists: readonly Amounts[]): Amounts {
  const sums: Amounts = new Map();
  for (const list of lists) addTo(sums, list);
  return sums;
}
