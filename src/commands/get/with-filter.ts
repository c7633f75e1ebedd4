import type { ResourceInfo } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { objectFilter } from '../shared/where.ts';
import type { GetOptions } from './options.ts';

/** The options with the filter that `--where` asks for, now that the types are known; the same where it asks nothing. */
export async function withFilter(
  options: GetOptions,
  targets: readonly { resource: ResourceInfo }[],
  cluster: Cluster,
): Promise<GetOptions> {
  if (options.where === '') return options;
  const resources = targets.map(({ resource }) => resource);
  return { ...options, filter: await objectFilter(options.where, resources, cluster) };
}
