import type { KubeObject } from '../../api/meta.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../lib/quantity.ts';

export type Amounts = Map<string, Quantity>;
type AmountField = 'requests' | 'limits';

interface ContainerLike {
  restartPolicy?: string;
  resources?: Partial<Record<AmountField, Record<string, string>>>;
}

function addTo(sums: Amounts, amounts: Iterable<[string, Quantity]>): void {
  for (const [name, amount] of amounts) {
    const sum = sums.get(name);
    sums.set(name, sum ? addQuantities(sum, amount) : amount);
  }
}

function amountsOf(container: ContainerLike, field: AmountField): [string, Quantity][] {
  return Object.entries(container.resources?.[field] ?? {}).map(([name, text]) => [name, parseQuantity(text)]);
}

/**
 * What a pod asks of its node: the sum over containers and sidecars, or what the largest init container
 * needs beside the sidecars before it, whichever is more, plus the runtime class's overhead.
 */
export function podResources(pod: KubeObject, field: AmountField): Amounts {
  const total: Amounts = new Map();
  for (const container of (pod.spec?.containers ?? []) as ContainerLike[]) addTo(total, amountsOf(container, field));
  const sidecars: Amounts = new Map();
  const peaks: Amounts[] = [];
  for (const container of (pod.spec?.initContainers ?? []) as ContainerLike[]) {
    const amounts = amountsOf(container, field);
    const peak: Amounts = new Map(sidecars);
    addTo(peak, amounts);
    peaks.push(peak);
    if (container.restartPolicy === 'Always') addTo(sidecars, amounts);
  }
  addTo(total, sidecars);
  for (const peak of peaks) {
    for (const [name, amount] of peak) {
      const sum = total.get(name);
      if (!sum || compareQuantities(amount, sum) > 0) total.set(name, amount);
    }
  }
  const overhead: [string, Quantity][] = Object.entries(pod.spec?.overhead ?? {}).map(([name, text]) => [
    name,
    parseQuantity(String(text)),
  ]);
  addTo(total, field === 'limits' ? overhead.filter(([name]) => total.has(name)) : overhead);
  return total;
}

export function sumResources(pods: readonly KubeObject[], field: AmountField): Amounts {
  const sums: Amounts = new Map();
  for (const pod of pods) addTo(sums, podResources(pod, field));
  return sums;
}
