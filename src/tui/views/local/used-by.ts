import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { usingKinds, waysOfUse } from '../../../api/uses.ts';
import { say } from '../../words/say.ts';
import type { Kept, LiveKinds } from '../pages/live-kinds.ts';
import type { ObjectRef } from '../view.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { columns, type LocalTable, localResource } from './local-table.ts';

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

/** What is kept of an object that uses the one that is asked for. */
interface User {
  how: string;
  /** What made it. */
  owner: string;
  created: string | undefined;
}

/** @returns undefined for an object that does not use it */
function userOf(object: KubeObject, { resource, namespace, name }: ObjectRef): User | undefined {
  const ways = waysOfUse(object, { kind: resource.kind, namespace, name });
  if (ways.length === 0) return undefined;
  const { ownerReferences = [], creationTimestamp } = object.metadata;
  const owner = ownerReferences.find(({ controller }) => controller)?.name ?? '';
  return { how: ways.join(', '), owner, created: creationTimestamp };
}

function userRow({ resource, namespace, name, uid, value }: Kept): DerivedRow[] {
  if (value === undefined) return [];
  const { how, owner, created } = value as User;
  const kind = groupResource(resource);
  const ref = refTo(resource, namespace, name, uid);
  return [{ id: `${kind}/${name}`, namespace, cells: [name, kind, how, owner, ''], ref, created }];
}

/** What may not be read may use the object all the same: that is said, and not left out. */
function unreadableRow(kind: string, live: LiveKinds): DerivedRow {
  const why = live.errorOf(kind)?.message.split('\n')[0] ?? '';
  return { id: `?${kind}`, cells: ['?', kind, say('not readable: {kinds}', { kinds: why }), '', ''] };
}

/** Who uses an object: pods, what makes them, ingresses, accounts, bindings, each with the way it does; live. */
export const usedByTable: LocalTable = {
  resource: usedByResource,
  open(services, { parent }) {
    if (!parent) return undefined;
    const { namespace } = parent;
    return derivedTable(services, {
      columns: columns('Name', 'Kind', 'How', 'Owner', 'Age'),
      kinds: usingKinds.map((kind) => ({
        kind,
        scope: namespace === undefined ? {} : { namespace },
        optional: true,
        keep: (object) => userOf(object, parent),
      })),
      rows: (live) => [
        ...usingKinds.flatMap((kind) => [...live.items(kind).values()].flatMap(userRow)),
        ...live.refused().map((kind) => unreadableRow(kind, live)),
      ],
    });
  },
};
