import { API_AUDIENCE, signedToken } from '../access/tokens.ts';
import type { Lister } from '../client.ts';
import type { Clock } from '../clock.ts';
import { generatedUid } from '../registry/names.ts';
import type { IssueToken } from './exec/container/volumes.ts';

interface TokenContext {
  lister: Lister;
  clock: Clock;
  random: () => number;
  /** PEM of the key that signs service account tokens, and how the issuer calls it. */
  key: string;
  keyId: () => string;
}

/** Tokens as a kubelet asks for them: bound to the pod, to its node and to its account. */
export function podTokens({ lister, clock, random, key, keyId }: TokenContext): IssueToken {
  return ({ namespace, account, audience, seconds, pod }) => {
    const found = lister.get('serviceaccounts', namespace, account);
    if (!found) return undefined;
    const now = Math.floor(clock.now() / 1000);
    const node = lister.get('nodes', undefined, pod['spec'].nodeName);
    const claims = {
      aud: [audience || API_AUDIENCE],
      exp: now + seconds,
      iat: now,
      nbf: now,
      jti: generatedUid(random),
      iss: API_AUDIENCE,
      'kubernetes.io': {
        namespace,
        ...(node ? { node: { name: node.metadata.name!, uid: node.metadata.uid! } } : {}),
        pod: { name: pod.metadata.name!, uid: pod.metadata.uid! },
        serviceaccount: { name: account, uid: found.metadata.uid! },
      },
      sub: `system:serviceaccount:${namespace}:${account}`,
    };
    return signedToken(claims, key, keyId());
  };
}
