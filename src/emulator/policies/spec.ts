import type { KubeObject } from '../../api/meta.ts';
import type { LabelSelectorObject } from '../../lib/label-selector.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import type { MatchCondition } from '../webhooks/configurations.ts';
import { matchedResource, namespaceMatches, objectMatches, type Rule } from '../webhooks/matching.ts';

/** admissionregistration.k8s.io/v1 MatchResources. */
interface MatchResources {
  namespaceSelector?: LabelSelectorObject;
  objectSelector?: LabelSelectorObject;
  resourceRules?: Rule[];
  excludeResourceRules?: Rule[];
  matchPolicy?: 'Exact' | 'Equivalent';
}

export interface Validation {
  expression: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
}

export interface Mutation {
  patchType: 'ApplyConfiguration' | 'JSONPatch';
  applyConfiguration?: { expression: string };
  jsonPatch?: { expression: string };
}

export interface ParamKind {
  apiVersion: string;
  kind: string;
}

/** What validating and mutating policies say, each its part. */
export interface PolicySpec {
  failurePolicy?: 'Ignore' | 'Fail';
  matchConstraints?: MatchResources;
  matchConditions?: MatchCondition[];
  paramKind?: ParamKind;
  variables?: { name: string; expression: string }[];
  validations?: Validation[];
  auditAnnotations?: { key: string; valueExpression: string }[];
  mutations?: Mutation[];
  reinvocationPolicy?: 'Never' | 'IfNeeded';
}

export interface ParamRef {
  name?: string;
  namespace?: string;
  selector?: LabelSelectorObject;
  parameterNotFoundAction?: 'Allow' | 'Deny';
}

interface BindingSpec {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: MatchResources;
  validationActions?: ('Deny' | 'Warn' | 'Audit')[];
}

export const specOf = (policy: KubeObject): PolicySpec => (policy.spec ?? {}) as PolicySpec;
export const bindingSpecOf = (binding: KubeObject): BindingSpec => (binding.spec ?? {}) as BindingSpec;

/**
 * The resource under which the criteria know the request; undefined where they do not mean it. Criteria
 * without rules mean everything (policy/matching/matching.go).
 * @throws ApiStatusError 404 where the request's namespace is not there
 */
export function criteriaMatch(criteria: MatchResources, request: AdmissionRequest): ServedResource | undefined {
  const { namespaceSelector, objectSelector, resourceRules, excludeResourceRules, matchPolicy } = criteria;
  if (!objectMatches(objectSelector, request)) return undefined;
  if (excludeResourceRules?.length && matchedResource(excludeResourceRules, matchPolicy, request)) return undefined;
  const matched = resourceRules?.length ? matchedResource(resourceRules, matchPolicy, request) : request.resource;
  return matched && namespaceMatches(namespaceSelector, request) ? matched : undefined;
}
