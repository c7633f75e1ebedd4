import { goQuote } from '../../api/validation/go-text.ts';
import { badRequest, forbidden } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';
import { type Attributes, authorize, isAllowed } from './authorize.ts';
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
    extra[key] = [...(extra[key] ?? []), ...values.map(spoken)];
  }
  const first = (name: string) => spoken(request.headersDistinct[name]?.[0] ?? '');
  return {
    user: first('impersonate-user'),
    groups: (request.headersDistinct['impersonate-group'] ?? []).map(spoken),
    uid: first('impersonate-uid'),
    extra,
  };
}

/** The bytes of a header are UTF-8 to a server in Go; Node makes a letter of each. */
const spoken = (header: string): string => Buffer.from(header, 'latin1').toString();

/** Keys that HTTP headers cannot hold come percent-encoded; what does not decode is taken as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** What a mode of impersonation has to be allowed; `group` is that of users and groups. */
function permissions({ user, groups, uid, extra }: Wanted, verb: string, group: string): Attributes[] {
  const account = accountName(user);
  const node = group ? nodeName(user) : undefined;
  const own = { verb, ...(group ? { group } : {}) };
  const whom = account
    ? { resource: 'serviceaccounts', namespace: account[0], name: account[1] }
    : node
      ? { resource: 'nodes', name: verb.endsWith(ASSOCIATED) ? '*' : node }
      : { resource: 'users', name: user };
  return [
    { ...own, ...whom },
    ...(uid ? [{ verb, group: GROUP, resource: 'uids', name: uid }] : []),
    ...groups.map((name) => ({ ...own, resource: 'groups', name })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ({ verb, group: GROUP, resource: 'userextras', subresource: key, name })),
    ),
  ];
}

const ASSOCIATED = 'associated-node';
const NODE = 'system:node:';

const nodeName = (user: string): string | undefined =>
  user.startsWith(NODE) && user.length > NODE.length ? user.slice(NODE.length) : undefined;

const isNameAlone = ({ groups, uid, extra }: Wanted): boolean =>
  groups.length === 0 && uid === '' && Object.keys(extra).length === 0;

/** Modes in which somebody may be impersonated for some requests alone, and whom (KEP 5284). */
const MODES: readonly (readonly [name: string, applies: (wanted: Wanted, sender: UserInfo) => boolean])[] = [
  [
    ASSOCIATED,
    (wanted, { extra }) => {
      const node = nodeName(wanted.user);
      return (
        node !== undefined && isNameAlone(wanted) && !!extra?.['authentication.kubernetes.io/node-name']?.includes(node)
      );
    },
  ],
  ['arbitrary-node', (wanted) => nodeName(wanted.user) !== undefined && isNameAlone(wanted)],
  ['serviceaccount', (wanted) => accountName(wanted.user) !== undefined && isNameAlone(wanted)],
  ['user-info', ({ user }) => nodeName(user) === undefined && accountName(user) === undefined],
];

/**
 * The mode in which `sender` may impersonate: '' where the verb `impersonate` allows it for whatever is asked.
 * @throws ApiStatusError 403 what the first mode that applies lacks
 */
function modeOf(store: Store, sender: UserInfo, wanted: Wanted, asked: () => Attributes): string {
  if (permissions(wanted, 'impersonate', '').every((one) => isAllowed(store, sender, one))) return '';
  let first: unknown;
  for (const [mode, applies] of MODES) {
    if (!applies(wanted, sender)) continue;
    try {
      const request = asked();
      authorize(store, sender, { ...request, verb: `impersonate-on:${mode}:${request.verb}` });
      checkGroups(wanted.groups);
      for (const one of permissions(wanted, `impersonate:${mode}`, GROUP)) authorize(store, sender, one);
      return mode;
    } catch (error) {
      first ??= error;
    }
  }
  if (first) throw first;
  for (const one of permissions(wanted, 'impersonate', '')) authorize(store, sender, one);
  return '';
}

/** @throws ApiStatusError 403 */
function checkGroups(groups: readonly string[]): void {
  const what = groups.includes('') ? 'empty string' : groups.includes('system:masters') ? 'system:masters' : undefined;
  if (!what) return;
  const words = what === 'empty string' ? 'the empty string group' : `the ${what} group`;
  const name = what === 'empty string' ? '' : what;
  throw forbidden({ group: GROUP, plural: 'groups' }, name, `impersonating ${words} is not allowed`);
}

function accountName(user: string): [namespace: string, name: string] | undefined {
  const [, namespace, name] =
    /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]*[a-z0-9])?):([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)$/.exec(user) ?? [];
  return namespace && name ? [namespace, name] : undefined;
}

/**
 * The user a request is made for: the one in `Impersonate-User` (with `-Group`, `-Uid`, `-Extra-*`)
 * where the sender may impersonate all of it, else the sender.
 * @param asked what the request is about, as the sender's own
 * @throws ApiStatusError 403; 400 for groups, a uid or extras of nobody
 */
export function impersonated(exchange: Exchange, asked: () => Attributes): UserInfo {
  const { user: sender, context } = exchange;
  const wanted = wantedOf(exchange);
  if (!wanted.user) {
    const { groups, uid, extra } = wanted;
    if (groups.length + uid.length + Object.keys(extra).length === 0) return sender;
    const shown = `Name:"", UID:${goQuote(uid)}, Groups:${goTexts(groups)}, Extra:${goExtra(extra)}`;
    throw badRequest(`requested &user.DefaultInfo{${shown}} without impersonating a user name`);
  }
  const mode = modeOf(context.machine.store, sender, wanted, asked);
  const account = accountName(wanted.user);
  const own = mode.endsWith('-node')
    ? ['system:nodes']
    : account && wanted.groups.length === 0
      ? accountGroups(account[0])
      : wanted.groups;
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
