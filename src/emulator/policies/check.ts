import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { MatchCondition } from '../webhooks/configurations.ts';
import { compilePolicy } from './compile.ts';
import { admissionEnvironment } from './environment.ts';
import { type Compiled, compiled, RETURNS_BOOL } from './programs.ts';

/** All expressions of an object, each with the path of its field. */
type Expressions = (object: KubeObject) => [string, Compiled][];

const byKind: Readonly<Record<string, Expressions>> = {
  ValidatingAdmissionPolicy: policyExpressions,
  MutatingAdmissionPolicy: policyExpressions,
  ValidatingWebhookConfiguration: webhookExpressions,
  MutatingWebhookConfiguration: webhookExpressions,
};

function policyExpressions(object: KubeObject): [string, Compiled][] {
  const policy = compilePolicy(object);
  return [
    ...policy.conditions.map((one, at): [string, Compiled] => [`spec.matchConditions[${at}].expression`, one]),
    ...policy.variables.map(({ compiled: one }, at): [string, Compiled] => [`spec.variables[${at}].expression`, one]),
    ...policy.validations.flatMap(({ compiled: one, message }, at): [string, Compiled][] => [
      [`spec.validations[${at}].expression`, one],
      ...(message ? [[`spec.validations[${at}].messageExpression`, message] as [string, Compiled]] : []),
    ]),
    ...policy.annotations.map(({ compiled: one }, at): [string, Compiled] => [
      `spec.auditAnnotations[${at}].valueExpression`,
      one,
    ]),
    ...policy.mutations.map(({ mutation, compiled: one }, at): [string, Compiled] => [
      `spec.mutations[${at}].${mutation.patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'}.expression`,
      one,
    ]),
  ];
}

function webhookExpressions(object: KubeObject): [string, Compiled][] {
  const environment = admissionEnvironment();
  const webhooks = (object.webhooks ?? []) as { matchConditions?: MatchCondition[] }[];
  return webhooks.flatMap(({ matchConditions = [] }, at) =>
    matchConditions.map(({ expression }, index): [string, Compiled] => [
      `webhooks[${at}].matchConditions[${index}].expression`,
      compiled(expression, environment, RETURNS_BOOL),
    ]),
  );
}

/**
 * What is wrong with expressions, put where a server finds it among `told`, what else is wrong; an update
 * keeps those that it had (ratcheting). Expressions that are missing are told of already.
 */
export function withExpressionCauses(
  told: readonly StatusCause[],
  object: KubeObject,
  previous: KubeObject | undefined,
): StatusCause[] {
  const expressionsOf = byKind[object.kind];
  const faults = expressionsOf?.(object).filter(([, one]) => one.fault !== undefined && one.expression.trim() !== '');
  if (!faults?.length) return [...told];
  const were = new Set(
    previous ? expressionsOf!(previous).map(([path, { expression }]) => `${path} ${expression}`) : [],
  );
  const causes = [...told];
  for (const [field, { expression, fault }] of faults) {
    if (were.has(`${field} ${expression}`)) continue;
    const shown = field.includes('matchConditions') ? expression.trim() : expression;
    const cause = { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${fault}`, field };
    const at = causes.findIndex((one) => isAfter(placeOf(one), placeOf(cause)));
    causes.splice(at < 0 ? causes.length : at, 0, cause);
  }
  return causes;
}

/** In the order in which they are looked at; all others come before. */
const SECTIONS = [
  'matchConditions',
  'variables',
  'validations',
  'auditAnnotations',
  'mutations',
  'reinvocationPolicy',
  'admissionReviewVersions',
];

/** Fields of one entry likewise. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  matchConditions: ['expression', 'name'],
  variables: ['name', 'expression'],
  validations: ['expression', 'messageExpression', 'message', 'reason'],
  auditAnnotations: ['key', 'valueExpression'],
  mutations: ['patchType', 'jsonPatch.expression', 'applyConfiguration.expression', 'jsonPatch', 'applyConfiguration'],
};

/** Webhook, section, entry and field of a cause, as numbers that can be compared. */
function placeOf({ field = '', reason }: StatusCause): number[] {
  const path = /^(?:spec|webhooks(?:\[(\d+)\])?)\.?(.*)$/.exec(field);
  const [, section = '', entry = '-1', rest = ''] = /^(\w*)(?:\[(\d+)\])?\.?(.*)$/.exec(path?.[2] ?? '') ?? [];
  // That a key was there before is seen last.
  const at = reason === 'FieldValueDuplicate' ? Number.MAX_SAFE_INTEGER : (FIELDS[section]?.indexOf(rest) ?? -1);
  return [Number(path?.[1] ?? -1), SECTIONS.indexOf(section), Number(entry), at];
}

function isAfter(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && one[at]! > other[at]!;
}
