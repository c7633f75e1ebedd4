import type { KubeObject } from '../meta.ts';
import { selects } from './apps.ts';
import type { Causes } from './causes.ts';
import {
  checkLabelSelector,
  checkName,
  checkRequired,
  checkSubdomain,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { semanticEqual } from './equal.ts';
import { pathSegment } from './names.ts';

/** Roles and who has them. Source: Kubernetes pkg/apis/rbac/validation. */

const group = 'rbac.authorization.k8s.io';

/** `isNamespaced`: a Role cannot grant what is in no namespace. */
function checkRules(causes: Causes, object: KubeObject, isNamespaced: boolean): void {
  for (const [index, rule] of listAt(object, 'rules').entries()) {
    const at = `rules[${index}]`;
    const urls = rule.nonResourceURLs as string[] | undefined;
    if (isEmpty(rule.verbs)) causes.required(`${at}.verbs`, 'verbs must contain at least one value');
    if (urls?.length) {
      const refuse = (why: string): void => causes.invalid(`${at}.nonResourceURLs`, urls, why);
      if (isNamespaced) refuse('namespaced rules cannot apply to non-resource URLs');
      if (!isEmpty(rule.apiGroups) || !isEmpty(rule.resources) || !isEmpty(rule.resourceNames)) {
        refuse('rules cannot apply to both regular resources and non-resource URLs');
      }
      continue;
    }
    if (isEmpty(rule.apiGroups))
      causes.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
    if (isEmpty(rule.resources)) causes.required(`${at}.resources`, 'resource rules must supply at least one resource');
  }
}

export const checkRole = (causes: Causes, object: KubeObject): void => checkRules(causes, object, true);

export function checkClusterRole(causes: Causes, object: KubeObject): void {
  checkRules(causes, object, false);
  if (!object.aggregationRule) return;
  const selectors = listAt(object.aggregationRule as Fields, 'clusterRoleSelectors');
  const at = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0) {
    causes.required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  }
  for (const [index, selector] of selectors.entries()) {
    checkLabelSelector(causes, `${at}[${index}]`, selector);
    if (selects(selector, {}) === undefined) causes.invalid(`${at}[${index}]`, null, 'invalid label selector.');
  }
}

function checkSubject(causes: Causes, at: string, subject: Fields, isNamespaced: boolean): void {
  const { kind = '', name, namespace, apiGroup = '' } = subject;
  if (isMissing(name)) causes.required(`${at}.name`);
  if (kind === 'ServiceAccount') {
    if (name) checkSubdomain(causes, `${at}.name`, name);
    if (apiGroup) causes.notSupported(`${at}.apiGroup`, apiGroup, ['']);
    // A RoleBinding's own namespace does for an account without one; a ClusterRoleBinding has none.
    if (!isNamespaced && isMissing(namespace)) causes.required(`${at}.namespace`);
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== group) causes.notSupported(`${at}.apiGroup`, apiGroup, [group]);
  } else causes.notSupported(`${at}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
}

/** `kinds`: what the binding may refer to. */
const checkBinding =
  (kinds: readonly string[]) =>
  (causes: Causes, object: KubeObject): void => {
    const ref: Fields = object.roleRef ?? {};
    const { apiGroup = '', kind = '' } = ref;
    if (apiGroup !== group) causes.notSupported('roleRef.apiGroup', apiGroup, [group]);
    if (!kinds.includes(kind)) causes.notSupported('roleRef.kind', kind, kinds);
    if (checkRequired(causes, 'roleRef.name', ref.name)) checkName(causes, 'roleRef.name', ref.name, pathSegment);
    for (const [index, subject] of listAt(object, 'subjects').entries()) {
      checkSubject(causes, `subjects[${index}]`, subject, kinds.includes('Role'));
    }
  };

/** A binding stays with its role. */
export function checkBindingUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const ref: Fields = object.roleRef ?? {};
  if (!semanticEqual(previous.roleRef, ref)) causes.invalid('roleRef', ref, 'cannot change roleRef', 'rbac.RoleRef');
}

export const checkRoleBinding = checkBinding(['Role', 'ClusterRole']);
export const checkClusterRoleBinding = checkBinding(['ClusterRole']);
