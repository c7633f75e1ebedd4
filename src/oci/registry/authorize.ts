import { KctlError } from '../../lib/errors.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { RegistryHttp } from './http.ts';
import { messageIn, NoToken } from './refusal.ts';
import { retryAfter } from './retry.ts';

/** Tokens are short; what is longer is something else. */
const TOKEN_LIMIT = 1 << 20;
/** What a token lives for where its server does not say (distribution, token specification). */
const TOKEN_SECONDS = 60;

export interface Authorizing {
  http: RegistryHttp;
  /** The registry that challenged, as it was asked. */
  registry: URL;
  credentials: RegistryCredentials | undefined;
  /** What it is for, beside what the challenge says: `repository:team/app:pull,push`. */
  scopes: readonly string[];
  /** Ask for an identity token, too, as a login does. */
  offline?: boolean;
  signal?: AbortSignal | undefined;
}

/** The value of an `Authorization` header. */
export interface Authorization {
  value: string;
  /** In ms; Infinity where it does not end. */
  endsAt: number;
  /** For the token server, in place of the password. */
  identityToken?: string;
}

/**
 * What answers a challenge.
 * @throws KctlError `auth` where there is none to give, or the token server refuses; `connection`
 */
export async function authorize(challenges: readonly Challenge[], asked: Authorizing): Promise<Authorization> {
  const { credentials, registry } = asked;
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer) {
    if (credentials?.registryToken) return { value: `Bearer ${credentials.registryToken}`, endsAt: Infinity };
    return fetchToken(bearer, asked);
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) {
    throw new KctlError('auth', `${registry.host} asks for a kind of authentication that is not known`);
  }
  const basic = basicOf(credentials);
  if (!basic) throw new KctlError('auth', `${registry.host} asks for a user and a password, and none is known for it`);
  return { value: basic, endsAt: Infinity };
}

function basicOf(credentials: RegistryCredentials | undefined): string | undefined {
  const { username, password } = credentials ?? {};
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Distribution's token authentication; with an identity token its OAuth 2 form. */
async function fetchToken({ parameters }: Challenge, asked: Authorizing): Promise<Authorization> {
  const { http, registry, credentials, scopes, offline, signal } = asked;
  const realm = URL.canParse(parameters.realm ?? '') ? new URL(parameters.realm!) : undefined;
  if (!realm || !/^https?:$/.test(realm.protocol)) {
    throw new KctlError('auth', `${registry.host} does not say where its tokens come from`);
  }
  // Its own word is trusted as to where, and not as to how: what was asked with TLS is not given away without.
  if (registry.protocol === 'https:' && realm.protocol !== 'https:') {
    throw new KctlError('auth', `${registry.host} wants credentials sent to ${realm.host} without TLS`);
  }
  const wanted = merged([...(parameters.scope ?? '').split(' ').filter(Boolean), ...scopes]);
  const service = parameters.service ?? '';
  const answer = credentials?.identityToken
    ? await http.exchange(realm, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams({
          ...{ grant_type: 'refresh_token', client_id: 'kctl', service, scope: wanted.join(' ') },
          refresh_token: credentials.identityToken,
        }).toString(),
        ...{ limit: TOKEN_LIMIT, signal },
      })
    : await http.exchange(withQuery(realm, service, wanted, offline ? credentials?.username : undefined), {
        headers: { accept: 'application/json', ...authorization(basicOf(credentials)) },
        ...{ limit: TOKEN_LIMIT, signal },
      });
  if (answer.status !== 200) {
    const who = credentials ? 'the credentials' : 'who has no credentials';
    const told = messageIn(answer.body);
    const what = `${realm.host} gives ${who} no token for ${registry.host} (${answer.status}${told && `: ${told}`})`;
    throw new NoToken(answer.status, what, retryAfter(answer.headers['retry-after'], Date.now()));
  }
  const token = tokenIn(answer.body);
  if (!token) throw new KctlError('auth', `${realm.host} answers without a token`);
  return token;
}

const authorization = (value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { authorization: value };

/** One scope for each repository, with all that is to be done there. */
function merged(scopes: readonly string[]): string[] {
  const actions = new Map<string, string[]>();
  for (const scope of scopes) {
    const at = scope.lastIndexOf(':');
    const [what, done] = [scope.slice(0, at), scope.slice(at + 1).split(',')];
    actions.set(what, [...new Set([...(actions.get(what) ?? []), ...done])]);
  }
  return [...actions].map(([what, done]) => `${what}:${done.join(',')}`);
}

/** @param offline the user for whom an identity token is asked for, too */
function withQuery(realm: URL, service: string, scopes: readonly string[], offline: string | undefined): URL {
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (offline !== undefined) {
    url.searchParams.set('account', offline);
    url.searchParams.set('client_id', 'kctl');
    url.searchParams.set('offline_token', 'true');
  }
  return url;
}

interface TokenAnswer {
  token?: unknown;
  access_token?: unknown;
  expires_in?: unknown;
  refresh_token?: unknown;
}

function tokenIn(body: Buffer): Authorization | undefined {
  let answer: TokenAnswer;
  try {
    answer = JSON.parse(body.toString()) as TokenAnswer;
  } catch {
    return undefined;
  }
  const token = answer?.token || answer?.access_token;
  // A token becomes a header: nothing that would end the line.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  const { expires_in: seconds, refresh_token: identityToken } = answer;
  const lives = typeof seconds === 'number' && seconds > 0 ? Math.max(seconds, TOKEN_SECONDS) : TOKEN_SECONDS;
  return {
    value: `Bearer ${token}`,
    endsAt: Date.now() + lives * 1000,
    ...(typeof identityToken === 'string' && identityToken !== '' ? { identityToken } : {}),
  };
}
