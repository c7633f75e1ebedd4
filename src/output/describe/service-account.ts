import type { KubeObject } from '../../api/meta.ts';
import type { DescribeFetch } from './fetch.ts';
import { annotations, events, labels, layout, name, namespace } from './layout.ts';
import { NONE } from './text.ts';

const TOKEN_TYPE = 'kubernetes.io/service-account-token';
/** Titles are as wide as the widest: their lines are one column. */
const WIDTH = 'Image pull secrets:'.length;

export const describeServiceAccount = layout(
  name,
  namespace,
  labels,
  annotations,
  async (out, account, { fetch }) => {
    const { exists, tokens } = await secretsOf(account, fetch);
    const named = (list: { name: string }[] | undefined) => (list ?? []).map((one) => one.name);
    const sections: readonly (readonly [title: string, names: string[]])[] = [
      ['Image pull secrets:', named(account.imagePullSecrets)],
      ['Mountable secrets:', named(account.secrets)],
      ['Tokens:', tokens],
    ];
    for (const [title, names] of sections) {
      if (names.length === 0) out.line(0, `${title.padEnd(WIDTH)}\t${NONE}`);
      for (const [index, secret] of names.entries()) {
        const missing = exists(secret) ? '' : ' (not found)';
        out.line(0, `${(index === 0 ? title : '').padEnd(WIDTH)}\t${secret}${missing}`);
      }
    }
  },
  events,
);

/** Where secrets cannot be read, all are taken to exist. */
async function secretsOf(
  { metadata }: KubeObject,
  fetch: DescribeFetch,
): Promise<{ exists: (secret: string) => boolean; tokens: string[] }> {
  try {
    const secrets = await fetch.list('secrets', { namespace: metadata.namespace ?? '' });
    const names = new Set(secrets.map((secret) => secret.metadata.name));
    const tokens = secrets.filter((secret) => isTokenOf(secret, metadata));
    return { exists: (secret) => names.has(secret), tokens: tokens.map((secret) => secret.metadata.name ?? '') };
  } catch {
    return { exists: () => true, tokens: [] };
  }
}

function isTokenOf({ type, metadata }: KubeObject, account: KubeObject['metadata']): boolean {
  const { annotations: about = {} } = metadata;
  return (
    type === TOKEN_TYPE &&
    about['kubernetes.io/service-account.name'] === account.name &&
    about['kubernetes.io/service-account.uid'] === account.uid
  );
}
