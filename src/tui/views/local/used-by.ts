import type { KubeObject, TableRow } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import { usingKinds, waysOfUse } from '../../../api/uses.ts';
import { ageSince } from '../../../lib/age.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

export const usedByResource = localResource('uses', 'use', 'Use');

/** Kinds that `u` asks for: others name few users or none. */
export const usedKinds: readonly string[] = [
  'configmaps',
  'secrets',
  'persistentvolumeclaims',
  'persistentvolumes',
  'serviceaccounts',
  'priorityclasses.scheduling.k8s.io',
  'storageclasses.storage.k8s.io',
  'services',
  'roles.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'ingressclasses.networking.k8s.io',
];

interface Found {
  row: TableRow;
  ref: ObjectRef | undefined;
}

/** A pod that something made says the same as its maker: only the maker is told of. */
function isMade({ metadata }: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ controller }) => controller) ?? false;
}

async function usersOf(services: DashboardServices, used: ObjectRef): Promise<Found[]> {
  const { namespace, name } = used;
  const { discovery } = services.cluster;
  const kinds = await Promise.allSettled(usingKinds.map((kind) => discovery.resolve(kind)));
  const resources = kinds.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const lists = await Promise.allSettled(
    resources.map((resource) => services.list(resource, namespace && resource.namespaced ? { namespace } : {})),
  );
  const wanted = { kind: used.resource.kind, namespace, name };
  const now = services.timing.now();
  return lists.flatMap((answer, index): Found[] => {
    const resource = resources[index]!;
    if (answer.status === 'rejected') return [unreadable(resource, answer.reason as Error)];
    return answer.value.flatMap((object) => {
      const ways = waysOfUse({ ...object, kind: object.kind ?? resource.kind }, wanted);
      return ways.length === 0 ? [] : [userRow(resource, object, ways.join(', '), now)];
    });
  });
}

function userRow(resource: ResourceInfo, object: KubeObject, how: string, now: number): Found {
  const { name = '', namespace, uid, creationTimestamp } = object.metadata;
  const cells = [
    name,
    groupResource(resource),
    how,
    isMade(object) ? object.metadata.ownerReferences!.find(({ controller }) => controller)!.name : '',
    ageSince(creationTimestamp, now),
  ];
  const row = localRow(`${groupResource(resource)}/${name}`, cells, namespace);
  if (creationTimestamp) row.object.metadata.creationTimestamp = creationTimestamp;
  return { row, ref: { resource, namespace, name, ...(uid ? { uid } : {}) } };
}

/** What may not be read may use the object all the same: that is said, and not left out. */
function unreadable(resource: ResourceInfo, error: Error): Found {
  const kind = groupResource(resource);
  return {
    row: localRow(`?${kind}`, ['?', kind, say('not readable: {why}', { why: error.message }), '', '']),
    ref: undefined,
  };
}

/** Who uses an object: pods, what makes them, ingresses, accounts, bindings, each with the way it does. */
export const usedByTable: LocalTable = {
  resource: usedByResource,
  open(services, { parent }) {
    if (!parent) return undefined;
    const refs = new Map<string, ObjectRef | undefined>();
    return {
      source: loadedSource(['Name', 'Kind', 'How', 'Owner', 'Age'], async () => {
        const found = await usersOf(services, parent);
        refs.clear();
        for (const { row, ref } of found) refs.set(row.object.metadata.name ?? '', ref);
        return found.map(({ row }) => row);
      }),
      refOf: (row) => refs.get(row.name),
    };
  },
};
