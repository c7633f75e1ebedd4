import { badRequest } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
import { type Attributes, authorize } from './authorize.ts';
import type { Exchange } from './exchange.ts';

const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const ANONYMOUS = 'system:anonymous';
const EXTRA = 'impersonate-extra-';
const GROUP = 'authentication.k8s.io';

/** Each thing that is asked for, with the permission it takes (apiserver, endpoints/filters/impersonation). */
interface Wanted {
  user: string;
  groups: string[];
  uid: string;
  extra: Record<string, string[]>;
}

function wantedOf({ request }: Exchange): Wanted {
  // Names of all kinds come: none may meet what objects have of themselves.
  const extra: Record<string, string[]> = Object.create(null);
  for (const [header, values] of Object.entries(request.headersDistinct)) {
    if (!header.startsWith(EXTRA) || !values) continue;
    const key = unescaped(header.slice(EXTRA.length)).toLowerCase();
    extra[key] = [...(extra[key] ?? []), ...values];
  }
  const first = (name: string) => request.headersDistinct[name]?.[0] ?? '';
  return {
    user: first('impersonate-user'),
    groups: request.headersDistinct['impersonate-group'] ?? [],
    uid: first('impersonate-uid'),
    extra,
  };
}

/** Keys that HTTP headers cannot hold come percent-encoded; what does not decode is taken as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function permissions({ user, groups, uid, extra }: Wanted): Attributes[] {
  const account = accountName(user);
  const verb = 'impersonate';
  return [
    account
      ? { verb, resource: 'serviceaccounts', namespace: account[0], name: account[1] }
      : { verb, resource: 'users', name: user },
    ...groups.map((name) => ({ verb, resource: 'groups', name })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ({ verb, group: GROUP, resource: 'userextras', subresource: key, name })),
    ),
    ...(uid ? [{ verb, group: GROUP, resource: 'uids', name: uid }] : []),
  ];
}

function accountName(user: string): [namespace: string, name: string] | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace && name ? [namespace, name] : undefined;
}

/**
 * The user a request is made for: the one in `Impersonate-User` (with `-Group`, `-Uid`, `-Extra-*`)
 * where the sender may impersonate all of it, else the sender.
 * @throws ApiStatusError 403; 400 for groups, a uid or extras of nobody
 */
export function impersonated(exchange: Exchange): UserInfo {
  const { user: sender, context } = exchange;
  const wanted = wantedOf(exchange);
  if (!wanted.user) {
    const rest = [
      ...wanted.groups.map((name) => `{Group  ${name}    }`),
      ...Object.entries(wanted.extra).flatMap(([key, values]) =>
        values.map((value) => `{UserExtra  ${value}  ${GROUP}/v1  ${key}}`),
      ),
      ...(wanted.uid ? [`{UID  ${wanted.uid}  ${GROUP}/v1  }`] : []),
    ];
    if (rest.length > 0) throw badRequest(`requested [${rest.join(' ')}] without impersonating a user`);
    return sender;
  }
  for (const permission of permissions(wanted)) authorize(context.machine.store, sender, permission);
  const account = accountName(wanted.user);
  const own = account && wanted.groups.length === 0 ? accountGroups(account[0]) : wanted.groups;
  const known = own.some((group) => group === AUTHENTICATED || group === UNAUTHENTICATED);
  const implied = wanted.user === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED;
  return {
    name: wanted.user,
    groups: [...own, ...(known ? [] : [implied])],
    ...(wanted.uid ? { uid: wanted.uid } : {}),
    ...(Object.keys(wanted.extra).length > 0 ? { extra: wanted.extra } : {}),
  };
}

const accountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];
