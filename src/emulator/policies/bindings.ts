import type { KubeObject } from '../../api/meta.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { typeText } from '../webhooks/answer.ts';
import { HOOK_KINDS } from '../webhooks/hooks.ts';
import { isExempt } from '../webhooks/matching.ts';
import { type CompiledPolicy, policyOf } from './compile.ts';
import { paramsOf } from './params.ts';
import { bindingSpecOf, criteriaMatch } from './spec.ts';

const GROUP = 'admissionregistration.k8s.io';

const KINDS = {
  validating: { policies: `validatingadmissionpolicies.${GROUP}`, bindings: HOOK_KINDS.validatingBindings },
  mutating: { policies: `mutatingadmissionpolicies.${GROUP}`, bindings: HOOK_KINDS.mutatingBindings },
} as const;

/** A policy that a binding puts to work on a request. */
export interface Bound {
  policy: CompiledPolicy;
  binding: KubeObject;
  matched: ServedResource;
  /** What `params` is, once for each; null where there are none. */
  params: (KubeObject | null)[];
}

/** A policy or a binding that cannot be used as it is. */
export interface Misconfigured {
  policy: CompiledPolicy;
  binding?: KubeObject;
  error: string;
}

/** Every binding that means the request, policy by policy in the order of their names. */
export function boundPolicies(kind: keyof typeof KINDS, request: AdmissionRequest): (Bound | Misconfigured)[] {
  if (isExempt(request)) return [];
  const { store } = request.machine;
  const byPolicy = Map.groupBy(store.list(KINDS[kind].bindings), (binding) => bindingSpecOf(binding).policyName ?? '');
  const found: (Bound | Misconfigured)[] = [];
  for (const object of store.list(KINDS[kind].policies)) {
    const bindings = byPolicy.get(object.metadata.name ?? '');
    if (!bindings) continue;
    const policy = policyOf(object);
    const { paramKind } = policy.spec;
    if (paramKind && !request.machine.catalog.ofKind(paramKind.apiVersion, paramKind.kind)) {
      const what = typeText(paramKind.apiVersion, paramKind.kind);
      const error = `failed to configure policy: failed to find resource referenced by paramKind: '${what}'`;
      found.push({ policy, error });
      continue;
    }
    try {
      const matched = criteriaMatch(policy.spec.matchConstraints ?? {}, request);
      if (matched) found.push(...bindings.flatMap((binding) => boundBy(policy, binding, matched, request)));
    } catch (error) {
      found.push({ policy, error: `failed to configure policy: ${(error as Error).message}` });
    }
  }
  return found;
}

function boundBy(
  policy: CompiledPolicy,
  binding: KubeObject,
  matched: ServedResource,
  request: AdmissionRequest,
): (Bound | Misconfigured)[] {
  const { matchResources, paramRef } = bindingSpecOf(binding);
  try {
    if (matchResources && !criteriaMatch(matchResources, request)) return [];
    return [{ policy, binding, matched, params: paramsOf(request, policy.spec.paramKind, paramRef) }];
  } catch (error) {
    return [{ policy, binding, error: `failed to configure binding: ${(error as Error).message}` }];
  }
}
