import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import type { MatchCondition } from '../webhooks/configurations.ts';
import { admissionBindings, admissionEnvironment } from './environment.ts';
import { aggregated, CONDITIONS_BUDGET, type Compiled, compiled, evaluated, RETURNS_BOOL } from './programs.ts';

const environment = admissionEnvironment();
const cache = new WeakMap<readonly MatchCondition[], Compiled[]>();

function programsOf(conditions: readonly MatchCondition[]): Compiled[] {
  let programs = cache.get(conditions);
  if (!programs) {
    programs = conditions.map(({ expression }) => compiled(expression, environment, RETURNS_BOOL));
    cache.set(conditions, programs);
  }
  return programs;
}

/**
 * Whether all conditions hold; one that is false decides, whatever fails beside it
 * (apiserver, webhook/matchconditions).
 * @param more variables beside those of every request (`params`)
 * @returns the errors as one text where they count (failure policy Fail)
 */
export function conditionsHold(
  conditions: readonly MatchCondition[],
  failurePolicy: 'Ignore' | 'Fail',
  bindings: Record<string, unknown>,
  programs: readonly Compiled[] = programsOf(conditions),
): boolean | string {
  const budget = { remaining: CONDITIONS_BUDGET };
  const errors: string[] = [];
  for (const program of programs) {
    const { result, error } = evaluated(program, bindings, budget);
    if (error !== undefined) errors.push(error);
    else if (result.toJson() === false) return false;
  }
  if (errors.length === 0) return true;
  return failurePolicy === 'Fail' && aggregated(errors);
}

/** The match conditions of a webhook. */
export function webhookConditionsHold(
  conditions: readonly MatchCondition[],
  failurePolicy: 'Ignore' | 'Fail',
  request: AdmissionRequest,
  matched: ServedResource,
): boolean | string {
  return conditionsHold(conditions, failurePolicy, admissionBindings(request, matched));
}
