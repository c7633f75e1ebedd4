import type { KubeObject } from '../../api/meta.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  Quantity,
  type QuantityLike,
} from '../../lib/quantity.ts';
import type { Timer } from '../clock.ts';
import { jsonEqual } from '../registry/equal.ts';
import { trackManagers } from '../registry/facts.ts';
import { type AdmissionPlugin, type AdmissionRequest, type Machine, SYSTEM_USER } from '../registry/machine.ts';
import { givenUpAt, isInScope, type Usage, usageOf, usedOf } from './quota-usage.ts';
import { refusal } from './refuse.ts';

const QUOTAS = 'resourcequotas';

/** Whose the figures are. */
const CONTROLLER = { user: SYSTEM_USER, manager: 'kube-controller-manager', subresource: 'status' } as const;

/** Amounts of pods that a quota makes compulsory. */
const COMPULSORY = /^(requests\.|limits\.)?(cpu|memory)$/;

/** Refuses what would take a namespace beyond one of its quotas. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  check(request) {
    const { operation, resource, namespace, object, previous, subresource } = request;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    const isResize = subresource === 'resize' && resource.storage === 'pods';
    if ((subresource && !isResize) || namespace === undefined) return;
    const before: Usage = previous ? usageOf(resource.storage, previous) : {};
    const after = usageOf(resource.storage, object);
    for (const quota of request.machine.store.list(QUOTAS, namespace)) {
      if (!isInScope(quota, resource.storage, object)) continue;
      checkQuota(request, quota, before, after);
    }
  },
};

function checkQuota(request: AdmissionRequest, quota: KubeObject, before: Usage, after: Usage): void {
  const { resource, object, machine, operation } = request;
  const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
  const quotaName = quota.metadata.name;
  if (resource.storage === 'pods' && operation === 'CREATE') {
    const missing = Object.keys(hard).filter((limited) => COMPULSORY.test(limited));
    const unsaid = missing.flatMap((limited) => {
      const without = containersWithout(object, limited);
      return without.length > 0 ? [`${limited} for: ${without.join(',')}`] : [];
    });
    if (unsaid.length > 0) {
      throw refusal(request, `failed quota: ${quotaName}: must specify ${unsaid.sort().join('; ')}`);
    }
  }
  const wanted = Object.keys(hard)
    .filter((limited) => after[limited] !== undefined)
    .map((limited) => ({ limited, more: difference(after[limited]!, before[limited]) }))
    .filter(({ more }) => more.nano > 0n);
  if (wanted.length === 0) return;
  const used = usedOf(machine, quota);
  const exceeded = wanted
    .filter(({ limited, more }) => compareQuantities(addQuantities(used[limited]!, more), hard[limited]!) > 0)
    .sort((a, b) => (a.limited < b.limited ? -1 : 1));
  if (exceeded.length === 0) return;
  const list = (amount: (entry: (typeof exceeded)[number]) => string) =>
    exceeded.map((entry) => `${entry.limited}=${amount(entry)}`).join(',');
  throw refusal(
    request,
    `exceeded quota: ${quotaName}, requested: ${list(({ more }) => more.toString())}, used: ${list(
      ({ limited }) => used[limited]!,
    )}, limited: ${list(({ limited }) => canonicalQuantity(hard[limited]!))}`,
  );
}

function difference(after: QuantityLike, before: QuantityLike | undefined): Quantity {
  const amount = parseQuantity(after);
  return before === undefined ? amount : new Quantity(amount.nano - parseQuantity(before).nano, amount.format);
}

function containersWithout(pod: KubeObject, limited: string): string[] {
  const [kind, resource] = limited.includes('.') ? limited.split('.') : ['requests', limited];
  // What is said for the pod as a whole is said for all of its containers.
  if (pod.spec?.resources?.[kind!]?.[resource!] !== undefined) return [];
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])] as {
    name: string;
    resources?: Record<string, Record<string, string>>;
  }[];
  return containers
    .filter((container) => container.resources?.[kind!]?.[resource!] === undefined)
    .map((container) => container.name);
}

/**
 * Keeps `status` of the quotas true. Runs after a burst of writes, once per namespace that has quotas;
 * returns the stop.
 */
export function followQuotas(machine: Machine): () => void {
  const dirty = new Set<string>();
  let scheduled = false;
  const run = (): void => {
    scheduled = false;
    for (const namespace of dirty) {
      for (const quota of machine.store.list(QUOTAS, namespace)) writeUsage(machine, quota);
      expect(namespace);
    }
    dirty.clear();
  };
  /** The moment from which a pod counts no more brings no change with it. */
  const expect = (namespace: string): void => {
    const now = machine.clock.now();
    if (expected.has(namespace)) return;
    const moments = machine.store.list('pods', namespace).map((pod) => givenUpAt(pod) ?? 0);
    const next = Math.min(...moments.filter((at) => at >= now));
    if (next === Number.POSITIVE_INFINITY) return;
    const wait = next + 1 - now;
    const timer = machine.clock.after(wait, () => {
      expected.delete(namespace);
      mark(namespace);
    });
    expected.set(namespace, timer);
  };
  const expected = new Map<string, Timer>();
  const mark = (namespace: string | undefined): void => {
    if (!namespace || machine.store.list(QUOTAS, namespace).length === 0) return;
    dirty.add(namespace);
    if (scheduled) return;
    scheduled = true;
    machine.clock.after(0, run);
  };
  for (const quota of machine.store.list(QUOTAS)) mark(quota.metadata.namespace);
  const unsubscribe = machine.store.subscribe('*', (event) => {
    if (event.resource !== 'events') mark(event.object.metadata.namespace);
  });
  return () => {
    unsubscribe();
    for (const timer of expected.values()) timer.cancel();
  };
}

function writeUsage(machine: Machine, quota: KubeObject): void {
  const status = { hard: quota.spec?.hard ?? {}, used: usedOf(machine, quota) };
  if (jsonEqual(status, quota.status) || quota.metadata.deletionTimestamp) return;
  const written: KubeObject = { ...quota, metadata: { ...quota.metadata }, status };
  const resource = machine.catalog.named(QUOTAS);
  if (resource) trackManagers(machine, resource, quota, written, CONTROLLER);
  machine.store.put(QUOTAS, written);
}
