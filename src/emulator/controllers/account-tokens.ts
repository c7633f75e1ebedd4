import type { KubeObject } from '../../api/meta.ts';
import {
  ACCOUNT_NAME,
  ACCOUNT_UID,
  type SecretTokenClaims,
  secretTokenClaims,
  TOKEN_SECRET,
} from '../access/secret-tokens.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from './controller.ts';
import { deleteIfThere } from './ownership.ts';

/** Signs claims as this cluster's issuer. */
export type SignToken = (claims: SecretTokenClaims) => string;

const isTokenSecret = (secret: KubeObject): boolean => secret['type'] === TOKEN_SECRET;
const accountName = (secret: KubeObject): string => secret.metadata.annotations?.[ACCOUNT_NAME] ?? '';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * Fills the Secrets that somebody makes to hold a token of a service account, and deletes them with their
 * account (kube-controller-manager, tokens_controller).
 * @param rootCa PEM, put beside each token
 */
export function accountTokenController(context: ControlContext, rootCa: string, sign: SignToken): Controller {
  const { lister, client } = context;
  const accountOf = (secret: KubeObject): KubeObject | undefined => {
    const account = lister.get('serviceaccounts', secret.metadata.namespace, accountName(secret));
    const uid = secret.metadata.annotations?.[ACCOUNT_UID];
    return uid && account?.metadata.uid !== uid ? undefined : account;
  };

  /** What an account lists of a Secret that is gone. */
  const forget = async (namespace: string | undefined, name: string): Promise<void> => {
    for (const account of lister.list('serviceaccounts', namespace)) {
      const secrets = (account['secrets'] ?? []) as { name?: string }[];
      if (!secrets.some((one) => one.name === name)) continue;
      await client.update('serviceaccounts', { ...account, secrets: secrets.filter((one) => one.name !== name) });
    }
  };

  const fill = async (secret: KubeObject, account: KubeObject): Promise<void> => {
    const { namespace, name } = secret.metadata;
    const held: Record<string, string> = secret['data'] ?? {};
    const data = {
      ...held,
      'ca.crt': base64(rootCa),
      namespace: held['namespace'] || base64(namespace!),
      token: held['token'] || base64(sign(secretTokenClaims(account, name!))),
    };
    if (Object.entries(data).every(([key, value]) => held[key] === value)) return;
    const own = { [ACCOUNT_NAME]: account.metadata.name!, [ACCOUNT_UID]: account.metadata.uid! };
    const metadata = { ...secret.metadata, annotations: { ...secret.metadata.annotations, ...own } };
    await client.update('secrets', { ...secret, metadata, data });
  };

  return {
    name: 'serviceaccount-token-controller',
    watches: {
      secrets: ({ object }) => (isTokenSecret(object) ? [keyOf(object)] : []),
      serviceaccounts: ({ type, object: { metadata } }) =>
        type === 'DELETED'
          ? lister
              .list('secrets', metadata.namespace)
              .filter((secret) => isTokenSecret(secret) && accountName(secret) === metadata.name)
              .map(keyOf)
          : [],
    },
    reconcile: async (key) => {
      const [namespace, name] = splitKey(key);
      const secret = lister.get('secrets', namespace, name);
      if (!secret) await forget(namespace, name);
      else if (isTokenSecret(secret) && !secret.metadata.deletionTimestamp) {
        const account = accountOf(secret);
        if (account) await fill(secret, account);
        else await deleteIfThere(context, 'secrets', secret);
      }
      return undefined;
    },
  };
}
