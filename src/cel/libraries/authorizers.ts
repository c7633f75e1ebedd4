import { dnsLabel, dnsSubdomain } from '../../api/validation/names.ts';
import type { CelAuthorizer, CelAuthorizerAnswer, CelAuthorizerQuestion } from '../contract.ts';
import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { opaque } from '../types.ts';
import { type CelValue, Opaque, sizeOf } from '../values.ts';

/** Who may do what (k8s.io/apiserver, pkg/cel/library/authz.go). */
export const authorizers = new Library();

const NAMES = {
  authorizer: 'kubernetes.authorization.Authorizer',
  path: 'kubernetes.authorization.PathCheck',
  group: 'kubernetes.authorization.GroupCheck',
  resource: 'kubernetes.authorization.ResourceCheck',
  decision: 'kubernetes.authorization.Decision',
};

/** The type of `authorizer`. */
export const AUTHORIZER = opaque(NAMES.authorizer);
/** The type of `authorizer.requestResource`. */
export const RESOURCE_CHECK = opaque(NAMES.resource);

type Partial_ = Omit<CelAuthorizerQuestion, 'verb'>;

/** An authorizer and what is said so far. */
class Check extends Opaque {
  readonly typeName: string;
  readonly authorizer: CelAuthorizer;
  readonly question: Partial_;
  constructor(typeName: string, authorizer: CelAuthorizer, question: Partial_) {
    super();
    this.typeName = typeName;
    this.authorizer = authorizer;
    this.question = question;
  }
  equals(other: CelValue): boolean {
    return other instanceof Check && JSON.stringify(other.question) === JSON.stringify(this.question);
  }
  with(typeName: string, more: Partial_): Check {
    return new Check(typeName, this.authorizer, { ...this.question, ...more });
  }
}

class Decision extends Opaque {
  readonly typeName = NAMES.decision;
  readonly answer: CelAuthorizerAnswer;
  constructor(answer: CelAuthorizerAnswer) {
    super();
    this.answer = answer;
  }
  equals(other: CelValue): boolean {
    return other === this;
  }
}

/** The value of the variable `authorizer`. */
export const authorizerValue = (authorizer: CelAuthorizer): Opaque => new Check(NAMES.authorizer, authorizer, {});

/** The value of `authorizer.requestResource`. */
export const requestResourceValue = (authorizer: CelAuthorizer): Opaque =>
  new Check(NAMES.resource, authorizer, { ...authorizer.request });

function filled(text: string, what: string): string {
  if (text.trim() === '') throw new CelEvaluationError(`${what} must not be empty`);
  return text;
}

function serviceAccount(check: Check, namespace: string, name: string): Check {
  if (dnsSubdomain(name).length > 0) throw new CelEvaluationError('Invalid service account name');
  if (dnsLabel(namespace).length > 0) throw new CelEvaluationError('Invalid service account namespace');
  return check.with(NAMES.authorizer, { serviceAccount: { namespace, name } });
}

const CHECK_COST = 350_000;
const ask = ({ authorizer, question }: Check, verb: string): Decision =>
  new Decision(authorizer.check({ ...question, verb }));
const checkCost = (): number => CHECK_COST;
const selectorCost = (args: readonly CelValue[]): number => {
  const length = sizeOf(args[1]);
  return 10 + Math.ceil(length * 0.1) + Math.ceil(Math.ceil(length * 0.5) * 50);
};

authorizers
  .member('path', `${NAMES.authorizer}, string`, NAMES.path, (check: Check, path: string) =>
    check.with(NAMES.path, { path: filled(path, 'path') }),
  )
  .member('group', `${NAMES.authorizer}, string`, NAMES.group, (check: Check, group: string) =>
    check.with(NAMES.group, { group }),
  )
  .member('serviceAccount', `${NAMES.authorizer}, string, string`, NAMES.authorizer, serviceAccount)
  .member('resource', `${NAMES.group}, string`, NAMES.resource, (check: Check, resource: string) =>
    check.with(NAMES.resource, { resource: filled(resource, 'resource') }),
  )
  .member('check', `${NAMES.path}, string`, NAMES.decision, ask, checkCost)
  .member('check', `${NAMES.resource}, string`, NAMES.decision, ask, checkCost)
  .member('errored', NAMES.decision, 'bool', ({ answer }: Decision) => answer.error !== undefined)
  .member('error', NAMES.decision, 'string', ({ answer }: Decision) => answer.error ?? '')
  .member('allowed', NAMES.decision, 'bool', ({ answer }: Decision) => answer.allowed)
  .member('reason', NAMES.decision, 'string', ({ answer }: Decision) => answer.reason ?? '');

for (const field of ['subresource', 'namespace', 'name'] as const) {
  const run = (check: Check, value: string): Check => check.with(NAMES.resource, { [field]: value });
  authorizers.member(field, `${NAMES.resource}, string`, NAMES.resource, run);
}
for (const field of ['fieldSelector', 'labelSelector'] as const) {
  const run = (check: Check, value: string): Check => check.with(NAMES.resource, { [field]: value });
  authorizers.member(field, `${NAMES.resource}, string`, NAMES.resource, run, selectorCost);
}
