import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { StoreEvent } from '../client.ts';
import type { ControlContext, Controller } from './controller.ts';
import { knownResources, resourceOfOwner } from './known-resources.ts';
import { deleteIfThere } from './ownership.ts';
import type { Again } from './work-queue.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** `resource|namespace/name` */
const keyFor = (resource: string, object: KubeObject): string =>
  `${resource}|${object.metadata.namespace ?? ''}/${object.metadata.name}`;

function parseKey(key: string): [resource: string, namespace: string | undefined, name: string] {
  const bar = key.indexOf('|');
  const slash = key.indexOf('/', bar);
  return [key.slice(0, bar), key.slice(bar + 1, slash) || undefined, key.slice(slash + 1)];
}

/**
 * Deletes what has lost its owners (kubernetes pkg/controller/garbagecollector), over every kind.
 * The graph is only uid → dependents; whether an owner still lives is read from storage at the moment
 * of the decision, so the graph can never be wrong about it.
 */
export class GarbageCollector {
  readonly #context: ControlContext;
  readonly #dependents = new Map<string, Set<string>>();
  readonly #initial: string[] = [];

  constructor(context: ControlContext) {
    this.#context = context;
    for (const { name } of knownResources(context.lister)) {
      for (const object of context.lister.list(name)) {
        this.#link(name, object);
        if (this.#needsWork(object)) this.#initial.push(keyFor(name, object));
      }
    }
  }

  controller(): Controller & { initial: readonly string[] } {
    return {
      name: 'garbage-collector',
      watches: { '*': (event, resource) => this.#keysFor(event, resource) },
      concurrency: 4,
      reconcile: (key) => this.#reconcile(key),
      initial: this.#initial,
    };
  }

  #needsWork({ metadata }: KubeObject): boolean {
    if (metadata.ownerReferences?.length) return true;
    return (
      metadata.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).some((name) => name === FOREGROUND || name === ORPHAN)
    );
  }

  #keysFor(event: StoreEvent, resource: string): string[] {
    const { object, previous, type } = event;
    const key = keyFor(resource, object);
    if (type === 'DELETED') {
      this.#unlink(key, object);
      const uid = object.metadata.uid!;
      const dependents = [...(this.#dependents.get(uid) ?? [])];
      // Owners that wait in the foreground for this one look again.
      return [...dependents, ...this.#ownerKeys(object)];
    }
    const before = previous?.metadata.ownerReferences;
    const after = object.metadata.ownerReferences;
    const refsChanged = before !== after && JSON.stringify(before) !== JSON.stringify(after);
    if (refsChanged) {
      if (previous) this.#unlink(key, previous);
      this.#link(resource, object);
    }
    const startsEnding = object.metadata.deletionTimestamp !== undefined && !previous?.metadata.deletionTimestamp;
    const keys: string[] = [];
    if (startsEnding || (refsChanged && after?.length)) keys.push(key);
    if (refsChanged && previous) keys.push(...this.#ownerKeys(previous));
    return keys;
  }

  #ownerKeys(object: KubeObject): string[] {
    return (object.metadata.ownerReferences ?? []).flatMap((reference) => {
      const owner = this.#ownerOf(object, reference);
      return owner?.object.metadata.deletionTimestamp ? [keyFor(owner.resource, owner.object)] : [];
    });
  }

  #link(resource: string, object: KubeObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(uid);
      if (known) known.add(keyFor(resource, object));
      else this.#dependents.set(uid, new Set([keyFor(resource, object)]));
    }
  }

