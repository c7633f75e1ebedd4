import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { CommandContext } from '../command.ts';
import type { Manifest } from '../shared/manifests.ts';
import { writeQuery } from '../shared/write-flags.ts';
import { warnIfDeleting } from './client-side.ts';
import { migrateManagers } from './migrate.ts';
import type { Applied, ApplyOptions } from './options.ts';

/** kubectl's own words, which people search for. */
const conflictAdvice = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** Server-side apply: the manifest as it is; the server knows whose fields are whose. */
export async function applyInServer(
  { object, resource }: Manifest,
  options: ApplyOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<Applied> {
  if (!object.metadata.name) throw new KctlError('input', 'resource name may not be empty');
  const send = (): Promise<KubeObject> =>
    cluster.transport.json<KubeObject>({
      method: 'PATCH',
      path: resourcePath(resource, { ...object.metadata, subresource: options.subresource || undefined }),
      query: { ...writeQuery(options), force: options.forceConflicts },
      contentType: 'application/apply-patch+yaml',
      body: toCompactJson(object),
      signal,
    });
  let applied: KubeObject;
  try {
    applied = await send();
  } catch (error) {
    throw explained(error);
  }
  applied = await migrateManagers({ object: applied, resource }, options, cluster, {
    signal,
    warn: (text) => io.stderr.write(`Warning: ${text}\n`),
    again: send,
  });
  warnIfDeleting(applied, io);
  return { object: applied, operation: 'serverside-applied' };
}

function explained(error: unknown): unknown {
  if (isApiError(error, 'Conflict')) {
    return new KctlError('api', `${error.message}\n${conflictAdvice}`, { cause: error });
  }
  if (error instanceof ApiStatusError && error.httpCode === 415) {
    return new KctlError('api', `Server-side apply not available on the server: (${error.message})`, { cause: error });
  }
  return error;
}
