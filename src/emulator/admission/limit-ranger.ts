import type { KubeObject } from '../../api/meta.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityValue,
} from '../../lib/quantity.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';

type Amounts = Record<string, string>;

interface Limit {
  type: string;
  default?: Amounts;
  defaultRequest?: Amounts;
  min?: Amounts;
  max?: Amounts;
  maxLimitRequestRatio?: Amounts;
}

interface ContainerLike {
  name: string;
  resources?: { requests?: Amounts; limits?: Amounts };
}

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** LimitRange: fills in what containers leave out, and refuses what is too much or too little. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  admit({ operation, resource, namespace, object, subresource, machine }) {
    if (operation !== 'CREATE' || subresource || resource.storage !== 'pods') return;
    for (const range of machine.store.list('limitranges', namespace)) fillIn(object, limitsOf(range));
  },
  check({ operation, resource, namespace, name, object, subresource, machine }) {
    if (operation === 'DELETE' || subresource) return;
    const claims = resource.storage === 'persistentvolumeclaims';
    if (!claims && (resource.storage !== 'pods' || operation !== 'CREATE')) return;
    for (const range of machine.store.list('limitranges', namespace)) {
      const wrong = claims ? claimFaults(object, limitsOf(range)) : podFaults(object, limitsOf(range));
      if (wrong.length > 0) throw forbidden(resource, name, wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`);
    }
  },
};

const limitsOf = (range: KubeObject): Limit[] => (range.spec?.limits ?? []) as Limit[];

const containersOf = (pod: KubeObject): ContainerLike[] => (pod.spec?.containers ?? []) as ContainerLike[];

function fillIn(pod: KubeObject, limits: readonly Limit[]): void {
  const byContainer = limits.filter((limit) => limit.type === 'Container');
  const limitDefaults: Amounts = Object.assign({}, ...byContainer.map((limit) => limit.default ?? {}));
  const requestDefaults: Amounts = Object.assign({}, ...byContainer.map((limit) => limit.defaultRequest ?? {}));
  const notes: string[] = [];
  const fill = (container: ContainerLike, kind: string): void => {
    const requested = merged(container, 'requests', requestDefaults);
    const limited = merged(container, 'limits', limitDefaults);
    if (requested.length > 0) notes.push(`${requested.join(', ')} request for ${kind} ${container.name}`);
    if (limited.length > 0) notes.push(`${limited.join(', ')} limit for ${kind} ${container.name}`);
  };
  for (const container of containersOf(pod)) fill(container, 'container');
  for (const container of (pod.spec?.initContainers ?? []) as ContainerLike[]) fill(container, 'init container');
  if (notes.length === 0) return;
  const { annotations } = pod.metadata;
  pod.metadata.annotations = { ...annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

/** Adds what is missing; returns the names that were added. */
function merged(container: ContainerLike, kind: 'requests' | 'limits', defaults: Amounts): string[] {
  const given = container.resources?.[kind] ?? {};
  const missing = Object.keys(defaults)
    .filter((name) => given[name] === undefined)
    .sort();
  if (missing.length === 0) return [];
  const added = Object.fromEntries(missing.map((name) => [name, defaults[name]!]));
  container.resources = { ...container.resources, [kind]: { ...given, ...added } };
  return missing;
}

function podFaults(pod: KubeObject, limits: readonly Limit[]): string[] {
  const faults: string[] = [];
  for (const limit of limits) {
    if (limit.type === 'Container') {
      for (const { resources = {} } of containersOf(pod)) faults.push(...amountFaults(limit, resources));
    } else if (limit.type === 'Pod') faults.push(...amountFaults(limit, podTotals(pod)));
  }
  return faults;
}

function podTotals(pod: KubeObject): { requests: Amounts; limits: Amounts } {
  const totals = { requests: {} as Amounts, limits: {} as Amounts };
  for (const { resources } of containersOf(pod)) {
    for (const kind of ['requests', 'limits'] as const) {
      for (const [name, amount] of Object.entries(resources?.[kind] ?? {})) {
        totals[kind][name] = addQuantities(totals[kind][name] ?? 0, amount).toString();
      }
    }
  }
  return totals;
}

function amountFaults(limit: Limit, resources: { requests?: Amounts; limits?: Amounts }): string[] {
  const faults: string[] = [];
  const of = (name: string) => ({ request: resources.requests?.[name], limited: resources.limits?.[name] });
  for (const [name, least] of Object.entries(limit.min ?? {})) {
    const { request, limited } = of(name);
    const rule = `minimum ${name} usage per ${limit.type} is ${canonicalQuantity(least)}`;
    if (request === undefined) faults.push(`${rule}.  No request is specified`);
    else if (compareQuantities(request, least) < 0)
      faults.push(`${rule}, but request is ${canonicalQuantity(request)}`);
    if (limited !== undefined && compareQuantities(limited, least) < 0) {
      faults.push(`${rule}, but limit is ${canonicalQuantity(limited)}`);
    }
  }
  for (const [name, most] of Object.entries(limit.max ?? {})) {
    const { request, limited } = of(name);
    const rule = `maximum ${name} usage per ${limit.type} is ${canonicalQuantity(most)}`;
    if (limited === undefined) faults.push(`${rule}.  No limit is specified`);
    else if (compareQuantities(limited, most) > 0) faults.push(`${rule}, but limit is ${canonicalQuantity(limited)}`);
    else if (request !== undefined && compareQuantities(request, most) > 0) {
      faults.push(`${rule}, but request is ${canonicalQuantity(request)}`);
    }
  }
  for (const [name, ratio] of Object.entries(limit.maxLimitRequestRatio ?? {})) {
    const { request, limited } = of(name);
    const rule = `${name} max limit to request ratio per ${limit.type} is ${canonicalQuantity(ratio)}`;
    if (request === undefined || limited === undefined || parseQuantity(request).nano === 0n) {
      faults.push(`${rule}, but no request is specified or request is 0`);
      continue;
    }
    const actual = quantityValue(limited) / quantityValue(request);
    if (actual > quantityValue(ratio)) faults.push(`${rule}, but provided ratio is ${actual.toFixed(6)}`);
  }
  return faults;
}

function claimFaults(claim: KubeObject, limits: readonly Limit[]): string[] {
  const requested = claim.spec?.resources?.requests?.storage as string | undefined;
  const faults: string[] = [];
  for (const limit of limits.filter((one) => one.type === 'PersistentVolumeClaim')) {
    const { storage: least } = limit.min ?? {};
    const { storage: most } = limit.max ?? {};
    if (least && requested && compareQuantities(requested, least) < 0) {
      faults.push(`minimum storage usage per PersistentVolumeClaim is ${least}, but request is ${requested}`);
    }
    if (most && requested && compareQuantities(requested, most) > 0) {
      faults.push(`maximum storage usage per PersistentVolumeClaim is ${most}, but request is ${requested}`);
    }
  }
  return faults;
}
