import type { KubeObject } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import type { KnownObject, Ownership } from '../../kube/ownership.ts';
import type { PropagationPolicy } from '../shared/cascade.ts';

/** An object that would go, and why. */
export interface GoingObject extends KnownObject {
  because: 'selected' | 'owned' | 'in the namespace' | 'of the type';
  /** What takes it along; absent for what was selected. */
  parent?: GoingObject;
}

export interface Outcome {
  /** By uid; each parent stands before what it takes along. */
  going: ReadonlyMap<string, GoingObject>;
  /** Owned by what goes, and staying: another owner is there, or the policy leaves them without one. */
  staying: readonly { object: KnownObject; why: string }[];
}

/** A selected object; the whole of it is known where it could be read. */
export interface Selected extends KnownObject {
  object: KubeObject;
}

/**
 * What goes with the selected objects: all that a namespace holds, all objects of a type, and what nobody else owns
 * (garbage collection: an object goes when none of its owners is left). With `Orphan` dependents stay.
 */
export function whatGoes(selected: readonly Selected[], ownership: Ownership, policy: PropagationPolicy): Outcome {
  const going = new Map<string, GoingObject>();
  const staying: { object: KnownObject; why: string }[] = [];
  const take = (object: GoingObject): void => {
    const { uid = '' } = object.metadata;
    if (!going.has(uid)) going.set(uid, object);
  };
  for (const { resource, metadata } of selected) take({ resource, metadata, because: 'selected' });
  for (const { object, metadata } of selected) {
    const parent = going.get(metadata.uid ?? '')!;
    for (const content of contentsOf(object, ownership)) take({ ...content.known, because: content.because, parent });
  }
  // A map goes on to what is added while it is walked.
  for (const parent of going.values()) {
    for (const child of ownership.children(parent.metadata.uid ?? '')) {
      const { uid = '', ownerReferences = [] } = child.metadata;
      if (going.has(uid)) continue;
      // Only what is selected is deleted by this policy; what it takes along is collected with all it owns.
      if (policy === 'Orphan' && parent.because === 'selected') {
        staying.push({ object: child, why: 'stays without its owner (orphan)' });
        continue;
      }
      const other = ownerReferences.find((owner) => !going.has(owner.uid) && ownership.find(owner.uid));
      if (other) staying.push({ object: child, why: `stays: ${other.kind.toLowerCase()}/${other.name} owns it too` });
      else take({ ...child, because: 'owned', parent });
    }
  }
  const left = staying.filter(({ object }) => !going.has(object.metadata.uid ?? ''));
  return { going, staying: [...new Map(left.map((one) => [one.object.metadata.uid, one])).values()] };
}

function contentsOf(object: KubeObject, { objects }: Ownership) {
  if (object.kind === 'Namespace') {
    const inside = objects.filter(({ metadata }) => metadata.namespace === object.metadata.name);
    return inside.map((known) => ({ known, because: 'in the namespace' as const }));
  }
  if (object.kind !== 'CustomResourceDefinition') return [];
  const type = groupResource({ group: object['spec'].group, plural: object['spec'].names.plural });
  const ofType = objects.filter(({ resource }) => groupResource(resource) === type);
  return ofType.map((known) => ({ known, because: 'of the type' as const }));
}
