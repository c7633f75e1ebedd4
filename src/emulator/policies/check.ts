import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { invalid } from '../errors.ts';
import { kindOf } from '../registry/create.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
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

/** @throws ApiStatusError 422 for expressions that do not compile; an update keeps those that it had (ratcheting) */
export function checkExpressions({ object, previous, resource, name }: AdmissionRequest): void {
  const expressionsOf = byKind[object.kind];
  if (!expressionsOf) return;
  const faults = expressionsOf(object).filter(([, { fault }]) => fault !== undefined);
  if (faults.length === 0) return;
  const were = new Set(
    previous ? expressionsOf(previous).map(([path, { expression }]) => `${path} ${expression}`) : [],
  );
  const causes = faults
    .filter(([path, { expression }]) => !were.has(`${path} ${expression}`))
    .map(
      ([field, { expression, fault }]): StatusCause => ({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(expression)}: ${fault}`,
        field,
      }),
    );
  if (causes.length > 0) throw invalid(kindOf(resource), name || (object.metadata.name ?? ''), causes);
}