  #unlink(key: string, object: KubeObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(uid);
      known?.delete(key);
      if (known?.size === 0) this.#dependents.delete(uid);
    }
  }

  /** The owner with that very uid; a namesake is somebody else, and an owner in another namespace is none. */
  #ownerOf(object: KubeObject, reference: OwnerReference): { resource: string; object: KubeObject } | undefined {
    const { lister } = this.#context;
    const resource = resourceOfOwner(lister, reference);
    if (!resource) return undefined;
    const owner = lister.get(
      resource.name,
      resource.namespaced ? object.metadata.namespace : undefined,
      reference.name,
    );
    return owner?.metadata.uid === reference.uid ? { resource: resource.name, object: owner } : undefined;
  }

  #dependentsOf(uid: string): { resource: string; object: KubeObject }[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((key) => {
      const [resource, namespace, name] = parseKey(key);
      const object = this.#context.lister.get(resource, namespace, name);
      return object?.metadata.ownerReferences?.some((reference) => reference.uid === uid) ? [{ resource, object }] : [];
    });
  }

  async #reconcile(key: string): Promise<Again> {
    const [resource, namespace, name] = parseKey(key);
    const object = this.#context.lister.get(resource, namespace, name);
    if (!object) return undefined;
    if (object.metadata.deletionTimestamp) await this.#end(resource, object);
    else if (object.metadata.ownerReferences?.length) await this.#judge(resource, object);
    return undefined;
  }

  /** Clears the collector's own finalizers once the dependents are dealt with. */
  async #end(resource: string, object: KubeObject): Promise<void> {
    const finalizers = object.metadata.finalizers ?? [];
    const dependents = this.#dependentsOf(object.metadata.uid!);
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of dependents) await this.#dropReferences(dependent, new Set([object.metadata.uid!]));
      await this.#write(resource, {
        ...object,
        metadata: { ...object.metadata, finalizers: finalizers.filter((name) => name !== ORPHAN) },
      });
    } else if (finalizers.includes(FOREGROUND)) {
      const blocking = dependents.filter(({ object: dependent }) =>
        dependent.metadata.ownerReferences?.some(
          (owner) => owner.uid === object.metadata.uid && owner.blockOwnerDeletion,
        ),
      );
      if (blocking.length === 0) {
        await this.#write(resource, {
          ...object,
          metadata: { ...object.metadata, finalizers: finalizers.filter((name) => name !== FOREGROUND) },
        });
        return;
      }
      for (const dependent of dependents) {
        if (!dependent.object.metadata.deletionTimestamp) await this.#judge(dependent.resource, dependent.object);
      }
    }
  }

  async #judge(resource: string, object: KubeObject): Promise<void> {
    const gone = new Set<string>();
    const waiting = new Set<string>();
    let solid = 0;
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = this.#ownerOf(object, reference)?.object;
      if (!owner) gone.add(reference.uid);
      else if (owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes(FOREGROUND))
        waiting.add(reference.uid);
      else solid++;
    }
    if (solid > 0) {
      if (gone.size + waiting.size > 0) await this.#dropReferences({ resource, object }, gone.union(waiting));
      return;
    }
    const dependents = this.#dependentsOf(object.metadata.uid!);
    if (waiting.size > 0 && dependents.length > 0) {
      // A dependent that is on its way out itself closes a cycle: nobody may wait for anybody then.
      if (dependents.some(({ object: dependent }) => dependent.metadata.deletionTimestamp))
        await this.#unblock(resource, object);
      await deleteIfThere(this.#context, resource, object, { propagationPolicy: 'Foreground' });
      return;
    }
    await deleteIfThere(this.#context, resource, object, { propagationPolicy: this.#policyOf(object) });
  }

  #policyOf({ metadata }: KubeObject): 'Background' | 'Foreground' | 'Orphan' {
    if (metadata.finalizers?.includes(ORPHAN)) return 'Orphan';
    return metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
  }

  async #dropReferences(
    { resource, object }: { resource: string; object: KubeObject },
    uids: ReadonlySet<string>,
  ): Promise<void> {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter((reference) => !uids.has(reference.uid));
    await this.#write(resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }

  async #unblock(resource: string, object: KubeObject): Promise<void> {
    const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) => ({
      ...reference,
      blockOwnerDeletion: false,
    }));
    await this.#write(resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }

  async #write(resource: string, object: KubeObject): Promise<void> {
    try {
      await this.#context.client.update(resource, object);
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }
}
