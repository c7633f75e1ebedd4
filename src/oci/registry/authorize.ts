import { KctlError } from '../../lib/errors.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { RegistryHttp } from './http.ts';

/** Tokens are short; what is longer is something else. */
const TOKEN_LIMIT = 1 << 20;

export interface Authorizing {
  http: RegistryHttp;
  /** The registry that challenged, as it was asked. */
  registry: URL;
  credentials: RegistryCredentials | undefined;
  /** What it is for, where the challenge does not say: `repository:team/app:pull`. */
  scope: string;
  signal?: AbortSignal | undefined;
}

/**
 * The `Authorization` that answers a challenge.
 * @throws KctlError `auth` where there is none to give, or the token server refuses; `connection`
 */
export async function authorize(challenges: readonly Challenge[], asked: Authorizing): Promise<string> {
  const { credentials, registry } = asked;
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer) {
    if (credentials?.registryToken) return `Bearer ${credentials.registryToken}`;
    return `Bearer ${await fetchToken(bearer, asked)}`;
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) {
    throw new KctlError('auth', `${registry.host} asks for a kind of authentication that is not known`);
  }
  const basic = basicOf(credentials);
  if (!basic) throw new KctlError('auth', `${registry.host} asks for a user and a password, and none is known for it`);
  return basic;
}

function basicOf(credentials: RegistryCredentials | undefined): string | undefined {
  const { username, password } = credentials ?? {};
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Distribution's token authentication; with an identity token its OAuth 2 form. */
async function fetchToken({ parameters }: Challenge, asked: Authorizing): Promise<string> {
  const { http, registry, credentials, scope, signal } = asked;
  const realm = URL.canParse(parameters.realm ?? '') ? new URL(parameters.realm!) : undefined;
  if (!realm || !/^https?:$/.test(realm.protocol)) {
    throw new KctlError('auth', `${registry.host} does not say where its tokens come from`);
  }
  // Its own word is trusted as to where, and not as to how: what was asked with TLS is not given away without.
  if (registry.protocol === 'https:' && realm.protocol !== 'https:') {
    throw new KctlError('auth', `${registry.host} wants credentials sent to ${realm.host} without TLS`);
  }
  const wanted = [...new Set([...(parameters.scope ?? '').split(' '), scope])].filter(Boolean);
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
    : await http.exchange(withQuery(realm, service, wanted), {
        headers: { accept: 'application/json', ...authorization(basicOf(credentials)) },
        ...{ limit: TOKEN_LIMIT, signal },
      });
  if (answer.status !== 200) {
    const who = credentials ? 'the credentials' : 'who has no credentials';
    throw new KctlError('auth', `${realm.host} gives ${who} no token for ${registry.host} (${answer.status})`);
  }
  const token = tokenIn(answer.body);
  if (!token) throw new KctlError('auth', `${realm.host} answers without a token`);
  return token;
}

const authorization = (value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { authorization: value };

function withQuery(realm: URL, service: string, scopes: readonly string[]): URL {
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  return url;
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const { token, access_token: access } = JSON.parse(body.toString()) as { token?: string; access_token?: string };
    const found = token || access;
    // A token becomes a header: nothing that would end the line.
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
