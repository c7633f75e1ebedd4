import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError, type StatusCause } from '../../api/status.ts';
import { badRequest, invalid } from '../errors.ts';
import { decodeObject } from '../registry/decode.ts';
import type { UserInfo } from '../registry/machine.ts';
import { API_AUDIENCE, userOfToken } from './authenticate.ts';
import { type Attributes, decide, type PolicyRule, rulesFor } from './authorize.ts';
import { readObject } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';
import { sendJson } from './respond.ts';
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

/** What is wrong with a question (pkg/apis/authorization/validation). */
function problems(spec: AccessSpec, asksForOthers: boolean): StatusCause[] {
  const causes: StatusCause[] = [];
  const add = (reason: string, field: string, message: string) => causes.push({ reason, message, field });
  const given = Number(Boolean(spec.resourceAttributes)) + Number(Boolean(spec.nonResourceAttributes));
  if (given === 2) {
    const message = 'Invalid value: cannot be specified in combination with resourceAttributes';
    add('FieldValueInvalid', 'spec.nonResourceAttributes', message);
  }
  if (given === 0) {
    const message = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    add('FieldValueInvalid', 'spec.resourceAttributes', `Invalid value: null: ${message}`);
  }
  if (asksForOthers && !spec.user && !spec.groups?.length) {
    add('FieldValueInvalid', 'spec.user', 'Invalid value: "": at least one of user or group must be specified');
  }
  return causes;
}

function checked(kind: string, body: KubeObject, asksForOthers: boolean): AccessSpec {
  const spec = (body['spec'] ?? {}) as AccessSpec;
  const causes = problems(spec, asksForOthers);
  if (causes.length > 0) throw invalid({ group: 'authorization.k8s.io', kind }, '', causes);
  return spec;
}

function subjectOf({ user = '', groups = [], uid, extra }: AccessSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
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
  const rules = user.groups.includes('system:masters') ? [...EVERYTHING, ...own] : own;
  return {
    resourceRules: rules.filter((rule) => rule.resources?.length),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: missing.length > 0,
    ...(missing.length > 0 ? { evaluationError: missing.join(', ') } : {}),
  };
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
  SelfSubjectAccessReview: (exchange, body) =>
    access(exchange, exchange.user, checked('SelfSubjectAccessReview', body, false)),
  SubjectAccessReview: (exchange, body) => {
    const spec = checked('SubjectAccessReview', body, true);
    return access(exchange, subjectOf(spec), spec);
  },
  LocalSubjectAccessReview: (exchange, body, { namespace = '' }) => {
    const spec = checked('LocalSubjectAccessReview', body, true);
    const asked = spec.resourceAttributes?.namespace ?? '';
    if (asked !== namespace) {
      throw badRequest(
        `spec.resourceAttributes.namespace must match namespace: ${JSON.stringify(namespace)}, got ${JSON.stringify(asked)}`,
      );
    }
    return access(exchange, subjectOf(spec), spec);
  },
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
        const { fieldValidation, warn } = writeOptions(exchange, target, 'CreateOptions');
        const { group, version } = target;
        const sent = (await readObject(exchange.request, kind, `${group}/${version}`)) as KubeObject;
        const typed = { ...sent, apiVersion: `${group}/${version}`, kind };
        const body = decodeObject(typed, target.resource, fieldValidation, warn);
        const status = review(exchange, body, target);
        const metadata = { ...body.metadata, creationTimestamp: null };
        await sendJson(exchange.request, exchange.response, 201, { ...body, metadata, status });
      },
    ]),
  );
