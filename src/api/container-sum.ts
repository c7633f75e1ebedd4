import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../lib/quantity.ts';

// biome-ignore lint/suspicious/noExplicitAny: pod specs before they are validated.
type Fields = Record<string, any>;

type Amounts = Map<string, Quantity>;

/** The most that a pod's containers take at any one time: init containers run before the others. */
export function containerSum(spec: Fields, kind: 'limits' | 'requests'): Amounts {
  const amounts = (container: Fields): [string, Quantity][] =>
    Object.entries((container.resources?.[kind] ?? {}) as Record<string, string>).map(([name, amount]) => [
      name,
      parseQuantity(amount),
    ]);
  const sum: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  const add = (into: Amounts, name: string, amount: Quantity): void => {
    const before = into.get(name);
    into.set(name, before ? addQuantities(before, amount) : amount);
  };
  const raise = (name: string, amount: Quantity): void => {
    const before = peak.get(name);
    if (!before || compareQuantities(amount, before) > 0) peak.set(name, amount);
  };
  for (const container of spec.containers ?? [])
    for (const [name, amount] of amounts(container)) add(sum, name, amount);
  for (const container of spec.initContainers ?? []) {
    for (const [name, amount] of amounts(container)) {
      if (container.restartPolicy === 'Always') {
        add(sum, name, amount);
        add(sidecars, name, amount);
        raise(name, sidecars.get(name)!);
      } else raise(name, addQuantities(amount, sidecars.get(name) ?? '0'));
    }
  }
  for (const [name, amount] of peak) {
    const before = sum.get(name);
    if (!before || compareQuantities(amount, before) > 0) sum.set(name, amount);
  }
  return sum;
}
