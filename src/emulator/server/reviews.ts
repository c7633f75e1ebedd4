import type { KubeObject } from '../../api/meta.ts';
import { trackUpdate } from '../../api/server-side-apply.ts';
import { ApiStatusError } from '../../api/status.ts';
import { checkAccessReview } from '../../api/validation/access-reviews.ts';
import { Causes } from '../../api/validation/causes.ts';
import { timestamp } from '../clock.ts';
import { badRequest, invalid } from '../errors.ts';
import { decodeObject } from '../registry/decode.ts';
import type { UserInfo } from '../registry/machine.ts';
import { API_AUDIENCE, userOfToken } from './authenticate.ts';
import { type Attributes, decide, type PolicyRule, rulesFor } from './authorize.ts';
import { readObject } from './body.ts';
import type { Exchange } from './exchange.ts';
import { plainShape, sendPlain } from './plain-answer.ts';
import type { ResourceTarget } from './request-info.ts';
import { writeOptions } from './verbs/write-options.ts';

type Review = (exchange: Exchange, body: KubeObject, target: ResourceTarget) => Record<string, unknown>;

interface AccessSpec {
  resourceAttributes?: Attributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: AccessSpec): Attributes {
  if (nonResourceAttributes) {
    return { verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  }
  return { ...resourceAttributes, verb: resourceAttributes?.verb ?? '' };
}

function access(exchange: Exchange, user: UserInfo, spec: AccessSpec) {
  const { allowed, reason } = decide(exchange.context.machine.store, user, attributesOf(spec));
  return { allowed, ...(reason ? { reason } : {}) };
}

/** @throws ApiStatusError 422 where the question itself is wrong */
function checked(body: KubeObject): AccessSpec {
  const causes = new Causes();
  checkAccessReview(causes, body);
  // The kind is not known any more where it is said.
  if (causes.list.length > 0) throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', causes.list);
  return (body['spec'] ?? {}) as AccessSpec;
}

function subjectOf({ user = '', groups = [], uid, extra }: AccessSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function accessOfOthers(exchange: Exchange, body: KubeObject) {
  const spec = checked(body);
  return access(exchange, subjectOf(spec), spec);
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function rulesReview({ user, context }: Exchange, body: KubeObject) {
  const namespace = body['spec']?.namespace as string | undefined;
  if (!namespace) throw badRequest('no namespace on request');
  const missing: string[] = [];
  const own = rulesFor(context.machine.store, user, namespace, missing);
  // What a node may do beside its rules depends on its pods, which nobody lists.
  const isNode = user.name.startsWith('system:node:') && user.groups.includes('system:nodes');
  const problems = [...(isNode ? ['node authorizer does not support user rule resolution'] : []), ...missing];
  const rules = user.groups.includes('system:masters') ? [...EVERYTHING, ...own] : own;
  return {
    resourceRules: rules.filter((rule) => rule.resources?.length),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: isNode,
    ...(problems.length > 0 ? { evaluationError: aggregate(problems) } : {}),
  };
}

/** As Go shows several errors as one: each once, in brackets where they are more. */
function aggregate(problems: readonly string[]): string {
  const once = [...new Set(problems)];
  return once.length === 1 ? once[0]! : `[${once.join(', ')}]`;
}

function tokenReview({ context }: Exchange, body: KubeObject) {
  const token = String(body['spec']?.token ?? '');
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const asked = [body['spec']?.audiences ?? []].flat() as string[];
  const audiences = asked.length > 0 ? asked : [API_AUDIENCE];
  try {
    const user = userInfo(userOfToken(context, token, audiences));
    return { authenticated: true, user, audiences };
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    return { user: {}, error: 'invalid bearer token' };
  }
}

/** The `status` of each kind of review. */
const reviews: Readonly<Record<string, Review>> = {
  SelfSubjectAccessReview: (exchange, body) => access(exchange, exchange.user, checked(body)),
  SubjectAccessReview: accessOfOthers,
  LocalSubjectAccessReview: accessOfOthers,
  SelfSubjectRulesReview: rulesReview,
  SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
  TokenReview: tokenReview,
};

function userInfo({ name, uid, groups, extra }: UserInfo) {
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
}

/** Reviews are answered, not stored. By kind. */
export const reviewHandlers: Readonly<Record<string, (exchange: Exchange, target: ResourceTarget) => Promise<void>>> =
  Object.fromEntries(
    Object.entries(reviews).map(([kind, review]) => [
      kind,
      async (exchange: Exchange, target: ResourceTarget) => {
        const { fieldValidation, manager, warn } = writeOptions(exchange, target, 'CreateOptions');
        const { group, version } = target;
        const shape = plainShape(exchange);
        const sent = (await readObject(exchange.request, kind, `${group}/${version}`)) as KubeObject;
        const typed = { ...sent, apiVersion: `${group}/${version}`, kind };
        const body = decodeObject(typed, target.resource, fieldValidation, warn);
        const status = review(exchange, body, target);
        // Rules are answered without the question.
        const said = kind === 'SelfSubjectRulesReview' ? { ...body, metadata: {}, spec: {} } : body;
        const now = timestamp(exchange.context.machine.clock);
        const managedFields = said === body ? trackUpdate({ before: undefined, after: body, manager, now }) : [];
        const metadata = {
          ...said.metadata,
          // An empty time is written, as clients of all versions accept it.
          creationTimestamp: kind === 'SelfSubjectReview' ? now : null,
          ...(managedFields.length > 0 ? { managedFields } : {}),
        };
        await sendPlain(exchange, 201, { ...said, metadata, status }, shape);
      },
    ]),
  );
