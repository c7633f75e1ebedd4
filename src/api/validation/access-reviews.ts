import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkName, type Fields, isEmpty, isMissing, listAt } from './checks.ts';
import { labelValue, qualifiedName } from './names.ts';

/** Questions of who may do what. Source: Kubernetes pkg/apis/authorization/validation. */

/** An operator that is not known is no fault: a newer client may know it. */
function checkOperator(causes: Causes, at: string, operator: unknown, values: readonly string[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    causes.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  }
}

function checkSelector(causes: Causes, path: string, selector: Fields | undefined, isOfLabels: boolean): void {
  if (!selector) return;
  const { rawSelector = '' } = selector;
  const requirements = listAt(selector, 'requirements');
  if (rawSelector !== '' && requirements.length > 0) {
    causes.invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements');
  }
  if (rawSelector === '' && requirements.length === 0) {
    causes.required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`);
  }
  for (const [index, { key = '', operator, values = [] }] of requirements.entries()) {
    const at = `${path}.requirements[${index}]`;
    checkOperator(causes, at, operator, values);
    if (!isOfLabels) {
      if (key === '') causes.required(`${at}.key`, 'must be specified');
      continue;
    }
    checkName(causes, `${at}.key`, key, qualifiedName);
    for (const [position, value] of (values as string[]).entries()) {
      checkName(causes, `${at}.values[${position}]`, value, labelValue);
    }
  }
}

const nonResource = '*authorization.NonResourceAttributes';

function checkAttributes(causes: Causes, spec: Fields, asksForOthers: boolean): void {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (resource && path) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    causes.invalid('spec.nonResourceAttributes', path, detail, nonResource);
  }
  if (!resource && !path) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.invalid('spec.resourceAttributes', null, detail);
  }
  if (asksForOthers && isMissing(spec.user) && isEmpty(spec.groups)) {
    causes.invalid('spec.user', '', 'at least one of user or group must be specified');
  }
  if (!resource) return;
  checkSelector(causes, 'spec.resourceAttributes.fieldSelector', resource.fieldSelector, false);
  checkSelector(causes, 'spec.resourceAttributes.labelSelector', resource.labelSelector, true);
}

const isBare = (metadata: Fields, but: string): boolean =>
  Object.entries(metadata).every(([key, value]) => key === but || key === 'managedFields' || isEmpty(value));

/** A review of any kind, as it was sent. */
export function checkAccessReview(causes: Causes, review: KubeObject): void {
  const spec: Fields = review.spec ?? {};
  const isLocal = review.kind === 'LocalSubjectAccessReview';
  checkAttributes(causes, spec, review.kind !== 'SelfSubjectAccessReview');
  const metadata: Fields = review.metadata ?? {};
  if (!isBare(metadata, isLocal ? 'namespace' : '')) {
    const detail = isLocal ? 'must be empty except for namespace' : 'must be empty';
    causes.invalid('metadata', metadata, detail, 'v1.ObjectMeta');
  }
  if (!isLocal) return;
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (resource && (resource.namespace ?? '') !== (metadata.namespace ?? '')) {
    causes.invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', 'must match metadata.namespace');
  }
  if (path) {
    causes.invalid('spec.nonResourceAttributes', path, 'disallowed on this kind of request', nonResource);
  }
}
