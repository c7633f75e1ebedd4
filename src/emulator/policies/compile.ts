import type { KubeObject } from '../../api/meta.ts';
import {
  type CelBudget,
  type CelEnvironment,
  CelEvaluationError,
  type CelType,
  DYN,
  NULL,
  STRING,
} from '../../cel/index.ts';
import { admissionEnvironment, type EnvironmentOptions } from './environment.ts';
import { constructed, RETURNS_OBJECT, RETURNS_PATCH } from './mutation-types.ts';
import { type Compiled, compiled, RETURNS_BOOL } from './programs.ts';
import { type Mutation, type PolicySpec, specOf, type Validation } from './spec.ts';

/** A policy with all its expressions compiled, as far as they can be. */
export interface CompiledPolicy {
  name: string;
  spec: PolicySpec;
  conditions: Compiled[];
  variables: { name: string; compiled: Compiled }[];
  validations: { validation: Validation; compiled: Compiled; message?: Compiled }[];
  annotations: { key: string; compiled: Compiled }[];
  mutations: { mutation: Mutation; compiled: Compiled }[];
}

const RETURNS_STRING = { resultTypes: [STRING] };
const RETURNS_TEXT_OR_NULL = { resultTypes: [STRING, NULL] };

/**
 * Compiles what a policy says. Each variable may use those before it.
 * @param object the type of `object` and `oldObject`, where types are checked
 * @param params the type of `params`, likewise
 */
export function compilePolicy(policy: KubeObject, object?: CelType, params: CelType = DYN): CompiledPolicy {
  const spec = specOf(policy);
  const base: EnvironmentOptions = {
    ...(object ? { object } : {}),
    ...(spec.paramKind ? { params } : {}),
    ...(spec.mutations ? { construct: constructed, jsonPatch: true } : {}),
  };
  const conditionEnvironment = admissionEnvironment(base);
  const types: Record<string, CelType> = {};
  const environment = (): CelEnvironment => admissionEnvironment({ ...base, variables: { ...types } });
  const variables = (spec.variables ?? []).map(({ name, expression }) => {
    const one = compiled(expression, environment());
    types[name] = one.program?.type ?? DYN;
    return { name, compiled: one };
  });
  const full = environment();
  const messages = admissionEnvironment({ ...base, variables: { ...types }, authorizer: false });
  return {
    name: policy.metadata.name ?? '',
    spec,
    conditions: (spec.matchConditions ?? []).map(({ expression }) =>
      compiled(expression, conditionEnvironment, RETURNS_BOOL),
    ),
    variables,
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      compiled: compiled(validation.expression, full, RETURNS_BOOL),
      ...(validation.messageExpression
        ? { message: compiled(validation.messageExpression, messages, RETURNS_STRING) }
        : {}),
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      compiled: compiled(valueExpression, full, RETURNS_TEXT_OR_NULL),
    })),
    mutations: (spec.mutations ?? []).map((mutation) => ({
      mutation,
      compiled:
        mutation.patchType === 'JSONPatch'
          ? compiled(mutation.jsonPatch?.expression ?? '', full, RETURNS_PATCH)
          : compiled(mutation.applyConfiguration?.expression ?? '', full, RETURNS_OBJECT),
    })),
  };
}

const cache = new WeakMap<KubeObject, CompiledPolicy>();

/** Compiled once for as long as the policy is stored as it is. */
export function policyOf(policy: KubeObject): CompiledPolicy {
  let known = cache.get(policy);
  if (!known) {
    known = compilePolicy(policy);
    cache.set(policy, known);
  }
  return known;
}

/** `variables`, each evaluated when it is first asked for, and once (policy, cel/composition.go). */
export function withVariables(
  { variables }: CompiledPolicy,
  bindings: Record<string, unknown>,
  budget: CelBudget,
): Record<string, unknown> {
  const lazy: Record<string, () => unknown> = {};
  const all = { ...bindings, variables: lazy };
  for (const { name, compiled: one } of variables) {
    let done: { value: unknown } | undefined;
    const failed = (how: string, why: unknown) =>
      new CelEvaluationError(`composited variable ${JSON.stringify(name)} fails to ${how}: ${why}`);
    lazy[name] = () => {
      if (done) return done.value;
      if (!one.program) throw failed('compile', one.fault);
      try {
        done = { value: one.program.run(all, budget).value };
      } catch (error) {
        throw failed('evaluate', (error as Error).message);
      }
      return done.value;
    };
  }
  return all;
}
