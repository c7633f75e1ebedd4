import type { KubeObject } from '../meta.ts';
import {
  checkMatchConditions,
  checkRule,
  failurePolicies,
  matchPolicies,
  reinvocationPolicies,
} from './admission-rules.ts';
import type { Causes } from './causes.ts';
import { checkLabelSelector, checkName, checkOneOf, type Fields, listAt } from './checks.ts';
import { semanticEqual } from './equal.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';
import { checkWebhookService, checkWebhookUrl } from './webhook-clients.ts';

/**
 * Configurations of admission webhooks. What an older server let pass stays as it was in an update.
 * Source: Kubernetes pkg/apis/admissionregistration/validation.
 */

const reviewVersions = ['v1', 'v1beta1'];
const harmless = ['None', 'NoneOnDryRun'];
const sideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What is asked of all webhooks of a configuration, unless one before an update already failed it. */
interface Strictness {
  isHarmless: boolean;
  isKnownVersion: boolean;
  isUnique: boolean;
  checksConditions: boolean;
}

const versionsOf = (hook: Fields): string[] => (hook.admissionReviewVersions ?? []) as string[];

function strictness(hooks: readonly Fields[], old: readonly Fields[] | undefined): Strictness {
  const names = (old ?? []).map(({ name = '' }) => name);
  const isSame = (hook: Fields, at: number) => semanticEqual(hook.matchConditions, old?.[at]?.matchConditions);
  return {
    isHarmless: (old ?? []).every((hook) => harmless.includes(hook.sideEffects)),
    isKnownVersion: (old ?? []).every((hook) => {
      const versions = versionsOf(hook);
      return versions.length === 0 || versions.some((one) => reviewVersions.includes(one));
    }),
    isUnique: new Set(names).size === names.length,
    checksConditions: !(old && old.length === hooks.length && hooks.every(isSame)),
  };
}

/** A name of at least three parts. */
function checkHookName(causes: Causes, path: string, name: string): void {
  const complaints = dnsSubdomain(name);
  if (name === '') causes.required(path);
  else if (complaints.length > 0) causes.invalid(path, name, complaints.join(','));
  else if (name.split('.').length < 3) {
    causes.invalid(path, name, 'should be a domain with at least three segments separated by dots');
  }
}

function checkReviewVersions(causes: Causes, path: string, versions: readonly string[], isKnown: boolean): void {
  const known = reviewVersions.join(', ');
  if (versions.length === 0) {
    causes.required(path, `must specify one of ${known}`);
    return;
  }
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    if (versions.indexOf(version) < index) causes.invalid(at, version, 'duplicate version');
    else checkName(causes, at, version, dns1035Label);
  }
  if (isKnown && !versions.some((one) => reviewVersions.includes(one))) {
    causes.invalid(path, versions, `must include at least one of ${known}`);
  }
}

function checkClient(causes: Causes, at: string, client: Fields = {}): void {
  const { url, service } = client;
  if ((url === undefined) === (service === undefined)) {
    causes.required(at, 'exactly one of url or service is required');
  } else if (url !== undefined) checkWebhookUrl(causes, `${at}.url`, String(url));
  else checkWebhookService(causes, `${at}.service`, service);
}

function checkHook(causes: Causes, at: string, hook: Fields, strict: Strictness, isMutating: boolean): void {
  checkHookName(causes, `${at}.name`, String(hook.name ?? ''));
  for (const [index, rule] of listAt(hook, 'rules').entries()) checkRule(causes, `${at}.rules[${index}]`, rule);
  checkOneOf(causes, `${at}.failurePolicy`, hook.failurePolicy, failurePolicies);
  checkOneOf(causes, `${at}.matchPolicy`, hook.matchPolicy, matchPolicies);
  const allowed = strict.isHarmless ? harmless : sideEffects;
  if (hook.sideEffects === undefined || hook.sideEffects === null)
    causes.required(`${at}.sideEffects`, `must specify one of ${allowed.join(', ')}`);
  checkOneOf(causes, `${at}.sideEffects`, hook.sideEffects, allowed);
  const seconds = hook.timeoutSeconds;
  if (seconds > 30 || seconds < 1) {
    causes.invalid(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds');
  }
  checkLabelSelector(causes, `${at}.namespaceSelector`, hook.namespaceSelector);
  checkLabelSelector(causes, `${at}.objectSelector`, hook.objectSelector);
  if (isMutating) checkOneOf(causes, `${at}.reinvocationPolicy`, hook.reinvocationPolicy, reinvocationPolicies);
  checkClient(causes, `${at}.clientConfig`, hook.clientConfig);
  if (strict.checksConditions) checkMatchConditions(causes, `${at}.matchConditions`, listAt(hook, 'matchConditions'));
}

const checkConfiguration =
  (isMutating: boolean) =>
  (causes: Causes, object: KubeObject, previous: KubeObject | undefined): void => {
    const hooks = listAt(object, 'webhooks');
    const strict = strictness(hooks, previous && listAt(previous, 'webhooks'));
    const names = new Set<unknown>();
    for (const [index, hook] of hooks.entries()) {
      const at = `webhooks[${index}]`;
      checkHook(causes, at, hook, strict, isMutating);
      checkReviewVersions(causes, `${at}.admissionReviewVersions`, versionsOf(hook), strict.isKnownVersion);
      if (!strict.isUnique || !hook.name) continue;
      if (names.has(hook.name)) causes.duplicate(`${at}.name`, hook.name);
      names.add(hook.name);
    }
  };

export const checkValidatingWebhooks = checkConfiguration(false);
export const checkMutatingWebhooks = checkConfiguration(true);
