import { isSecret } from '../../../api/changes/kept-object.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import { SeenObjects } from '../../../store/seen-objects.ts';
import type { DashboardServices } from '../../services.ts';
import type { ShapeStep } from '../table-shape.ts';
import type { ObjectRef } from '../view.ts';

/** Objects of larger tables are not kept. */
const mostSeen = 500;

/** Kinds whose objects never come whole for this: values that nobody asked for, what may be large, what is news itself. */
const unseen: ReadonlySet<string> = new Set([
  'configmaps',
  'secrets',
  'events',
  'events.events.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
  'controllerrevisions.apps',
  'customresourcedefinitions.apiextensions.k8s.io',
]);

/** Kinds of which there are many: they are kept where their objects come whole for their figures, and not asked for. */
const numerous: ReadonlySet<string> = new Set(['pods', 'replicasets.apps', 'jobs.batch']);

interface Seen {
  objects: SeenObjects;
  /** Kinds of which there were too many when they were listed last, with the namespace. */
  many: Set<string>;
}

const ofServices = new WeakMap<DashboardServices, Seen>();

function seenBy(services: DashboardServices): Seen {
  const known = ofServices.get(services) ?? { objects: new SeenObjects(services.timing), many: new Set<string>() };
  ofServices.set(services, known);
  return known;
}

/** What is known of objects in this session that tables have shown. */
export const seenObjects = (services: DashboardServices): SeenObjects => seenBy(services).objects;

/** Names an object among all of its cluster. */
export function objectKey({ resource, namespace, name }: Pick<ObjectRef, 'resource' | 'namespace' | 'name'>): string {
  return `${groupResource(resource)} ${namespace ?? ''}/${name}`;
}

/** A server may send metadata all the same. */
function isWholeObject(object: KubeObject): boolean {
  return object.kind !== 'PartialObjectMetadata' && Object.keys(object).length > 3;
}

/**
 * Keeps the versions of objects that go by in a table, so that what has changed can be told when somebody asks.
 * @param options.isWhole objects come whole for another reason
 * @param options.onMany called once where objects come whole for this alone and there are too many of them
 * @returns undefined where objects are not to be kept
 */
export function seenStep(
  services: DashboardServices,
  resource: ResourceInfo,
  options: { namespace: string | undefined; isWhole: boolean; onMany(): void },
): ShapeStep | undefined {
  const { objects, many } = seenBy(services);
  const kind = groupResource(resource);
  const place = `${kind} ${options.namespace ?? ''}`;
  const asks = !options.isWhole && !numerous.has(kind);
  if (unseen.has(kind) || (asks && many.has(place))) return undefined;
  const names = new Set<string>();
  let isOver = false;
  return {
    wholeObjects: asks,
    columns: (columns) => [...columns],
    cells(cells, object) {
      if (isOver || !isWholeObject(object) || isSecret(object)) return cells;
      const { namespace, name = '' } = object.metadata;
      names.add(`${namespace ?? ''}/${name}`);
      if (names.size > mostSeen) {
        isOver = true;
        names.clear();
        many.add(place);
        if (asks) services.timing.after(0, options.onMany);
      } else objects.take(objectKey({ resource, namespace, name }), object);
      return cells;
    },
  };
}
