import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';
import { readFieldPath } from './definition-paths.ts';
import { dns1035Label } from './names.ts';
import { checkWebhookService, checkWebhookUrl } from './webhook-clients.ts';

const MAX_SELECTABLE = 8;

/** Fields that lists may be selected by (ValidateCustomResourceSelectableFields). */
export function checkSelectableFields(
  causes: Causes,
  path: string,
  fields: readonly Fields[],
  schema: Fields | undefined,
): void {
  if (!schema) {
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
  if (deprecationWarning === undefined || deprecationWarning === null) return;
  const refuse = (detail: string) => causes.invalid(`${path}.deprecationWarning`, deprecationWarning, detail);
  if (!deprecated) {
    refuse('can only be set for deprecated versions');
    return;
  }
  const text = String(deprecationWarning);
  if (Buffer.byteLength(text) > 256) refuse('must be <= 256 characters long');
  if (text === '') refuse('must not be an empty string');
  const at = text.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  if (at < 0) return;
  const index = Buffer.byteLength(text.slice(0, at));
  refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function checkColumns(causes: Causes, path: string, columns: readonly Fields[]): void {
  for (const [at, { name, type, format, jsonPath }] of columns.entries()) {
    const where = `${path}[${at}]`;
    if (isMissing(name)) causes.required(`${where}.name`);
    if (isMissing(type)) causes.required(`${where}.type`, `must be one of ${columnTypes.join(',')}`);
    else if (!columnTypes.includes(type)) {
      causes.invalid(`${where}.type`, type, `must be one of ${columnTypes.join(',')}`);
    }
    if (!isMissing(format) && !columnFormats.includes(format)) {
      causes.invalid(`${where}.format`, format, `must be one of ${columnFormats.join(',')}`);
    }
    if (isMissing(jsonPath)) causes.required(`${where}.JSONPath`);
    else checkSimplePath(causes, `${where}.JSONPath`, jsonPath);
  }
}

function checkSimplePath(causes: Causes, path: string, value: unknown): boolean {
  if (String(value).startsWith('.')) return true;
  causes.invalid(path, value, 'must be a simple json path starting with .');
  return false;
}

export function checkSubresources(causes: Causes, path: string, { scale }: Fields): void {
  if (!scale) return;
  for (const [field, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const value = scale[field];
    const where = `${path}.scale.${field}`;
    if (isMissing(value)) causes.required(where);
    else if (checkSimplePath(causes, where, value) && !String(value).startsWith(`${root}.`)) {
      causes.invalid(where, value, `should be a json path under ${root}`);
    }
  }
  const selector = scale.labelSelectorPath;
  const where = `${path}.scale.labelSelectorPath`;
  if (isMissing(selector) || !checkSimplePath(causes, where, selector)) return;
  if (!/^\.(spec|status)\./.test(String(selector))) {
    causes.invalid(where, selector, 'should be a json path under either .spec or .status');
  }
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
  if (isMissing(url) === isMissing(service)) causes.required(path, 'exactly one of url or service is required');
  else if (service) checkWebhookService(causes, `${path}.service`, service);
  else checkWebhookUrl(causes, `${path}.url`, String(url));
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
