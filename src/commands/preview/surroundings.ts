import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { World } from '../why/world.ts';

/** What stands around the objects that a change is about. */
export interface Surroundings {
  pods: readonly KubeObject[];
  services: readonly KubeObject[];
  budgets: readonly KubeObject[];
  claims: readonly KubeObject[];
  volumes: readonly KubeObject[];
  /** What may not be read, so that nothing is said of it. */
  missing: readonly string[];
}

/** @param namespaces those to look into; undefined: all */
export async function readSurroundings(
  cluster: Cluster,
  namespaces: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Surroundings> {
  const world = new World(cluster, signal);
  const everywhere = async (resource: string): Promise<KubeObject[]> => {
    const lists = (namespaces ?? [undefined]).map((namespace) => world.list(resource, namespace));
    return (await Promise.all(lists)).flat();
  };
  const [pods, services, budgets, claims] = await Promise.all(
    ['pods', 'services', 'poddisruptionbudgets.policy', 'persistentvolumeclaims'].map(everywhere),
  );
  const bound = claims!.some(({ spec }) => spec?.volumeName);
  const volumes = bound ? await world.list('persistentvolumes') : [];
  return { pods: pods!, services: services!, budgets: budgets!, claims: claims!, volumes, missing: world.missing };
}
