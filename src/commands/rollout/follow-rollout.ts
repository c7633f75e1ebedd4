import type { KubeObject } from '../../api/meta.ts';
import { type NodePulls, nodePullsPath } from '../../api/node-pulls.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Source } from '../../api/source.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { statusError } from '../../kube/transport/status-error.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { RolloutReader } from '../../store/rollout/fetcher.ts';
import type { RolloutStore } from '../../store/rollout/rollout-store.ts';
import type { RolloutKind } from '../../store/rollout/state.ts';
import type { CommandContext } from '../command.ts';
import type { WorldOptions } from './diff/world.ts';
import { keeperOf } from './revision-history.ts';
import type { Workload } from './workloads.ts';

/**
 * Feeds a store with everything that belongs to one rollout: the workload, its revisions, its pods, the
 * budgets and events of its namespace. @returns the function that ends it
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
  // About pods, what makes them and their claims: field selectors know no "or".
  start('event', findBuiltin('events'), {});
  start('budget', findBuiltin('poddisruptionbudgets.policy'), {});
  return () => {
    for (const source of sources) source.stop();
  };
}

/** Lines of a crashed run's log that are worth showing. */
const LOG_LINES = 5;

/** What no watch brings, asked for with the user's own rights; of images the cluster or their registries. */
export function rolloutReader(
  { object }: Workload,
  cluster: Cluster,
  registries: WorldOptions,
  context: Pick<CommandContext, 'io' | 'signal'>,
): RolloutReader {
  const { transport } = cluster;
  const { signal } = context;
  const { namespace } = object.metadata;
  const opened = (async () => {
    const { diffWorld } = await import('./diff/world.ts');
    return diffWorld(cluster, object.spec?.template ?? {}, namespace ?? '', registries, context);
  })();
  const get = <T>(path: string): Promise<T> => transport.json<T>({ method: 'GET', path, signal });
  const pods = findBuiltin('pods')!;
  const log = async (pod: string, container: string, previous: boolean): Promise<string[]> => {
    const path = `${resourcePath(pods, { namespace, name: pod })}/log`;
    const query = { container, previous, tailLines: LOG_LINES };
    const response = await transport.send({ method: 'GET', path, query, accept: '*/*', signal });
    const text = await response.text();
    if (response.status >= 400) throw statusError(response.status, text, { method: 'GET', path });
    return text.split('\n').filter((line) => line !== '');
  };
  return {
    async image(reference) {
      const world = await opened;
      const [node] = (await world.nodes()) ?? [];
      const { operatingSystem = 'linux', architecture = 'amd64' } = node?.['status']?.nodeInfo ?? {};
      const known = await world.image(reference, { os: operatingSystem, architecture });
      return 'facts' in known ? known.facts : undefined;
    },
    node: (name) => get<KubeObject>(resourcePath(findBuiltin('nodes')!, { name })),
    async pulls(node) {
      const told = await get<NodePulls>(nodePullsPath(node));
      return told.pulls ? told : undefined;
    },
    // Where the node has cleared the run before away, the present one may tell.
    log: (pod, container) => log(pod, container, true).catch(() => log(pod, container, false)),
  };
}
