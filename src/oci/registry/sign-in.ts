import { KctlError } from '../../lib/errors.ts';
import { authorize } from './authorize.ts';
import { parseChallenges } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { RegistryHttp, WholeAnswer } from './http.ts';
import { isForNow, messageIn, Refusal } from './refusal.ts';
import { isPassing, nextTry, patient, type RetryPolicy, retryAfter } from './retry.ts';
import { hostOf } from './session.ts';

const LIMIT = 1 << 16;

export interface SigningIn {
  signal?: AbortSignal | undefined;
  /** Told before a wait for another try. */
  onRetry?: (error: KctlError) => void;
  retry?: RetryPolicy;
}

/**
 * Tries a name and a password at a registry.
 * @returns what to keep: an identity token in place of the password, where the registry gives one
 * @throws KctlError `auth` where they are not those of anybody there; `connection`; `input` for what is no registry
 */
export async function signIn(
  http: RegistryHttp,
  registry: string,
  credentials: RegistryCredentials,
  { signal, onRetry, retry = patient }: SigningIn = {},
): Promise<RegistryCredentials> {
  for (let failed = 1; ; failed++) {
    try {
      return await attempt(http, registry, credentials, signal);
    } catch (error) {
      if (!isForNow(error)) throw error;
      if (failed < retry.tries) onRetry?.(error);
      if (!(await nextTry(retry, failed, error.after, signal))) throw error;
    }
  }
}

async function attempt(
  http: RegistryHttp,
  registry: string,
  credentials: RegistryCredentials,
  signal: AbortSignal | undefined,
): Promise<RegistryCredentials> {
  const base = await http.base(hostOf(registry), signal);
  const url = new URL('v2/', base);
  const first = await http.exchange(url, { limit: LIMIT, signal });
  if (first.status === 200) return credentials;
  refuseForNow(registry, first);
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
  refuseForNow(registry, second);
  const told = messageIn(second.body);
  throw new KctlError('auth', `unauthorized: incorrect username or password${told && ` (${registry} says: ${told})`}`);
}

/** @throws Refusal for answers that say of the moment */
function refuseForNow(registry: string, { status, body, headers }: WholeAnswer): void {
  if (isPassing(status))
    throw new Refusal(status, body, registry, 'a login', retryAfter(headers['retry-after'], Date.now()));
}
