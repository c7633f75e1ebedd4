import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { CelBudget } from '../../cel/index.ts';
import { refusal } from '../admission/refuse.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { type Bound, boundPolicies } from './bindings.ts';
import { type CompiledPolicy, withVariables } from './compile.ts';
import { admissionBindings } from './environment.ts';
import { conditionsHold } from './match-conditions.ts';
import { evaluated, POLICY_BUDGET } from './programs.ts';
import { bindingSpecOf } from './spec.ts';

/** Longer messages of expressions are not shown (celconfig.MaxEvaluatedMessageExpressionSizeBytes). */
const MAX_MESSAGE = 5 * 1024;

/** Why a policy does not allow the request. */
interface Denial {
  message: string;
  reason?: string;
}

/** Asks all validating policies that bindings put to work; the first that denies speaks (policy/validating/dispatcher.go). */
export function validateByPolicies(request: AdmissionRequest): void {
  let first: ApiStatusError | undefined;
  for (const found of boundPolicies('validating', request)) {
    if ('error' in found) {
      if (found.policy.spec.failurePolicy !== 'Ignore') {
        first ??= denied(request, found.policy, found.binding, { message: found.error });
      }
      continue;
    }
    const { policy, binding } = found;
    const actions = bindingSpecOf(binding).validationActions ?? [];
    for (const denial of denialsOf(found, request)) {
      if (actions.includes('Warn')) {
        request.warn?.(
          `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.metadata.name}': ${denial.message}`,
        );
      }
      if (actions.includes('Deny')) first ??= denied(request, policy, binding, denial);
    }
    for (const message of annotationFailures(found, request)) first ??= denied(request, policy, binding, { message });
  }
  if (first) throw first;
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function denied(
  request: AdmissionRequest,
  policy: CompiledPolicy,
  binding: KubeObject | undefined,
  { message, reason = 'Invalid' }: Denial,
): ApiStatusError {
  const by = binding ? ` with binding '${binding.metadata.name}'` : '';
  const text = `ValidatingAdmissionPolicy '${policy.name}'${by} denied request: ${message}`;
  const { status } = refusal(request, text);
  const details = { ...status.details, causes: [{ message: text }] };
  return new ApiStatusError({ ...status, reason, details, code: CODES[reason] ?? 422 });
}

/** Runs `run` once for each parameter, where the match conditions hold; what fails counts as the policy says. */
function* forParams(
  { policy, matched, params }: Bound,
  request: AdmissionRequest,
  run: (bindings: Record<string, unknown>, budget: CelBudget) => Iterable<Denial>,
): Iterable<Denial> {
  const failing = policy.spec.failurePolicy === 'Ignore' ? 'Ignore' : 'Fail';
  const base = admissionBindings(request, matched);
  for (const one of params) {
    const bindings = policy.spec.paramKind ? { ...base, params: one } : base;
    const held = conditionsHold(policy.spec.matchConditions ?? [], failing, bindings, policy.conditions);
    if (typeof held === 'string') yield { message: held };
    if (held !== true) continue;
    const budget = { remaining: POLICY_BUDGET };
    yield* run(withVariables(policy, bindings, budget), budget);
  }
}

function denialsOf(bound: Bound, request: AdmissionRequest): Iterable<Denial> {
  const { policy } = bound;
  return forParams(bound, request, function* (bindings, budget) {
    for (const { validation, compiled, message } of policy.validations) {
      const { result, error } = evaluated(compiled, bindings, budget);
      if (error !== undefined) {
        if (policy.spec.failurePolicy !== 'Ignore') yield { message: error };
        continue;
      }
      if (result.toJson() === true) continue;
      const said = message && spoken(evaluated(message, bindings, budget).result?.toJson());
      const text = said || validation.message?.trim() || `failed expression: ${validation.expression.trim()}`;
      yield { message: text, ...(validation.reason ? { reason: validation.reason } : {}) };
    }
  });
}

function spoken(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE ? '' : text;
}

/** Annotations are for an audit log, which is not kept; expressions that fail count all the same. */
function annotationFailures(bound: Bound, request: AdmissionRequest): string[] {
  const { policy } = bound;
  if (policy.annotations.length === 0 || policy.spec.failurePolicy === 'Ignore') return [];
  const failures = forParams(bound, request, function* (bindings, budget) {
    for (const { compiled } of policy.annotations) {
      const { error } = evaluated(compiled, bindings, budget);
      if (error !== undefined) yield { message: error };
    }
  });
  return [...failures].map(({ message }) => message);
}
