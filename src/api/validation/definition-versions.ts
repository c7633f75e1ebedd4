import type { Causes } from './causes.ts';
import { type Fields, isMissing, listAt } from './checks.ts';
import { readFieldPath } from './definition-paths.ts';
import { dns1035Label } from './names.ts';

const MAX_SELECTABLE = 8;

/** Fields of a version that lists may be selected by (ValidateCustomResourceSelectableFields). */
export function checkSelectableFields(causes: Causes, path: string, version: Fields): void {
  const fields = listAt(version, 'selectableFields');
  const schema = version.schema?.openAPIV3Schema;
  if (fields.length > 0 && !schema) {
    causes.invalid(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included');
    return;
  }
  const seen = new Set<string>();
  for (const [at, { jsonPath }] of fields.entries()) {
    const where = `${path}[${at}].jsonPath`;
    if (isMissing(jsonPath)) {
      causes.required(where);
      continue;
    }
    const found = readFieldPath(jsonPath, schema, false);
    if ('problem' in found) {
      causes.invalid(where, jsonPath, `is an invalid path: ${found.problem}`);
      continue;
    }
    if (found.steps[0] === 'metadata') causes.invalid(where, jsonPath, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(found.schema.type ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      causes.invalid(where, jsonPath, detail);
    }
    if (seen.has(found.path)) causes.duplicate(where, jsonPath);
    seen.add(found.path);
  }
  if (seen.size > MAX_SELECTABLE) causes.tooMany(path, seen.size, MAX_SELECTABLE);
}

/** A warning is for versions that are deprecated, on one line. */
export function checkDeprecation(causes: Causes, path: string, { deprecated, deprecationWarning }: Fields): void {
  if (isMissing(deprecationWarning)) return;
  const refuse = (detail: string) => causes.invalid(`${path}.deprecationWarning`, deprecationWarning, detail);
  if (!deprecated) refuse('can only be set for deprecated versions');
  if (String(deprecationWarning).length > 256) refuse('must be <= 256 characters long');
  if (/[\x00-\x1f\x7f]/.test(String(deprecationWarning)))
    refuse('must only contain printable UTF-8 characters; non-printable character found at index 0');
}

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** `spec.conversion`, in the names of the server's own type of it (validateCustomResourceConversion). */
export function checkConversion(causes: Causes, conversion: Fields | undefined): void {
  if (!conversion) return;
  const path = 'spec.conversion';
  const { strategy, webhook } = conversion;
  if (isMissing(strategy)) causes.required(`${path}.strategy`);
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    causes.notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']);
  }
  const client = webhook?.clientConfig;
  const versions: string[] = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (client) causes.forbidden(`${path}.webhookClientConfig`, detail);
    if (versions.length > 0) causes.forbidden(`${path}.conversionReviewVersions`, detail);
    return;
  }
  checkClient(causes, `${path}.webhookClientConfig`, client);
  const where = `${path}.conversionReviewVersions`;
  if (versions.length === 0) {
    causes.required(where);
    return;
  }
  for (const [at, version] of versions.entries()) {
    if (versions.indexOf(version) < at) causes.invalid(`${where}[${at}]`, version, 'duplicate version');
    else for (const why of dns1035Label(version)) causes.invalid(`${where}[${at}]`, version, why);
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    causes.invalid(where, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
  }
}

function checkClient(causes: Causes, path: string, client: Fields | undefined): void {
  if (!client) {
    causes.required(path, 'required when strategy is set to Webhook');
    return;
  }
  const { url, service } = client;
  if (isMissing(url) === isMissing(service)) {
    causes.required(path, 'exactly one of url or service is required');
    return;
  }
  if (service) {
    if (isMissing(service.name)) causes.required(`${path}.service.name`, 'service name is required');
    if (isMissing(service.namespace)) causes.required(`${path}.service.namespace`, 'service namespace is required');
    return;
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const form = '; desired format: https://host[/path]';
  if (!parsed)
    causes.required(
      `${path}.url`,
      `url must be a valid URL: parse ${JSON.stringify(url)}: invalid URI for request${form}`,
    );
  else if (parsed.protocol !== 'https:') {
    causes.invalid(`${path}.url`, parsed.protocol.slice(0, -1), `'https' is the only allowed URL scheme${form}`);
  } else if (!parsed.host) causes.invalid(`${path}.url`, parsed.host, `host must be specified${form}`);
}

const APPROVAL = 'api-approved.kubernetes.io';

export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

/** How a definition in a group of the community is approved, in the words of the condition too. */
export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): {
  state: 'missing' | 'bypassed' | 'approved' | 'invalid';
  reason: string;
} {
  const value = annotations?.[APPROVAL] ?? '';
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (value === '') {
    return { state: 'missing', reason: `protected groups must have approval annotation "${APPROVAL}", ${see}` };
  }
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` };
  if (URL.canParse(value) && new URL(value).host) return { state: 'approved', reason: `approved in ${value}` };
  return {
    state: 'invalid',
    reason: `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", ${see}`,
  };
}

/** Groups of the community are not for everybody. */
export function checkApproval(causes: Causes, group: string, now: Fields, was: Fields | undefined): void {
  if (!isProtectedGroup(group)) return;
  const { state, reason } = approvalOf(now.annotations);
  if (state === 'approved' || state === 'bypassed' || (was && approvalOf(was.annotations).state === state)) return;
  const field = `metadata.annotations[${APPROVAL}]`;
  if (state === 'missing') causes.required(field, reason);
  else causes.invalid(field, now.annotations?.[APPROVAL] ?? '', reason);
}
