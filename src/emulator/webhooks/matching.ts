import type { KubeObject } from '../../api/meta.ts';
import { type LabelSelectorObject, selectorOf } from '../../lib/label-selector.ts';
import { notFound } from '../errors.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

/** admissionregistration.k8s.io/v1 RuleWithOperations; policies may name objects too. */
export interface Rule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: 'Cluster' | 'Namespaced' | '*';
  resourceNames?: string[];
}

const GROUP = 'admissionregistration.k8s.io';

const EXEMPT = new Set(
  [
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
  ].map((plural) => `${plural}.${GROUP}`),
);

/** What decides on requests has no say in who decides: nobody could repair a wrong one. */
export const isExempt = ({ resource }: AdmissionRequest): boolean => EXEMPT.has(resource.storage);

const isNamespace = (resource: ServedResource): boolean => resource.group === '' && resource.plural === 'namespaces';

/** The namespace of a request; a Namespace is in itself, as in the real server's request attributes. */
export function namespaceOf({ resource, namespace, name, object }: AdmissionRequest): string {
  return isNamespace(resource) ? name || (object.metadata?.name ?? '') : (namespace ?? '');
}

const covers = (allowed: readonly string[] | undefined, value: string): boolean =>
  (allowed ?? []).some((one) => one === '*' || one === value);

function coversResource(pattern: string, plural: string, subresource: string): boolean {
  const [resource = '', part = ''] = pattern.split('/');
  return (resource === '*' || resource === plural) && (part === '*' || part === subresource);
}

/** apiserver/pkg/admission/plugin/webhook/predicates/rules. */
function ruleMatches(rule: Rule, request: AdmissionRequest, resource: ServedResource): boolean {
  const { operation, subresource = '' } = request;
  if (!covers(rule.operations, operation)) return false;
  if (!covers(rule.apiGroups, resource.group) || !covers(rule.apiVersions, resource.version)) return false;
  if (!(rule.resources ?? []).some((one) => coversResource(one, resource.plural, subresource))) return false;
  if (rule.resourceNames?.length && !rule.resourceNames.includes(request.name)) return false;
  if (!rule.scope || rule.scope === '*') return true;
  const isNamespaced = !isNamespace(resource) && namespaceOf(request) !== '';
  return isNamespaced === (rule.scope === 'Namespaced');
}

/**
 * The resource under which the rules know the request: its own, else (matchPolicy Equivalent) another
 * group or version of the same objects.
 */
export function matchedResource(
  rules: readonly Rule[],
  matchPolicy: string | undefined,
  request: AdmissionRequest,
): ServedResource | undefined {
  const { resource, subresource, machine } = request;
  if (rules.some((rule) => ruleMatches(rule, request, resource))) return resource;
  if (matchPolicy === 'Exact') return undefined;
  const equivalents = machine.catalog
    .all()
    .filter(
      (one) =>
        one.storage === resource.storage &&
        (one.group !== resource.group || one.version !== resource.version) &&
        (!subresource || one.subresources.some(({ name }) => name === subresource)),
    );
  for (const rule of rules) {
    const found = equivalents.find((one) => ruleMatches(rule, request, one));
    if (found) return found;
  }
  return undefined;
}

const isEmptySelector = (selector: LabelSelectorObject | undefined): boolean =>
  !selector || (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length);

/** @throws ApiStatusError 404 where the namespace does not exist */
export function namespaceMatches(selector: LabelSelectorObject | undefined, request: AdmissionRequest): boolean {
  const { resource, subresource, operation, object, machine } = request;
  const name = namespaceOf(request);
  if (isEmptySelector(selector) || (name === '' && !isNamespace(resource))) return true;
  // A namespace that is being written has the labels that it will have.
  const isWritten = isNamespace(resource) && !subresource && (operation === 'CREATE' || operation === 'UPDATE');
  const namespace = isWritten ? object : machine.store.get('namespaces', undefined, name);
  if (!namespace) throw notFound({ group: '', plural: 'namespaces' }, name);
  return selectorOf(selector).matches(namespace.metadata.labels);
}

/** Whether the object is meant as it is, or as it was. */
export function objectMatches(selector: LabelSelectorObject | undefined, request: AdmissionRequest): boolean {
  if (isEmptySelector(selector)) return true;
  const labels = selectorOf(selector);
  const { operation, object, previous } = request;
  const test = (one: KubeObject | undefined) => one?.metadata !== undefined && labels.matches(one.metadata.labels);
  return (operation !== 'DELETE' && test(object)) || test(previous);
}
