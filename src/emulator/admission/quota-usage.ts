import type { KubeObject } from '../../api/meta.ts';
import { qosClass } from '../../api/pod-qos.ts';
import { addQuantities, parseQuantity, type QuantityLike } from '../../lib/quantity.ts';
import type { Machine } from '../registry/machine.ts';

/** Amounts by the names that quotas use: `pods`, `requests.cpu`, `count/deployments.apps`. */
export type Usage = Record<string, QuantityLike>;

interface ContainerLike {
  restartPolicy?: string;
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

/**
 * The containers and sidecars together, or the hungriest init container with the sidecars before it where
 * that is more; what is said for the pod itself goes before that.
 */
function podResources(pod: KubeObject, kind: 'requests' | 'limits'): Record<string, QuantityLike> {
  const total: Record<string, QuantityLike> = {};
  const sidecars: Record<string, QuantityLike> = {};
  const peak: Record<string, QuantityLike> = {};
  for (const { resources } of (pod.spec?.containers ?? []) as ContainerLike[]) add(total, resources?.[kind]);
  for (const { resources, restartPolicy } of (pod.spec?.initContainers ?? []) as ContainerLike[]) {
    if (restartPolicy === 'Always') {
      add(total, resources?.[kind]);
      add(sidecars, resources?.[kind]);
      raise(peak, sidecars);
    } else raise(peak, add({ ...sidecars }, resources?.[kind]));
  }
  raise(total, peak);
  Object.assign(total, pod.spec?.resources?.[kind]);
  return kind === 'requests' ? add(total, pod.spec?.overhead) : total;
}

function add(sum: Record<string, QuantityLike>, amounts: Record<string, string> = {}): Record<string, QuantityLike> {
  for (const [name, amount] of Object.entries(amounts)) {
    sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount);
  }
  return sum;
}

function raise(most: Record<string, QuantityLike>, amounts: Record<string, QuantityLike>): void {
  for (const [name, amount] of Object.entries(amounts)) {
    if (parseQuantity(most[name] ?? 0).nano < parseQuantity(amount).nano) most[name] = amount;
  }
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

/** Whether a value that a scope is about (a class) is among those that it means. */
function classInScope(named: string, { operator, values = [] }: Scope): boolean {
  if (operator === 'In') return values.includes(named);
  if (operator === 'NotIn') return !values.includes(named);
  return (named !== '') === (operator === 'Exists');
}

type ScopeTest = (object: KubeObject, scope: Scope) => boolean;

const hasDeadline = ({ spec }: KubeObject): boolean => Number(spec?.activeDeadlineSeconds ?? -1) >= 0;

/** core/v1 ResourceQuotaScope, by the table of the objects that it can be about. */
const scopeTests: Readonly<Record<string, Readonly<Record<string, ScopeTest>>>> = {
  pods: {
    BestEffort: (pod) => qosClass(pod) === 'BestEffort',
    NotBestEffort: (pod) => qosClass(pod) !== 'BestEffort',
    Terminating: hasDeadline,
    NotTerminating: (pod) => !hasDeadline(pod),
    PriorityClass: (pod, scope) => classInScope(String(pod.spec?.priorityClassName ?? ''), scope),
    CrossNamespacePodAffinity: looksAcross,
  },
  persistentvolumeclaims: {
    VolumeAttributesClass: (claim, scope) => classInScope(String(claim.spec?.volumeAttributesClassName ?? ''), scope),
  },
};

interface AffinityTerm {
  namespaces?: string[];
  namespaceSelector?: unknown;
  podAffinityTerm?: AffinityTerm;
}

/** Whether a pod's place depends on pods of other namespaces. */
function looksAcross({ spec = {} }: KubeObject): boolean {
  const terms = [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].flatMap((affinity): AffinityTerm[] => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
  ]);
  return terms
    .map((term) => term.podAffinityTerm ?? term)
    .some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
}

/** Whether the quota's scopes take in this object; what a scope is not about is in none. */
export function isInScope(quota: KubeObject, storage: string, object: KubeObject): boolean {
  const scopes: Scope[] = [
    ...((quota.spec?.scopes ?? []) as string[]).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...((quota.spec?.scopeSelector?.matchExpressions ?? []) as Scope[]),
  ];
  return scopes.every((scope) => scopeTests[storage]?.[scope.scopeName]?.(object, scope) ?? false);
}

/** What is used of everything that the quota limits. */
export function usedOf(machine: Machine, quota: KubeObject): Record<string, string> {
  const hard = Object.keys((quota.spec?.hard ?? {}) as Record<string, string>).filter((name) => isKnown(machine, name));
  const used = new Map(hard.map((name) => [name, parseQuantity(0)]));
  const now = machine.clock.now();
  for (const storage of storagesOf(machine, hard)) {
    for (const object of machine.store.list(storage, quota.metadata.namespace)) {
      if (!isInScope(quota, storage, object) || (storage === 'pods' && isOverdue(object, now))) continue;
      for (const [name, amount] of Object.entries(usageOf(storage, object))) {
        const sum = used.get(name);
        if (sum) used.set(name, addQuantities(sum, amount));
      }
    }
  }
  return Object.fromEntries([...used].map(([name, amount]) => [name, amount.toString()]));
}

/** Kinds that nobody serves are not counted. */
const isKnown = ({ catalog }: Machine, name: string): boolean =>
  !name.startsWith('count/') || catalog.named(name.slice('count/'.length)) !== undefined;

/**
 * When a pod that is told to stop is given up (ms): its node may be gone, and who replaces it must not wait for room.
 * `deletionTimestamp` has the grace in it, and upstream grants it once more (kubernetes quota/v1 QuotaV1Pod).
 */
export function givenUpAt({ metadata }: KubeObject): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return undefined;
  return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

const isOverdue = (pod: KubeObject, nowMs: number): boolean => nowMs > (givenUpAt(pod) ?? Number.POSITIVE_INFINITY);

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
