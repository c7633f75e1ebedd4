import type { Causes } from './causes.ts';
import { checkLabelSelector, checkName, checkOneOf, type Fields, listAt } from './checks.ts';
import { pathSegment, qualifiedName } from './names.ts';
import { checkAloneStar } from './wildcards.ts';

/**
 * What webhooks and admission policies have in common: the requests that they are for. Whether
 * expressions compile is not looked at here. Source: Kubernetes pkg/apis/admissionregistration/validation.
 */

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
export const failurePolicies = ['Fail', 'Ignore'];
export const matchPolicies = ['Equivalent', 'Exact'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];

const textsAt = (fields: Fields, name: string): string[] => (fields[name] ?? []) as string[];

/** Words in the order of the set that a server keeps them in; a missing one is reported where it is needed. */
export function checkGiven(causes: Causes, path: string, value: unknown, supported: readonly string[]): void {
  if (value === undefined || value === null) causes.required(path);
  else checkOneOf(causes, path, value, supported);
}

function checkResourceNames(causes: Causes, path: string, resources: readonly string[]): void {
  if (resources.length === 0) causes.required(path);
  const wholes = new Set<string>();
  const parts = new Set<string>();
  let hasPlain = false;
  for (const [index, resource] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (resource === '') {
      causes.required(at);
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash < 0) {
      // Only the last one without a subresource counts, as upstream has it.
      hasPlain = resource !== '*';
      continue;
    }
    const [name, part] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (wholes.has(name)) causes.invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`);
    if (parts.has(part)) causes.invalid(at, resource, `if '*/${part}' is present, must not specify ${resource}`);
    if (part === '*') wholes.add(name);
    if (name === '*') parts.add(part);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    causes.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  }
  if (hasPlain && resources.includes('*')) {
    causes.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
  }
}

/** Requests by operation, group, version and resource. */
export function checkRule(causes: Causes, at: string, rule: Fields): void {
  const wanted = textsAt(rule, 'operations');
  if (wanted.length === 0) causes.required(`${at}.operations`);
  checkAloneStar(causes, `${at}.operations`, wanted, 'operations');
  for (const [index, one] of wanted.entries()) checkOneOf(causes, `${at}.operations[${index}]`, one, operations);
  const groups = textsAt(rule, 'apiGroups');
  if (groups.length === 0) causes.required(`${at}.apiGroups`);
  checkAloneStar(causes, `${at}.apiGroups`, groups, 'API groups');
  const versions = textsAt(rule, 'apiVersions');
  if (versions.length === 0) causes.required(`${at}.apiVersions`);
  checkAloneStar(causes, `${at}.apiVersions`, versions, 'API versions');
  for (const [index, version] of versions.entries()) if (version === '') causes.required(`${at}.apiVersions[${index}]`);
  checkResourceNames(causes, `${at}.resources`, textsAt(rule, 'resources'));
  checkOneOf(causes, `${at}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced']);
}

function checkNamedRules(causes: Causes, path: string, rules: readonly Fields[]): void {
  for (const [index, rule] of rules.entries()) {
    const names = textsAt(rule, 'resourceNames');
    for (const [position, name] of names.entries()) {
      const at = `${path}[${index}].resourceNames[${position}]`;
      checkName(causes, at, name, pathSegment);
      if (names.indexOf(name) < position) causes.duplicate(at, name);
    }
    checkRule(causes, `${path}[${index}]`, rule);
  }
}

/** What a policy or its binding is for. */
export function checkMatchResources(causes: Causes, path: string, match: Fields | undefined): void {
  if (!match) return;
  checkGiven(causes, `${path}.matchPolicy`, match.matchPolicy, matchPolicies);
  for (const field of ['namespaceSelector', 'objectSelector']) {
    if (match[field]) checkLabelSelector(causes, `${path}.${field}`, match[field]);
    else causes.required(`${path}.${field}`);
  }
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    checkNamedRules(causes, `${path}.${field}`, listAt(match, field));
  }
}

/** Names and presence of match conditions; what they say is compiled elsewhere. */
export function checkMatchConditions(causes: Causes, path: string, conditions: readonly Fields[]): void {
  if (conditions.length > 64) causes.tooMany(path, conditions.length, 64);
  const names = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (String(expression).trim() === '') causes.required(`${at}.expression`);
    if (name === '') causes.required(`${at}.name`);
    else checkName(causes, `${at}.name`, name, qualifiedName);
    if (name !== '' && names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
  }
}
