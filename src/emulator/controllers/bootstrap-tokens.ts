import { createHmac } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from './controller.ts';
import { deleteIfThere } from './ownership.ts';

const TYPE = 'bootstrap.kubernetes.io/token';
const TOKENS_IN = 'kube-system';
const PREFIX = 'bootstrap-token-';
const INFO_IN = 'kube-public';
const INFO = 'cluster-info';
const SIGNATURE = 'jws-kubeconfig-';
/** Longer than this no timer runs at once. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

const isToken = ({ metadata, type }: KubeObject): boolean => type === TYPE && metadata.namespace === TOKENS_IN;

const readKey = (secret: KubeObject, key: string): string =>
  Buffer.from(secret['data']?.[key] ?? '', 'base64').toString();

/** Milliseconds until a token ends, 0 for one that did; undefined: never. What cannot be read has ended. */
function lifeOf(secret: KubeObject, now: number): number | undefined {
  const text = readKey(secret, 'expiration');
  if (text === '') return undefined;
  const end = Date.parse(text);
  return Number.isNaN(end) ? 0 : Math.max(end - now, 0);
}

/** A JSON web signature whose payload is told elsewhere (RFC 7515, appendix F), by which who has a token knows the cluster. */
function detachedSignature(content: string, id: string, secret: string): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const header = encode(JSON.stringify({ alg: 'HS256', kid: id }));
  const mac = createHmac('sha256', secret)
    .update(`${header}.${encode(content)}`)
    .digest('base64url');
  return `${header}..${mac}`;
}

/** Signs the public cluster-info with each bootstrap token that may (kubernetes pkg/controller/bootstrap BootstrapSigner). */
export function bootstrapSigner({ lister, client, clock }: ControlContext): Controller {
  return {
    name: 'bootstrap-signer-controller',
    watches: {
      configmaps: ({ object: { metadata } }) =>
        metadata.namespace === INFO_IN && metadata.name === INFO ? [INFO] : [],
      secrets: ({ object }) => (isToken(object) ? [INFO] : []),
    },
    reconcile: async () => {
      const info = lister.get<KubeObject>('configmaps', INFO_IN, INFO);
      const content: string | undefined = info?.['data']?.kubeconfig;
      if (!info || content === undefined) return undefined;
      const others = Object.entries(info['data']).filter(([key]) => !key.startsWith(SIGNATURE));
      const signed = lister.list<KubeObject>('secrets', TOKENS_IN).flatMap((secret) => {
        const id = readKey(secret, 'token-id');
        const key = readKey(secret, 'token-secret');
        const isGood =
          isToken(secret) &&
          secret.metadata.name === PREFIX + id &&
          key !== '' &&
          lifeOf(secret, clock.now()) !== 0 &&
          readKey(secret, 'usage-bootstrap-signing') === 'true';
        return isGood ? [[SIGNATURE + id, detachedSignature(content, id, key)]] : [];
      });
      const data = Object.fromEntries([...others, ...signed].sort(([a], [b]) => (a! < b! ? -1 : 1)));
      const isSame =
        Object.keys(data).length === Object.keys(info['data']).length &&
        signed.every(([key, text]) => info['data'][key!] === text);
      if (!isSame) await client.update('configmaps', { ...info, data });
      return undefined;
    },
  };
}

/** Deletes bootstrap tokens that have ended (kubernetes pkg/controller/bootstrap TokenCleaner). */
export function tokenCleaner(context: ControlContext): Controller {
  const { lister, clock } = context;
  return {
    name: 'token-cleaner-controller',
    watches: { secrets: ({ type, object }) => (type !== 'DELETED' && isToken(object) ? [keyOf(object)] : []) },
    reconcile: async (key) => {
      const secret = lister.get<KubeObject>('secrets', ...splitKey(key));
      const life = secret && lifeOf(secret, clock.now());
      if (!secret || life === undefined) return undefined;
      if (life > 0) return Math.min(life, LONGEST_WAIT_MS);
      await deleteIfThere(context, 'secrets', secret);
      return undefined;
    },
  };
}
