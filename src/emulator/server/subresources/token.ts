import { createPrivateKey, sign } from 'node:crypto';
import type { KubeObject } from '../../../api/meta.ts';
import { notFound } from '../../errors.ts';
import { API_AUDIENCE, type ServiceAccountClaims } from '../authenticate.ts';
import { readObject } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { signingKeyId } from '../issuer.ts';
import type { ResourceTarget } from '../request-info.ts';
import { sendJson } from '../respond.ts';

const LEAST_SECONDS = 600;
const DEFAULT_SECONDS = 3600;

/** `POST serviceaccounts/x/token`: a signed token (JWT, ES256) that this server accepts until it expires. */
export async function tokenSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { machine, keys } = exchange.context;
  const { resource, namespace = '', name = '' } = target;
  const account = machine.store.get(resource.storage, namespace, name);
  if (!account) throw notFound(resource, name);
  const body = (await readObject(exchange.request, 'TokenRequest')) as KubeObject;
  const seconds = Math.max(Number(body.spec?.expirationSeconds ?? DEFAULT_SECONDS), LEAST_SECONDS);
  const asked = [body.spec?.audiences ?? []].flat() as string[];
  const audiences = asked.length > 0 ? asked : [API_AUDIENCE];
  const now = Math.floor(machine.clock.now() / 1000);
  const claims: ServiceAccountClaims = {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    nbf: now,
    iss: API_AUDIENCE,
    'kubernetes.io': { namespace, serviceaccount: { name, uid: account.metadata.uid ?? '' } },
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  await sendJson(exchange.request, exchange.response, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: `${new Date(now * 1000).toISOString().slice(0, 19)}Z` },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: body.spec?.boundObjectRef ?? null },
    status: {
      token: signed(claims, keys.serviceAccountKey),
      expirationTimestamp: `${new Date((now + seconds) * 1000).toISOString().slice(0, 19)}Z`,
    },
  });
}

function signed(claims: ServiceAccountClaims, key: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', kid: signingKeyId(key) })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
