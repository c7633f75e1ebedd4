import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { JsonPatchOperation } from '../../lib/patch/json-patch.ts';
import { refusal } from '../admission/refuse.ts';
import { deepCopy } from '../registry/copy.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { objectAt } from '../webhooks/review.ts';
import { type Rounds, roundsOf } from '../webhooks/rounds.ts';
import { takeOver } from '../webhooks/take-over.ts';
import { type Bound, boundPolicies } from './bindings.ts';
import { type CompiledPolicy, withVariables } from './compile.ts';
import { admissionBindings } from './environment.ts';
import { conditionsHold } from './match-conditions.ts';
import { applyConfiguration, applyPatches } from './patch.ts';
import { evaluated, POLICY_BUDGET } from './programs.ts';
import { misnamedParts } from './type-names.ts';

const rounds = new WeakMap<AdmissionRequest, Rounds>();

/** Lets all mutating policies that bindings put to work change the object, one after the other (policy/mutating/dispatcher.go). */
export function mutateByPolicies(request: AdmissionRequest): void {
  // There is nothing to change in what goes.
  if (request.operation === 'DELETE') return;
  const state = roundsOf(rounds, request);
  state.begin(request);
  for (const found of boundPolicies('mutating', request)) {
    const { policy } = found;
    const fail = (message: string, reason?: 'Invalid'): void => {
      if (policy.spec.failurePolicy !== 'Ignore') throw denied(request, policy, found.binding, message, reason);
    };
    if ('error' in found) fail(found.error);
    else mutateBy(found, request, state, (message) => fail(message, 'Invalid'));
  }
  state.end(request);
}

function mutateBy(bound: Bound, request: AdmissionRequest, state: Rounds, fail: (message: string) => void): void {
  const { policy, binding, params } = bound;
  params.forEach((one, at) => {
    const uid = `${policy.name}/${binding.metadata.name}/${at}`;
    if (!state.mayAsk(request, uid)) return;
    for (const mutation of policy.mutations) {
      try {
        if (mutateOnce(bound, mutation, one, request)) state.changed(request);
      } catch (error) {
        if (error instanceof ApiStatusError) throw error;
        // Where that may be, the next one is tried.
        fail((error as Error).message);
      }
    }
    if (policy.spec.reinvocationPolicy === 'IfNeeded') state.asked(uid);
  });
}

/**
 * @returns whether the object is another one now
 * @throws Error what went wrong
 */
function mutateOnce(
  { policy, matched }: Bound,
  { mutation, compiled }: CompiledPolicy['mutations'][number],
  params: KubeObject | null,
  request: AdmissionRequest,
): boolean {
  const { spec, conditions } = policy;
  const base = admissionBindings(request, matched);
  const bindings = spec.paramKind ? { ...base, params } : base;
  const failing = spec.failurePolicy === 'Ignore' ? 'Ignore' : 'Fail';
  const held = conditionsHold(spec.matchConditions ?? [], failing, bindings, conditions);
  if (typeof held === 'string') throw new Error(held);
  if (!held) return false;
  const budget = { remaining: POLICY_BUDGET };
  const { result, error } = evaluated(compiled, withVariables(policy, bindings, budget), budget);
  if (error !== undefined) throw new Error(error);
  const misnamed = mutation.patchType === 'JSONPatch' ? [] : misnamedParts(result.value);
  if (misnamed.length > 0) throw new Error(`type mismatch: ${misnamed.join('\n')}`);
  const object = deepCopy(objectAt(request, request.object, matched)!);
  const said = result.toJson();
  const changed =
    mutation.patchType === 'JSONPatch'
      ? applyPatches(object, said as JsonPatchOperation[])
      : applyConfiguration(request, object, said as Record<string, unknown>, matched);
  return takeOver(request, deepCopy(changed), matched);
}

function denied(
  request: AdmissionRequest,
  policy: CompiledPolicy,
  binding: KubeObject | undefined,
  why: string,
  reason: 'Invalid' | undefined,
): ApiStatusError {
  const message = binding
    ? `policy '${policy.name}' with binding '${binding.metadata.name}' denied request: ${why}`
    : `policy ${JSON.stringify(policy.name)} denied request: ${why}`;
  const { status } = refusal(request, message);
  return new ApiStatusError({
    ...status,
    ...(reason ? { reason } : {}),
    message,
    details: { ...status.details, causes: [{ message }] },
  });
}
