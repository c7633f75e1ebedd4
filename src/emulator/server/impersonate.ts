import { goQuote } from '../../api/validation/go-text.ts';
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
  const [, namespace, name] =
    /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]*[a-z0-9])?):([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)$/.exec(user) ?? [];
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
    const { groups, uid, extra } = wanted;
    if (groups.length + uid.length + Object.keys(extra).length === 0) return sender;
    const shown = `Name:"", UID:${goQuote(uid)}, Groups:${goTexts(groups)}, Extra:${goExtra(extra)}`;
    throw badRequest(`requested &user.DefaultInfo{${shown}} without impersonating a user name`);
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

/** `%#v` of a list of texts. */
const goTexts = (texts: readonly string[]): string =>
  texts.length === 0 ? '[]string(nil)' : `[]string{${texts.map(goQuote).join(', ')}}`;

function goExtra(extra: Record<string, readonly string[]>): string {
  const keys = Object.keys(extra).sort();
  if (keys.length === 0) return 'map[string][]string(nil)';
  return `map[string][]string{${keys.map((key) => `${goQuote(key)}:${goTexts(extra[key]!)}`).join(', ')}}`;
}

const accountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];
