import { KctlError } from '../../lib/errors.ts';
import { authorize } from './authorize.ts';
import { parseChallenges } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { RegistryHttp } from './http.ts';
import { messageIn } from './refusal.ts';
import { hostOf } from './session.ts';

const LIMIT = 1 << 16;

/**
 * Tries a name and a password at a registry.
 * @returns what to keep: an identity token in place of the password, where the registry gives one
 * @throws KctlError `auth` where they are not those of anybody there; `connection`; `input` for what is no registry
 */
export async function signIn(
  http: RegistryHttp,
  registry: string,
  credentials: RegistryCredentials,
  signal: AbortSignal | undefined,
): Promise<RegistryCredentials> {
  const base = await http.base(hostOf(registry), signal);
  const url = new URL('v2/', base);
  const first = await http.exchange(url, { limit: LIMIT, signal });
  if (first.status === 200) return credentials;
  if (first.status !== 401) {
    throw new KctlError('input', `${registry} answers ${first.status} where a registry answers 200 or 401`);
  }
  const challenges = parseChallenges(first.headers['www-authenticate']);
  const asked = { http, registry: url, credentials, scopes: [], offline: true, signal };
  const { value, identityToken } = await authorize(challenges, asked);
  const second = await http.exchange(url, { headers: { authorization: value }, limit: LIMIT, signal });
  if (second.status === 200) {
    return identityToken ? { username: credentials.username ?? '', identityToken } : credentials;
  }
  const told = messageIn(second.body);
  throw new KctlError('auth', `unauthorized: incorrect username or password${told && ` (${registry} says: ${told})`}`);
}
