import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import type { KeyringEntry } from '../registry/credentials.ts';
import { keyringOf, pullSecretNames } from '../registry/pull-secrets.ts';
import type { ImagePuller } from './node-platform.ts';

/** @throws KctlError where it is not there, or may not be read */
export type GetNamed = (
  resource: 'secrets' | 'serviceaccounts',
  namespace: string,
  name: string,
) => Promise<KubeObject>;

/** What pods pull with, as far as one may read it. */
export interface PullKeyring {
  entries: readonly KeyringEntry[];
  /** Names of the secrets that were read. */
  secrets: readonly string[];
  /** What of it could not be read: a few words each. */
  missing: readonly string[];
}

type Answer = { object: KubeObject } | { missing: string };

/** Of whom it is known by whom it was asked: pods of one kind have the same. */
export function pullerKey({ namespace, spec = {} }: ImagePuller): string {
  return `${namespace} ${String(spec['serviceAccountName'] ?? '')} ${pullSecretNames(spec['imagePullSecrets'])?.join(',') ?? ''}`;
}

/**
 * The secrets that kubelets would pull with: those of the pod, else those of its service account, which pods get when they
 * are made. Nothing is read twice.
 */
export function pullKeyrings(get: GetNamed): (puller: ImagePuller) => Promise<PullKeyring> {
  const known = new Map<string, Promise<Answer>>();
  const read = (resource: 'secrets' | 'serviceaccounts', namespace: string, name: string): Promise<Answer> => {
    const key = `${resource} ${namespace} ${name}`;
    const answer =
      known.get(key) ?? get(resource, namespace, name).then((object) => ({ object }), missing(resource, name));
    known.set(key, answer);
    return answer;
  };
  return async ({ namespace, spec }) => {
    if (!spec || namespace === '') return { entries: [], secrets: [], missing: [] };
    const gone: string[] = [];
    let names = pullSecretNames(spec['imagePullSecrets']);
    if (!names) {
      const account = await read('serviceaccounts', namespace, String(spec['serviceAccountName'] || 'default'));
      if ('missing' in account) gone.push(account.missing);
      else names = pullSecretNames(account.object['imagePullSecrets']);
    }
    const answers = await Promise.all((names ?? []).map((name) => read('secrets', namespace, name)));
    const found = answers.flatMap((one) => ('object' in one ? one.object : []));
    gone.push(...answers.flatMap((one) => ('missing' in one ? one.missing : [])));
    return { entries: keyringOf(found), secrets: found.map(({ metadata }) => metadata.name ?? ''), missing: gone };
  };
}

const words = { secrets: 'pull secret', serviceaccounts: 'service account' } as const;

function missing(resource: keyof typeof words, name: string): (error: unknown) => Answer {
  return (error) => {
    // Nothing of this is a reason to tell nothing of the image.
    if (!(error instanceof KctlError)) throw error;
    const code = error instanceof ApiStatusError ? error.httpCode : 0;
    const why = code === 404 ? 'is not there' : code === 403 ? 'may not be read' : `cannot be read: ${error.message}`;
    return { missing: `${words[resource]} ${name} ${why}` };
  };
}
