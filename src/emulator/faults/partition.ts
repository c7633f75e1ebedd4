import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { notFound } from '../errors.ts';

/** What makes a node silent: see kubelet/node-facts.ts. */
const DOWN = 'kctl.dev/down';
/** Who made it so: a fault, which ends at the latest with the process. */
const BY_FAULT = 'kctl.dev/partitioned';

const annotationsOf = ({ metadata }: KubeObject): Record<string, string> => metadata.annotations ?? {};

/**
 * Cuts nodes off from the API server, or joins them again: their kubelets neither report nor hear, and what runs
 * there runs on. A node that somebody took down otherwise stays down.
 * @throws ApiStatusError 404 before anything is changed
 */
export async function partitionNodes(
  { client, lister }: { client: ApiClient; lister: Lister },
  names: readonly string[],
  isCut: boolean,
): Promise<void> {
  if (isCut) {
    for (const name of names)
      if (!lister.get('nodes', undefined, name)) throw notFound({ group: '', plural: 'nodes' }, name);
  }
  for (const name of names) await change(client, lister, name, isCut);
}

async function change(client: ApiClient, lister: Lister, name: string, isCut: boolean): Promise<void> {
  for (;;) {
    const node = lister.get('nodes', undefined, name);
    if (!node) return;
    const { [DOWN]: down, [BY_FAULT]: byFault, ...others } = annotationsOf(node);
    const isDone = isCut ? down !== undefined && down !== 'false' : byFault === undefined;
    if (isDone) return;
    const annotations = isCut ? { ...others, [DOWN]: 'true', [BY_FAULT]: 'true' } : others;
    try {
      await client.update('nodes', { ...node, metadata: { ...node.metadata, annotations } });
      return;
    } catch (error) {
      if (!isApiError(error, 'Conflict')) throw error;
    }
  }
}

/** Joins nodes again that the faults of an earlier process had cut off. */
export async function healPartitions(world: { client: ApiClient; lister: Lister }): Promise<void> {
  const cut = world.lister.list<KubeObject>('nodes').filter((node) => annotationsOf(node)[BY_FAULT] !== undefined);
  await partitionNodes(
    world,
    cut.map(({ metadata }) => metadata.name!),
    false,
  );
}
