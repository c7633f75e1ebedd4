import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

/** This server's name as the issuer of tokens and as the one they are for. */
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

interface Reference {
  name: string;
  uid: string;
}

/** Objects that a token ends with. */
interface Bound {
  pod?: Reference;
  secret?: Reference;
  node?: Reference;
}

export interface ServiceAccountClaims {
  iss: string;
  sub: string;
  aud: string[];
  /** Seconds since the epoch. */
  exp: number;
  iat: number;
  nbf: number;
  jti?: string;
  'kubernetes.io': Bound & { namespace: string; serviceaccount: Reference };
}

const keys = new Map<string, KeyObject>();

/** Reading a key costs more than using it. */
function keyOf(pem: string, kind: 'private' | 'public'): KeyObject {
  const name = kind + pem;
  let key = keys.get(name);
  if (!key) {
    key = kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
    keys.set(name, key);
  }
  return key;
}

/** A JWT (RFC 7519) signed with ES256 (RFC 7518, 3.4). @param pem P-256 private key @param keyId its name in the published key set */
export function signedToken(claims: object, pem: string, keyId: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', kid: keyId })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key: keyOf(pem, 'private'), dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

/** The claims of a token that this cluster signed; undefined for any other text. */
export function signedClaims(token: string, pem: string): object | undefined {
  const [header, payload, signature, ...more] = token.split('.');
  if (!header || !payload || !signature || more.length > 0) return undefined;
  const key = { key: keyOf(pem, 'public'), dsaEncoding: 'ieee-p1363' } as const;
  const text = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', text, key, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
}

/** Whether a token is in force that says from when and until when it is. */
export function isInForce(claims: object, nowMs: number): claims is ServiceAccountClaims {
  const { exp, nbf } = claims as Partial<ServiceAccountClaims>;
  const now = nowMs / 1000;
  return exp !== undefined && exp > now && nbf !== undefined && nbf <= now + CLOCK_LEEWAY;
}

const CLOCK_LEEWAY = 60;
/** A pod that is going may still use its tokens for a minute (pkg/serviceaccount/claims.go). */
const POD_LEEWAY_MS = 60_000;

const isAlive = (object: KubeObject | undefined, { uid }: Reference, nowMs: number): boolean => {
  if (!object || object.metadata.uid !== uid) return false;
  const { deletionTimestamp } = object.metadata;
  return !deletionTimestamp || Date.parse(deletionTimestamp) + POD_LEEWAY_MS > nowMs;
};

/**
 * The service account behind a token's claims: it and what the token is bound to must still be what they
 * were when the token was made. Undefined where one of them is gone.
 */
export function accountOf(claims: ServiceAccountClaims, store: Store, nowMs: number): UserInfo | undefined {
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
  if (!isAlive(store.get('serviceaccounts', namespace, serviceaccount.name), serviceaccount, nowMs)) return undefined;
  if (pod && !isAlive(store.get('pods', namespace, pod.name), pod, nowMs)) return undefined;
  if (secret && !isAlive(store.get('secrets', namespace, secret.name), secret, nowMs)) return undefined;
  // A token of a pod names the pod's node for information; only one bound to a node ends with it.
  if (node && !pod && !isAlive(store.get('nodes', undefined, node.name), node, nowMs)) return undefined;
  const extra: Record<string, string[]> = {};
  const say = (name: string, value: string | undefined): void => {
    if (value) extra[`authentication.kubernetes.io/${name}`] = [value];
  };
  say('credential-id', claims.jti && `JTI=${claims.jti}`);
  say('node-name', node?.name);
  say('node-uid', node?.uid);
  say('pod-name', pod?.name);
  say('pod-uid', pod?.uid);
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
