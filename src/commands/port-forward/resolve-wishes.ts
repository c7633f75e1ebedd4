import type { KubeList, KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { ForwardWish } from '../../store/forwards/forward-words.ts';
import { candidatesIn, type ForwardMeaning, type ForwardPlace, meaningOf } from '../../store/forwards/meaning-of.ts';
import type { CommandContext } from '../command.ts';

/** A wish with what it means. */
export interface ResolvedWish extends ForwardMeaning {
  wish: ForwardWish;
  cluster: Cluster;
}

/** Finds what wishes mean, all before any is begun. @throws KctlError for the first that means nothing */
export async function resolveWishes(
  wishes: readonly ForwardWish[],
  { connect, tool }: Pick<CommandContext, 'connect' | 'tool'>,
): Promise<ResolvedWish[]> {
  const lists = new Map<string, Promise<KubeObject[]>>();
  return Promise.all(
    wishes.map(async (wish) => {
      const connected = await connect(wish.context);
      const cluster = wish.namespace === undefined ? connected : inNamespace(connected, wish.namespace);
      const place = placeOf(cluster);
      const candidates = () => {
        const key = JSON.stringify([wish.context, cluster.namespace]);
        const list = lists.get(key) ?? candidatesIn(place);
        lists.set(key, list);
        return list;
      };
      return { wish, cluster, ...(await meaningOf(wish, place, candidates, tool)) };
    }),
  );
}

function inNamespace(cluster: Cluster, namespace: string): Cluster {
  return Object.create(cluster, { namespace: { value: namespace }, namespaceExplicit: { value: true } }) as Cluster;
}

function placeOf({ contextName, namespace, discovery, transport }: Cluster): ForwardPlace {
  return {
    contextName,
    namespace,
    resolve: (type) => discovery.resolve(type),
    get: (resource, inNamespace, name) =>
      transport.json<KubeObject>({ method: 'GET', path: resourcePath(resource, { namespace: inNamespace, name }) }),
    async list(resource, { namespace: inNamespace, ...query }) {
      const path = resourcePath(resource, { namespace: inNamespace });
      return (await transport.json<KubeList>({ method: 'GET', path, query })).items;
    },
  };
}
