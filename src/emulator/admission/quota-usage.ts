import type { KubeObject } from '../../api/meta.ts';
import { addQuantities, parseQuantity, type QuantityLike } from '../../lib/quantity.ts';
import type { Machine } from '../registry/machine.ts';
import { qosClass } from '../registry/strategy.ts';

/** Amounts by the names that quotas use: `pods`, `requests.cpu`, `count/deployments.apps`. */
export type Usage = Record<string, QuantityLike>;

interface ContainerLike {
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

const COUNTED_BY_NAME = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

const evaluators: Readonly<Record<string, (object: KubeObject) => Usage>> = {
  pods: podUsage,
  services: serviceUsage,
  persistentvolumeclaims: claimUsage,
};

/** What one stored object uses up. */
export function usageOf(storage: string, object: KubeObject): Usage {
  const counts: Usage = { [`count/${storage}`]: 1 };
  if (COUNTED_BY_NAME.has(storage)) counts[storage] = 1;
  return { ...counts, ...evaluators[storage]?.(object) };
}

/** A finished pod uses nothing but its own name. */
function podUsage(pod: KubeObject): Usage {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return {};
  const usage: Usage = { pods: 1 };
  for (const kind of ['requests', 'limits'] as const) {
    for (const [name, amount] of Object.entries(podResources(pod, kind))) {
      usage[`${kind}.${name}`] = amount;
      if (kind === 'requests') usage[name] = amount;
    }
  }
  return usage;
}

/** The containers' sum, or the largest init container where that is more. */
function podResources(pod: KubeObject, kind: 'requests' | 'limits'): Record<string, QuantityLike> {
  const total: Record<string, QuantityLike> = {};
  for (const { resources } of (pod.spec?.containers ?? []) as ContainerLike[]) {
    for (const [name, amount] of Object.entries(resources?.[kind] ?? {})) {
      total[name] = total[name] === undefined ? amount : addQuantities(total[name], amount);
    }
  }
  for (const { resources } of (pod.spec?.initContainers ?? []) as ContainerLike[]) {
    for (const [name, amount] of Object.entries(resources?.[kind] ?? {})) {
      if (parseQuantity(total[name] ?? 0).nano < parseQuantity(amount).nano) total[name] = amount;
    }
  }
  return total;
}

function serviceUsage(service: KubeObject): Usage {
  const ports = ((service.spec?.ports ?? []) as { nodePort?: number }[]).filter((port) => port.nodePort).length;
  return {
    ...(service.spec?.type === 'LoadBalancer' ? { 'services.loadbalancers': 1 } : {}),
    ...(ports > 0 ? { 'services.nodeports': ports } : {}),
  };
}

function claimUsage(claim: KubeObject): Usage {
  const storage = claim.spec?.resources?.requests?.storage as string | undefined;
  const storageClass = claim.spec?.storageClassName as string | undefined;
  const prefix = storageClass && `${storageClass}.storageclass.storage.k8s.io`;
  return {
    ...(storage ? { 'requests.storage': storage } : {}),
    ...(prefix ? { [`${prefix}/persistentvolumeclaims`]: 1 } : {}),
    ...(prefix && storage ? { [`${prefix}/requests.storage`]: storage } : {}),
  };
}

interface Scope {
  scopeName: string;
  operator: string;
  values?: string[];
}

const scopeTests: Readonly<Record<string, (pod: KubeObject, scope: Scope) => boolean>> = {
  BestEffort: (pod) => qosClass(pod) === 'BestEffort',
  NotBestEffort: (pod) => qosClass(pod) !== 'BestEffort',
  Terminating: (pod) => pod.spec?.activeDeadlineSeconds !== undefined,
  NotTerminating: (pod) => pod.spec?.activeDeadlineSeconds === undefined,
  PriorityClass: (pod, { operator, values = [] }) => {
    const named = (pod.spec?.priorityClassName as string | undefined) ?? '';
    if (operator === 'In') return values.includes(named);
    if (operator === 'NotIn') return !values.includes(named);
    return (named !== '') === (operator === 'Exists');
  },
};

/** Whether the quota's scopes take in this object; only pods have scopes. */
export function isInScope(quota: KubeObject, storage: string, object: KubeObject): boolean {
  const scopes: Scope[] = [
    ...((quota.spec?.scopes ?? []) as string[]).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...((quota.spec?.scopeSelector?.matchExpressions ?? []) as Scope[]),
  ];
  if (scopes.length === 0) return true;
  return storage === 'pods' && scopes.every((scope) => scopeTests[scope.scopeName]?.(object, scope) ?? false);
}

/** What is used of everything that the quota limits. */
export function usedOf(machine: Machine, quota: KubeObject): Record<string, string> {
  const hard = Object.keys((quota.spec?.hard ?? {}) as Record<string, string>);
  const used = new Map(hard.map((name) => [name, parseQuantity(0)]));
  for (const storage of storagesOf(machine, hard)) {
    for (const object of machine.store.list(storage, quota.metadata.namespace)) {
      if (!isInScope(quota, storage, object)) continue;
      for (const [name, amount] of Object.entries(usageOf(storage, object))) {
        const sum = used.get(name);
        if (sum) used.set(name, addQuantities(sum, amount));
      }
    }
  }
  return Object.fromEntries([...used].map(([name, amount]) => [name, amount.toString()]));
}

/** The tables that say something about the limited names. */
function storagesOf(machine: Machine, names: readonly string[]): string[] {
  const storages = new Set<string>();
  for (const name of names) {
    const counted = name.startsWith('count/') ? name.slice('count/'.length) : undefined;
    if (counted) storages.add(machine.catalog.named(counted)?.storage ?? counted);
    else if (name.startsWith('services')) storages.add('services');
    else if (name === 'requests.storage' || name.includes('.storageclass.')) storages.add('persistentvolumeclaims');
    else if (COUNTED_BY_NAME.has(name)) storages.add(name);
    else storages.add('pods');
  }
  return [...storages];
}
