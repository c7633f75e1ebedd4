import { canonicalQuantity, compareQuantities } from '../../lib/quantity.ts';
import type { Causes } from './causes.ts';
import { checkName, checkRequired, type Fields } from './checks.ts';
import { qualifiedName } from './names.ts';

/** References of a pod to its own fields. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const fields = {
  volume: ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'],
  environment: [
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
    'spec.nodeName',
    'spec.serviceAccountName',
    'status.hostIP',
    'status.hostIPs',
    'status.podIP',
    'status.podIPs',
  ],
} as const;

/** All that a label of the downward API can name; what of it is taken depends on where it is used. */
const known: ReadonlySet<string> = new Set([
  ...fields.volume,
  ...fields.environment,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const renamed: Readonly<Record<string, string>> = { 'spec.host': 'spec.nodeName' };

export function checkFieldRef(causes: Causes, at: string, ref: Fields, use: keyof typeof fields): void {
  if (!checkRequired(causes, `${at}.apiVersion`, ref.apiVersion)) return;
  if (!checkRequired(causes, `${at}.fieldPath`, ref.fieldPath)) return;
  const text = String(ref.fieldPath);
  const part = /^([^[]*)\['(.*)'\]$/s.exec(text);
  if (ref.apiVersion !== 'v1') {
    causes.invalid(`${at}.fieldPath`, text, `error converting fieldPath: unsupported pod version: ${ref.apiVersion}`);
    return;
  }
  if (part) {
    const [, path = '', key = ''] = part;
    if (path === 'metadata.annotations') checkName(causes, at, key.toLowerCase(), qualifiedName);
    else if (path === 'metadata.labels') checkName(causes, at, key, qualifiedName);
    else
      causes.invalid(
        `${at}.fieldPath`,
        text,
        `error converting fieldPath: field label does not support subscript: ${text}`,
      );
    return;
  }
  if (!known.has(text) && !renamed[text]) {
    causes.invalid(`${at}.fieldPath`, text, `error converting fieldPath: field label not supported: ${text}`);
    return;
  }
  const path = renamed[text] ?? text;
  const supported: readonly string[] = fields[use];
  if (!supported.includes(path)) causes.notSupported(`${at}.fieldPath`, path, supported);
}

const resources = ['cpu', 'ephemeral-storage', 'memory'];
const amounts = ['limits', 'requests'].flatMap((kind) => resources.map((name) => `${kind}.${name}`));
const bytes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const byteDivisors = `only divisor's values ${bytes.join(', ')} are supported with the`;

/** Divisors of a resource, and what is said of others. */
const divisors: readonly [pattern: RegExp, values: readonly string[], text: string][] = [
  [/^(limits|requests)\.cpu$/, ['1m', '1'], "only divisor's values 1m and 1 are supported with the cpu resource"],
  [/^(limits|requests)\.memory$/, bytes, `${byteDivisors} memory resource`],
  [/^(limits|requests)\.ephemeral-storage$/, bytes, `${byteDivisors} local ephemeral storage resource`],
  [/^(limits|requests)\.hugepages-/, bytes, `${byteDivisors} hugepages resource`],
];

export function checkResourceFieldRef(causes: Causes, at: string, ref: Fields, isVolume: boolean): void {
  const resource = String(ref.resource ?? '');
  if (isVolume && !ref.containerName) causes.required(`${at}.containerName`);
  else if (resource === '') causes.required(`${at}.resource`);
  else if (!amounts.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    causes.notSupported(`${at}.resource`, resource, amounts);
  }
  const divisor = ref.divisor ?? '0';
  if (compareQuantities(divisor, '0') === 0) return;
  for (const [pattern, values, text] of divisors) {
    if (pattern.test(resource) && !values.includes(canonicalQuantity(divisor))) {
      causes.invalid(`${at}.divisor`, resource, text);
    }
  }
}
