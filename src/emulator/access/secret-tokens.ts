import { timingSafeEqual } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

/** Type of the Secrets that keep a token of a service account until somebody deletes them. */
export const TOKEN_SECRET = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
export const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

const ISSUER = 'kubernetes/serviceaccount';
const CLAIM = 'kubernetes.io/serviceaccount/';

/** What a token that is kept in a Secret says; it has no end and names nobody it is for (pkg/serviceaccount/legacy.go). */
export type SecretTokenClaims = Record<string, string>;

export const secretTokenClaims = ({ metadata }: KubeObject, secret: string): SecretTokenClaims => ({
  iss: ISSUER,
  [`${CLAIM}namespace`]: metadata.namespace!,
  [`${CLAIM}secret.name`]: secret,
  [`${CLAIM}service-account.name`]: metadata.name!,
  [`${CLAIM}service-account.uid`]: metadata.uid!,
  sub: `system:serviceaccount:${metadata.namespace}:${metadata.name}`,
});

/** Whether the signed claims are those of a token that is kept in a Secret. */
export const isSecretToken = (claims: object): claims is SecretTokenClaims => 'iss' in claims && claims.iss === ISSUER;

export interface SecretTokenUse {
  secret: KubeObject;
  /** Undefined where the token must not be used any more. */
  user: UserInfo | undefined;
}

/**
 * Whose a token is that its Secret still holds, to the letter; its account must be the one it was made for.
 * Undefined where Secret or account is gone or another one.
 * @param claims of which the signature was found good
 */
export function secretTokenUse(claims: SecretTokenClaims, token: string, store: Store): SecretTokenUse | undefined {
  const namespace = claims[`${CLAIM}namespace`];
  const name = claims[`${CLAIM}service-account.name`];
  const uid = claims[`${CLAIM}service-account.uid`];
  const secretName = claims[`${CLAIM}secret.name`];
  if (!namespace || !name || !uid || !secretName) return undefined;
  if (claims['sub'] !== `system:serviceaccount:${namespace}:${name}`) return undefined;
  const secret = store.get('secrets', namespace, secretName);
  if (!secret || secret.metadata.deletionTimestamp || !holds(secret, token)) return undefined;
  const account = store.get('serviceaccounts', namespace, name);
  if (!account || account.metadata.deletionTimestamp || account.metadata.uid !== uid) return undefined;
  const user: UserInfo = {
    name: claims['sub'],
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
  return { secret, user: secret.metadata.labels?.[INVALID_SINCE] ? undefined : user };
}

function holds(secret: KubeObject, token: string): boolean {
  const kept = Buffer.from(secret['data']?.token ?? '', 'base64');
  const shown = Buffer.from(token);
  return kept.length === shown.length && timingSafeEqual(kept, shown);
}

/** The day, `2026-11-21`, that a Secret's label is to say its token was used on; undefined where it says so already. */
export function dayOfUse({ metadata }: KubeObject, nowMs: number): string | undefined {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const noted = metadata.labels?.[LAST_USED];
  return noted === day(nowMs) || noted === day(nowMs + 24 * 3600_000) ? undefined : day(nowMs);
}
