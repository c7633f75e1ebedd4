import { type ImageFacts, imageFactsPath } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Source } from '../../api/source.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { RolloutStore } from '../../store/rollout/rollout-store.ts';
import type { RolloutKind } from '../../store/rollout/state.ts';
import { keeperOf } from './revision-history.ts';
import type { Workload } from './workloads.ts';

/**
 * Feeds a store with everything that belongs to one rollout: the workload, its revisions, its pods,
 * and the events about pods. @returns the function that ends it
 */
export async function followRollout(store: RolloutStore, workload: Workload, cluster: Cluster): Promise<() => void> {
  const { objectReflector } = await import('../../kube/reflector.ts');
  const { object, resource } = workload;
  const { name = '', namespace } = object.metadata;
  const scope = namespace ? { namespace } : {};
  const labelSelector = selectorOf(object.spec?.selector).toString();
  const keeper = findBuiltin(`${keeperOf(object.kind)?.plural}.apps`);
  const sources: Source<KubeObject>[] = [];
  const start = (kind: RolloutKind, of: ResourceInfo | undefined, query: object) => {
    if (!of) return;
    const source = objectReflector(cluster.transport, of, { ...scope, ...query });
    source.start(store.sink(kind));
    sources.push(source);
  };
  start('workload', resource, { name });
  start('revision', keeper, { labelSelector });
  start('pod', findBuiltin('pods'), { labelSelector });
  start('event', findBuiltin('events'), { fieldSelector: 'involvedObject.kind=Pod' });
  return () => {
    for (const source of sources) source.stop();
  };
}

/**
 * A function that asks for the facts of images not asked for yet. The first server that does not
 * know the path is not asked again: only the bundled cluster knows facts.
 */
export function imageAsker(store: RolloutStore, cluster: Cluster): () => void {
  const asked = new Set<string>();
  let served = true;
  const ask = async (reference: string): Promise<void> => {
    const facts = await cluster.transport
      .json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference) })
      .catch(() => null);
    if (facts?.layers) store.dispatch({ type: 'image', reference, facts });
    // An image that cannot be pulled has no facts on any server, so one answer decides nothing.
    else if (asked.size > 4 && store.getSnapshot().state.images.size === 0) served = false;
  };
  return () => {
    if (!served) return;
    for (const reference of store.unknownImages()) {
      if (asked.has(reference)) continue;
      asked.add(reference);
      void ask(reference);
    }
  };
}
