import type { KubeObject } from '../../api/meta.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityValue,
} from '../../lib/quantity.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { refusal } from './refuse.ts';

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
  check(request) {
    const { operation, resource, namespace, object, subresource, machine } = request;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    const faultsOf = claimsAndPods[resource.storage];
    // What containers ask for changes only where a pod is resized.
    const isResize = operation === 'UPDATE' && resource.storage === 'pods';
    if (!faultsOf || subresource !== (isResize ? 'resize' : undefined)) return;
    if (isResize && object.metadata.deletionTimestamp) return;
    for (const range of machine.store.list('limitranges', namespace)) {
      const faults = [...new Set(faultsOf(object, limitsOf(range)))];
      if (faults.length > 0) throw refusal(request, faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`);
    }
  },
};

const claimsAndPods: Readonly<Record<string, (object: KubeObject, limits: readonly Limit[]) => string[]>> = {
  pods: podFaults,
  persistentvolumeclaims: claimFaults,
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
  const containers = [...containersOf(pod), ...initContainersOf(pod)];
  return limits.flatMap((limit) => {
    if (limit.type === 'Container') return containers.flatMap(({ resources = {} }) => amountFaults(limit, resources));
    return limit.type === 'Pod' ? amountFaults(limit, podTotals(pod)) : [];
  });
}

interface Totals {
  requests: Amounts;
  limits: Amounts;
}

const initContainersOf = (pod: KubeObject): (ContainerLike & { restartPolicy?: string })[] =>
  pod.spec?.initContainers ?? [];

/**
 * What a pod needs as a whole: its containers and sidecars together, or the hungriest init container with
 * the sidecars before it; what is said for the pod itself goes before that.
 */
function podTotals(pod: KubeObject): Totals {
  const total = (kind: 'requests' | 'limits'): Amounts => {
    const running: Amounts = {};
    const peak: Amounts = {};
    const sidecars: Amounts = {};
    for (const { resources } of containersOf(pod)) add(running, resources?.[kind]);
    for (const { resources, restartPolicy } of initContainersOf(pod)) {
      if (restartPolicy === 'Always') {
        add(running, resources?.[kind]);
        add(sidecars, resources?.[kind]);
        raise(peak, sidecars);
      } else raise(peak, add({ ...sidecars }, resources?.[kind]));
    }
    raise(running, peak);
    return { ...running, ...(pod.spec?.resources?.[kind] as Amounts | undefined) };
  };
  return { requests: total('requests'), limits: total('limits') };
}

function add(sum: Amounts, amounts: Amounts = {}): Amounts {
  for (const [name, amount] of Object.entries(amounts)) sum[name] = addQuantities(sum[name] ?? 0, amount).toString();
  return sum;
}

function raise(most: Amounts, amounts: Amounts): void {
  for (const [name, amount] of Object.entries(amounts)) {
    if (most[name] === undefined || compareQuantities(most[name], amount) < 0) most[name] = amount;
  }
}

const entriesOf = (amounts: Amounts | undefined): [string, string][] => Object.entries(amounts ?? {}).sort();

function amountFaults(limit: Limit, { requests = {}, limits = {} }: Partial<Totals>): string[] {
  const rules: [Amounts | undefined, Rule][] = [
    [limit.min, leastFault],
    [limit.max, mostFault],
    [limit.maxLimitRequestRatio, ratioFault],
  ];
  return rules.flatMap(([amounts, rule]) =>
    entriesOf(amounts).flatMap(
      ([name, enforced]) => rule(limit.type, name, enforced, requests[name], limits[name]) ?? [],
    ),
  );
}

/** What is wrong about the amounts of one name, if anything (kubernetes, plugin/pkg/admission/limitranger). */
type Rule = (type: string, name: string, enforced: string, request?: string, limit?: string) => string | undefined;

const leastFault: Rule = (type, name, enforced, request, limit) => {
  const rule = `minimum ${name} usage per ${type} is ${canonicalQuantity(enforced)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, enforced) < 0) return `${rule}, but request is ${canonicalQuantity(request)}`;
  if (limit === undefined || compareQuantities(limit, enforced) >= 0) return undefined;
  return `${rule}, but limit is ${canonicalQuantity(limit)}`;
};

const mostFault: Rule = (type, name, enforced, request, limit) => {
  const rule = `maximum ${name} usage per ${type} is ${canonicalQuantity(enforced)}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, enforced) > 0) return `${rule}, but limit is ${canonicalQuantity(limit)}`;
  if (request === undefined || compareQuantities(request, enforced) <= 0) return undefined;
  return `${rule}, but request is ${canonicalQuantity(request)}`;
};

const isNothing = (amount: string | undefined): boolean => amount === undefined || parseQuantity(amount).nano === 0n;

const ratioFault: Rule = (type, name, enforced, request, limit) => {
  const rule = `${name} max limit to request ratio per ${type} is ${canonicalQuantity(enforced)}`;
  if (isNothing(request)) return `${rule}, but no request is specified or request is 0`;
  if (isNothing(limit)) return `${rule}, but no limit is specified or limit is 0`;
  const actual = quantityValue(limit!) / quantityValue(request!);
  return actual > quantityValue(enforced) ? `${rule}, but provided ratio is ${actual.toFixed(6)}` : undefined;
};

/** Claims have requests and no limits. */
function claimFaults(claim: KubeObject, limits: readonly Limit[]): string[] {
  const requests = (claim.spec?.resources?.requests ?? {}) as Amounts;
  return limits
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ type, min, max }) => [
      ...entriesOf(min).flatMap(([name, enforced]) => leastFault(type, name, enforced, requests[name]) ?? []),
      ...entriesOf(max).flatMap(([name, enforced]) => {
        const request = requests[name];
        const rule = `maximum ${name} usage per ${type} is ${canonicalQuantity(enforced)}`;
        if (request === undefined) return `${rule}.  No request is specified`;
        return compareQuantities(request, enforced) > 0 ? `${rule}, but request is ${canonicalQuantity(request)}` : [];
      }),
    ]);
}
