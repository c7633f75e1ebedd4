import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';
import type { Causes } from './causes.ts';
import { checkName, checkQuantityNotNegative, type Fields, listAt, quantityOf } from './checks.ts';
import { dnsLabel, qualifiedName } from './names.ts';

/** Names and amounts of resources. Sources: Kubernetes pkg/apis/core/validation, pkg/apis/core/helper. */

const computed = ['cpu', 'memory', 'ephemeral-storage'];
const both = (names: readonly string[]): string[] => names.flatMap((name) => [`requests.${name}`, `limits.${name}`]);

const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const quotas = new Set([...computed, ...both(computed), 'requests.storage', ...counted]);
const standard = new Set([...quotas, 'storage']);
const integers = new Set(counted);
const inContainers = new Set(computed);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-');

/** Of Kubernetes itself, not of some vendor. */
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;

/** More of it may be promised than there is. */
export const isOvercommitted = (name: string): boolean => isNative(name) && !isHugePages(name);

export const isQuotaResource = (name: string): boolean => quotas.has(name) || isQuotaHugePages(name);

/** A name of any resource. */
export function checkResourceName(causes: Causes, path: string, name: string): boolean {
  if (!checkName(causes, path, name, qualifiedName)) return false;
  if (name.includes('/') || standard.has(name) || isQuotaHugePages(name)) return true;
  causes.invalid(path, name, 'must be a standard resource type or fully qualified');
  return false;
}

export function checkContainerResourceName(causes: Causes, path: string, name: string): void {
  if (inContainers.has(name)) return;
  checkResourceName(causes, path, name);
  if (!name.includes('/')) {
    if (!isHugePages(name)) causes.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtended(name)) {
    causes.invalid(path, name, "doesn't follow extended resource name standard");
  }
}

function checkPodResourceName(causes: Causes, path: string, name: string): void {
  if (!checkResourceName(causes, path, name)) return;
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) {
    causes.notSupported(path, name, ['cpu', 'hugepages-', 'memory']);
  }
}

export function checkQuotaResourceName(causes: Causes, path: string, name: string): void {
  checkResourceName(causes, path, name);
  if (!name.includes('/') && !isQuotaResource(name)) {
    causes.invalid(path, name, 'must be a standard resource for quota');
  }
}

/** Not negative, and whole where it counts things. */
export function checkAmount(causes: Causes, path: string, name: string, amount: unknown): void {
  checkQuantityNotNegative(causes, path, amount);
  if (inContainers.has(name) || !(integers.has(name) || isExtended(name))) return;
  const { nano } = quantityOf(amount);
  if (nano % 1_000_000_000n !== 0n) causes.invalid(path, quantityOf(amount).toString(), 'must be an integer');
}

/** Amounts by resource name. */
export function checkAmounts(
  causes: Causes,
  path: string,
  list: unknown,
  rule: (causes: Causes, path: string, name: string) => void,
): void {
  for (const [name, amount] of Object.entries((list ?? {}) as Fields)) {
    rule(causes, `${path}[${name}]`, name);
    checkAmount(causes, `${path}[${name}]`, name, amount);
  }
}

function checkHugePages(causes: Causes, path: string, name: string, amount: unknown): void {
  let page: bigint;
  try {
    page = parseQuantity(name.slice('hugepages-'.length)).nano;
  } catch {
    page = 0n;
  }
  const { nano } = quantityOf(amount);
  if (page > 0n && nano % page === 0n) return;
  const text = quantityOf(amount).toString();
  causes.invalid(path, text, `${text} is not positive integer multiple of ${name}`);
}

/** Limits, requests and claims; `isPod` for those of a pod as a whole. */
export function checkResources(
  causes: Causes,
  path: string,
  resources: Fields | undefined,
  claims: ReadonlySet<string>,
  isPod = false,
): void {
  if (!resources) return;
  const limits = (resources.limits ?? {}) as Record<string, string>;
  const requests = (resources.requests ?? {}) as Record<string, string>;
  const rule = isPod ? checkPodResourceName : checkContainerResourceName;
  for (const name in limits) {
    const at = `${path}.limits[${name}]`;
    rule(causes, at, name);
    checkAmount(causes, at, name, limits[name]);
    if (isHugePages(name)) checkHugePages(causes, at, name, limits[name]);
  }
  for (const name in requests) {
    const at = `${path}.requests[${name}]`;
    const amount = requests[name]!;
    rule(causes, at, name);
    checkAmount(causes, at, name, amount);
    checkAgainstLimit(causes, path, name, amount, limits[name]);
    if (isHugePages(name)) checkHugePages(causes, at, name, amount);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    causes.forbidden(path, 'HugePages require cpu or memory');
  }
  checkClaims(causes, `${path}.claims`, listAt(resources, 'claims'), claims);
}

function checkAgainstLimit(
  causes: Causes,
  path: string,
  name: string,
  amount: string,
  limit: string | undefined,
): void {
  if (limit === undefined) {
    if (!isOvercommitted(name)) causes.required(`${path}.limits`, 'Limit must be set for non overcommitable resources');
    return;
  }
  if (amount === limit) return;
  const order = compareQuantities(amount, limit);
  const [shown, bound] = [quantityOf(amount).toString(), quantityOf(limit).toString()];
  if (order !== 0 && !isOvercommitted(name)) {
    causes.invalid(`${path}.requests`, shown, `must be equal to ${name} limit of ${bound}`);
  } else if (order > 0) {
    causes.invalid(`${path}.requests`, shown, `must be less than or equal to ${name} limit of ${bound}`);
  }
}

function checkClaims(causes: Causes, path: string, claims: readonly Fields[], known: ReadonlySet<string>): void {
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    const name = String(claim.name ?? '');
    if (name === '') {
      causes.required(at);
      continue;
    }
    if (names.has(name)) causes.duplicate(at, name);
    else {
      if (claim.request) checkName(causes, `${at}.request`, claim.request, dnsLabel);
      const key = claim.request ? `${name}/${claim.request}` : name;
      if (names.has(key)) causes.duplicate(at, key);
      else if (!claim.request && [...names].some((one) => one.startsWith(`${name}/`))) causes.duplicate(at, name);
      names.add(key);
    }
    if (known.has(name)) continue;
    const among = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    causes.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${among}`);
  }
}
