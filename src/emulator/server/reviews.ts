import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { UserInfo } from '../registry/machine.ts';
import { API_AUDIENCE, userOfToken } from './authenticate.ts';
import { type Attributes, isAllowed, rulesFor } from './authorize.ts';
import { readObject } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';
import { sendJson } from './respond.ts';

type Review = (exchange: Exchange, body: KubeObject) => Record<string, unknown>;

interface AccessSpec {
  resourceAttributes?: Attributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
}

function attributesOf(spec: AccessSpec): Attributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (nonResourceAttributes) {
    return { verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  }
  return { ...resourceAttributes, verb: resourceAttributes?.verb ?? '' };
}

const access = (exchange: Exchange, user: UserInfo, spec: AccessSpec) => ({
  allowed: isAllowed(exchange.context.machine.store, user, attributesOf(spec)),
});

const ofSubject: Review = (exchange, body) => {
  const spec = (body.spec ?? {}) as AccessSpec;
  return access(exchange, { name: spec.user ?? '', groups: spec.groups ?? [] }, spec);
};

/** The `status` of each kind of review. */
const reviews: Readonly<Record<string, Review>> = {
  SelfSubjectAccessReview: (exchange, body) => access(exchange, exchange.user, (body.spec ?? {}) as AccessSpec),
  SubjectAccessReview: ofSubject,
  LocalSubjectAccessReview: ofSubject,
  SelfSubjectRulesReview: (exchange, body) => {
    const { user, context } = exchange;
    const all = user.groups.includes('system:masters');
    const rules = all
      ? [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ]
      : rulesFor(context.machine.store, user, body.spec?.namespace as string | undefined);
    return {
      resourceRules: rules.filter((rule) => !rule.nonResourceURLs?.length),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs?.length),
      incomplete: false,
    };
  },
  SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
  TokenReview: ({ context }, body) => {
    const asked = [body.spec?.audiences ?? []].flat() as string[];
    const audiences = asked.length > 0 ? asked : [API_AUDIENCE];
    try {
      const user = userInfo(userOfToken(context, String(body.spec?.token ?? ''), audiences));
      return { authenticated: true, user, audiences };
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      return { user: {}, error: 'the token is not valid' };
    }
  },
};

function userInfo({ name, uid, groups, extra }: UserInfo) {
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
}

/** Reviews are answered, not stored. By kind. */
export const reviewHandlers: Readonly<Record<string, (exchange: Exchange, target: ResourceTarget) => Promise<void>>> =
  Object.fromEntries(
    Object.entries(reviews).map(([kind, review]) => [
      kind,
      async (exchange: Exchange) => {
        const body = (await readObject(exchange.request, kind)) as KubeObject;
        const status = review(exchange, body);
        const metadata = { ...body.metadata, creationTimestamp: null };
        await sendJson(exchange.request, exchange.response, 201, { ...body, metadata, status });
      },
    ]),
  );
