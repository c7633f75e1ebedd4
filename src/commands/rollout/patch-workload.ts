import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { DryRun } from '../shared/write-flags.ts';
import type { Workload } from './workloads.ts';

const contentTypes = {
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** Sends a patch and returns the object as it is then; a client's dry run sends nothing. */
export async function patchWorkload(
  { resource, object }: Workload,
  cluster: Cluster,
  patch: { type: keyof typeof contentTypes; body: unknown },
  options: { dryRun?: DryRun; fieldManager?: string } = {},
): Promise<Workload> {
  if (options.dryRun === 'client') return { resource, object };
  const { namespace, name } = object.metadata;
  const patched = await cluster.transport.json<KubeObject>({
    method: 'PATCH',
    path: resourcePath(resource, { namespace, name }),
    contentType: contentTypes[patch.type],
    query: {
      dryRun: options.dryRun === 'server' ? 'All' : undefined,
      fieldManager: options.fieldManager,
    },
    body: JSON.stringify(patch.body),
  });
  return { resource, object: patched };
}
