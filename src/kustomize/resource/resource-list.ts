import { failed } from '../failure.ts';

import { setField } from '../tree/edit.ts';
import { fieldOf, Node, TAG } from '../tree/node.ts';
import { toValue } from '../tree/value.ts';
import { mergeData } from './data-map.ts';
import { effectiveNamespace, idFields, idText, NO_NAMESPACE, type ResourceId, sameId, sameNamespace } from './id.ts';
import { addOrigin, type Origin, originOf, setOrigin } from './origin.ts';
import type { Resource } from './resource.ts';

/** The objects of a build in their order; no two are the same at one time. */
export class ResourceList {
  items: Resource[];

  constructor(items: readonly Resource[] = []) {
    this.items = [];
    for (const item of items) this.add(item);
  }

  /** @throws KctlError `input` where there is one of this id */
  add(resource: Resource): void {
    const { id } = resource;
    if (this.items.some((item) => sameId(item.id, id))) {
      throw failed(`may not add resource with an already registered id: ${idText(id)}`);
    }
    this.items.push(resource);
  }

  addAll(resources: Iterable<Resource>): void {
    for (const resource of resources) this.add(resource);
  }

  /** Adds what generators made: as a new object, or in the place of one that is there, as its behavior says. */
  absorb(resources: Iterable<Resource>): void {
    for (const resource of resources) this.absorbOne(resource);
  }

  private absorbOne(resource: Resource): void {
    const { id } = resource;
    const { behavior } = resource.state;
    const matches = this.byAnyId((each) => sameId(each, id));
    if (matches.length > 1) {
      throw failed(
        `found multiple objects [${matches.map(({ id: each }) => idText(each)).join(' ')}] that could accept merge of ${idText(id)}`,
      );
    }
    const [old] = matches;
    const joins = behavior === 'merge' || behavior === 'replace';
    if (!old) {
      if (joins) throw failed(`id ${idFields(id)} does not exist; cannot merge or replace`);
      this.add(resource);
      return;
    }
    if (!joins) throw failed(`id ${idFields(id)} exists; behavior must be merge or replace`);
    const origin = originOf(old);
    resource.mergeMetadataFrom(old);
    if (behavior === 'merge') {
      mergeData(resource, old);
      if (origin) setOrigin(resource, origin);
    }
    this.items[this.items.indexOf(old)] = resource;
  }

  byCurrentId(matches: (id: ResourceId) => boolean): Resource[] {
    return this.items.filter(({ id }) => matches(id));
  }

  /** By what an object is or ever was. */
  byAnyId(matches: (id: ResourceId) => boolean): Resource[] {
    return this.items.filter((item) => [...item.previousIds, item.id].some(matches));
  }

  /** The one object that is or was this. @throws KctlError `input` for none and for several */
  one(id: ResourceId): Resource {
    const [found, ...more] = this.byAnyId((each) => sameId(id, each));
    if (found && more.length === 0) return found;
    const problem = found ? 'multiple matches for Id' : 'no matches for Id';
    throw failed(`${problem} ${idText(id)}; failed to find unique target for patch ${idText(id)}`);
  }

  dropEmpties(): void {
    this.items = this.items.filter((item) => !item.isEmpty);
  }

  addOrigins(origin: Origin): void {
    for (const item of this.items) if (!originOf(item)) setOrigin(item, origin);
  }

  addTransformation(origin: Origin): void {
    for (const item of this.items) addOrigin(item, origin);
  }

  /** The objects that an object may mean when it gives a name. */
  referableBy(referrer: Resource): ResourceList {
    const { id } = referrer;
    if (id.clusterScoped) return this;
    const namespaces = subjectNamespaces(referrer);
    const result = new ResourceList();
    result.items = this.items.filter((item) => {
      const each = item.id;
      return each.clusterScoped || sameNamespace(each, id) || namespaces.has(item.namespace);
    });
    return result;
  }

  /** By the namespace that objects have now, or had in their files; those without one are left out. */
  byNamespace(when: 'now' | 'originally'): Map<string, Resource[]> {
    const groups = new Map<string, Resource[]>();
    for (const item of this.items) {
      const namespace = effectiveNamespace(when === 'now' ? item.id : item.originalId);
      if (namespace === NO_NAMESPACE) continue;
      const group = groups.get(namespace);
      if (group) group.push(item);
      else groups.set(namespace, [item]);
    }
    return groups;
  }

  annotateAll(name: string, value: string): void {
    for (const { node } of this.items) {
      const metadata = setOrMake(node, 'metadata');
      setField(setOrMake(metadata, 'annotations'), name, new Node('scalar', { value, tag: TAG.str }));
    }
  }
}

function setOrMake(map: Node, name: string): Node {
  for (let at = 0; at + 1 < map.content.length; at += 2) {
    if (map.content[at]!.value !== name) continue;
    const found = map.content[at + 1]!;
    if (found.tag !== TAG.null) return found;
    found.become(new Node('map', { tag: TAG.map }));
    return found;
  }
  return setField(map, name, new Node('map', { tag: TAG.map }))!;
}

/** A role binding also refers to accounts of other namespaces. */
function subjectNamespaces(referrer: Resource): Set<string> {
  const result = new Set<string>();
  if (referrer.kind !== 'RoleBinding') return result;
  const list = fieldOf(referrer.node, 'subjects');
  for (const subject of list?.content ?? []) {
    const namespace = fieldOf(subject, 'namespace');
    if (!namespace || fieldOf(subject, 'kind')?.value !== 'ServiceAccount') continue;
    const value = toValue(namespace);
    if (typeof value !== 'string') {
      throw failed(`Invalid Input: namespace is blank for resource ${JSON.stringify(idText(referrer.id))}\n`);
    }
    result.add(value);
  }
  return result;
}
