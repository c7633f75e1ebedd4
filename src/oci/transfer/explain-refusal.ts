import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, type ImageReference } from '../reference.ts';
import { Refusal } from '../registry/refusal.ts';
import type { Repository } from '../registry/repository.ts';
import { familiarName } from '../store/familiar-name.ts';

/** Tags that a hint names. */
const MOST_TAGS = 8;

/** A failure of a pull in docker's words where it has them, with what may help. */
export async function pullRefusal(
  error: KctlError,
  reference: ImageReference,
  registry: Repository,
): Promise<KctlError> {
  const { registry: host, repository } = reference;
  const name = familiarName(`${host}/${repository}`);
  if (isDenied(error)) {
    const login = host === 'docker.io' ? 'kctl login' : `kctl login ${host}`;
    return new KctlError(
      'auth',
      `pull access denied for ${name}, repository does not exist or may require '${login}': ${reasonOf(error)}`,
      { cause: error },
    );
  }
  if (!(error instanceof Refusal) || error.status !== 404) return error;
  if (error.message.includes('(manifest)')) {
    const full = familiarName(canonicalReference(reference));
    const hint = await tagsHint(registry);
    return new KctlError('input', `manifest for ${full} not found: ${toldOf(error)}`, {
      ...(hint !== undefined && { hint }),
      cause: error,
    });
  }
  return error;
}

/** As `pullRefusal`, of a push. */
export function pushRefusal(error: KctlError, { registry: host, repository }: ImageReference): KctlError {
  if (!isDenied(error)) return error;
  const login = host === 'docker.io' ? 'kctl login' : `kctl login ${host}`;
  return new KctlError(
    'auth',
    `push access denied for ${familiarName(`${host}/${repository}`)}, it may require '${login}': ${reasonOf(error)}`,
    { cause: error },
  );
}

/** A helper that fails says itself what may be done. */
const isDenied = (error: KctlError): boolean => error.code === 'auth' && error.hint === undefined;

function reasonOf(error: KctlError): string {
  if (!(error instanceof Refusal)) return error.message;
  return error.told || (error.status === 401 ? 'unauthorized' : 'denied');
}

async function tagsHint(registry: Repository): Promise<string | undefined> {
  try {
    const tags = await registry.tags(MOST_TAGS + 1);
    if (tags.length === 0) return undefined;
    const more = tags.length > MOST_TAGS ? ', …' : '';
    return `There are the tags ${tags.slice(0, MOST_TAGS).join(', ')}${more}`;
  } catch {
    return undefined;
  }
}

/** docker's registry says just these words, others tell more. */
function toldOf({ told }: Refusal): string {
  return told === '' || told === 'manifest unknown' ? 'manifest unknown' : `manifest unknown: ${told}`;
}
