import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { groupResource, parseApiVersion } from '../../api/resource.ts';
import { builtinResources, findBuiltinKind } from '../../api/resources.ts';
import type { Lister } from '../client.ts';

export interface KnownResource {
  /** `widgets.example.com` */
  name: string;
  namespaced: boolean;
}

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
/** The second home of core events: the same objects. */
const ALIAS = 'events.events.k8s.io';

const builtins: readonly KnownResource[] = [
  ...new Map(
    builtinResources
      .filter(({ verbs, group }) => verbs.includes('list') && verbs.includes('delete') && group !== 'metrics.k8s.io')
      .map((resource) => [groupResource(resource), { name: groupResource(resource), namespaced: resource.namespaced }]),
  ).values(),
].filter(({ name }) => name !== ALIAS);

/** Every resource whose objects can be listed and deleted, custom ones included. */
export function knownResources(lister: Lister): KnownResource[] {
  const custom = lister.list<KubeObject>(CRDS).map(({ spec }) => ({
    name: `${spec.names.plural}.${spec.group}`,
    namespaced: spec.scope === 'Namespaced',
  }));
  return [...builtins, ...custom];
}

/** The resource that an owner reference points into; undefined for a kind that nobody serves. */
export function resourceOfOwner(
  lister: Lister,
  owner: Pick<OwnerReference, 'apiVersion' | 'kind'>,
): KnownResource | undefined {
  const builtin = findBuiltinKind(owner.apiVersion, owner.kind);
  if (builtin) return { name: groupResource(builtin), namespaced: builtin.namespaced };
  const { group } = parseApiVersion(owner.apiVersion);
  const crd = lister.list<KubeObject>(CRDS).find(({ spec }) => spec.group === group && spec.names.kind === owner.kind);
  return crd && { name: `${crd['spec'].names.plural}.${group}`, namespaced: crd['spec'].scope === 'Namespaced' };
}
