import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { CommandContext } from '../command.ts';
import type { Manifest } from '../shared/manifests.ts';
import { writeQuery } from '../shared/write-flags.ts';
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
  { object, resource, source }: Manifest,
  options: ApplyOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<Applied> {
  if (!object.metadata.name) {
    throw new KctlError('input', `error when applying "${source}": metadata.name is required for server-side apply`);
  }
  try {
    const applied = await cluster.transport.json<KubeObject>({
      method: 'PATCH',
      path: resourcePath(resource, object.metadata),
      query: { ...writeQuery(options), force: options.forceConflicts },
      contentType: 'application/apply-patch+yaml',
      body: toCompactJson(object),
      signal,
    });
    return { object: applied, operation: 'serverside-applied' };
  } catch (error) {
    if (isApiError(error, 'Conflict')) {
      throw new KctlError('api', `${error.message}\n${conflictAdvice}`, { cause: error });
    }
    throw error;
  }
}
