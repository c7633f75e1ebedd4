import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { groupResource, parseApiVersion } from '../../api/resource.ts';
import { builtinResources, findBuiltinKind } from '../../api/resources.ts';
import type { Lister } from '../client.ts';

export interface KnownResource {
  /** `widgets.example.com` */
  name: string;
  namespaced: boolean;
  /** The preferred one, or that in which custom objects are stored. */
  version: string;
}

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
/** The second home of core events: the same objects. */
const ALIAS = 'events.events.k8s.io';

const knownBuiltin = (resource: { group: string; plural: string; namespaced: boolean; version: string }) => ({
  name: groupResource(resource),
  namespaced: resource.namespaced,
  version: resource.version,
});

const storedVersion = ({ versions = [] }: KubeObject['spec']): string =>
  versions.find(({ storage }: { storage: boolean }) => storage)?.name ?? '';

const builtins: readonly KnownResource[] = [
  ...new Map(
    builtinResources
      .filter(({ verbs, group }) => verbs.includes('list') && verbs.includes('delete') && group !== 'metrics.k8s.io')
      .map((resource) => [groupResource(resource), knownBuiltin(resource)] as const),
  ).values(),
].filter(({ name }) => name !== ALIAS);

/** Every resource whose objects can be listed and deleted, custom ones included. */
export function knownResources(lister: Lister): KnownResource[] {
  const custom = lister.list<KubeObject>(CRDS).map(({ spec }) => ({
    name: `${spec.names.plural}.${spec.group}`,
    namespaced: spec.scope === 'Namespaced',
    version: storedVersion(spec),
  }));
  return [...builtins, ...custom];
}

/** The resource that an owner reference points into; undefined for a kind that nobody serves. */
export function resourceOfOwner(
  lister: Lister,
  owner: Pick<OwnerReference, 'apiVersion' | 'kind'>,
): KnownResource | undefined {
  const builtin = findBuiltinKind(owner.apiVersion, owner.kind);
  if (builtin) return knownBuiltin(builtin);
  const { group } = parseApiVersion(owner.apiVersion);
  const crd = lister.list<KubeObject>(CRDS).find(({ spec }) => spec.group === group && spec.names.kind === owner.kind);
  if (!crd) return undefined;
  const { names, scope } = crd['spec'];
  return { name: `${names.plural}.${group}`, namespaced: scope === 'Namespaced', version: storedVersion(crd['spec']) };
}
