import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { StoreEvent } from '../client.ts';
import type { ControlContext, Controller } from './controller.ts';
import { knownResources, resourceOfOwner } from './known-resources.ts';
import { deleteIfThere, withOwners } from './ownership.ts';
import type { Again } from './work-queue.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const COMPONENT = 'garbage-collector-controller';
const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
/** Events have an owner in what they are about and an end of their own: nobody collects them. */
const IGNORED = 'events';
/** So many owners are remembered to be gone. */
const GONE_LIMIT = 500;

/** `resource|namespace/name` */
const keyFor = (resource: string, object: KubeObject): string =>
  `${resource}|${object.metadata.namespace ?? ''}/${object.metadata.name}`;

function parseKey(key: string): [resource: string, namespace: string | undefined, name: string] {
  const bar = key.indexOf('|');
  const slash = key.indexOf('/', bar);
  return [key.slice(0, bar), key.slice(bar + 1, slash) || undefined, key.slice(slash + 1)];
}

const isDeletingDependents = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND);

/**
 * Deletes what has lost its owners (kubernetes pkg/controller/garbagecollector), over every kind.
 * The graph is only uid → dependents; whether an owner still lives is read from storage at the moment
 * of the decision, so the graph can never be wrong about it.
 */
export class GarbageCollector {
  readonly #context: ControlContext;
  readonly #dependents = new Map<string, Set<string>>();
  readonly #initial: string[] = [];
  /** Uids of owners that were seen to go: what they owned is judged also when their kind is no longer served. */
  readonly #gone = new Set<string>();
  /** What refers to kinds that nobody serves (yet). */
  readonly #unresolved = new Set<string>();

  constructor(context: ControlContext) {
    this.#context = context;
    for (const { name } of knownResources(context.lister)) {
      if (name === IGNORED) continue;
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
    if (resource === IGNORED) return [];
    const { object, previous, type } = event;
    const key = keyFor(resource, object);
    if (type === 'DELETED') {
      this.#unlink(key, object);
      const uid = object.metadata.uid!;
      const dependents = [...(this.#dependents.get(uid) ?? [])];
      if (dependents.length > 0) this.#remember(uid);
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
    if (resource === CRDS && this.#unresolved.size > 0) {
      keys.push(...this.#unresolved);
      this.#unresolved.clear();
    }
    // Whose owner this is said to be, in another namespace, is told so.
    if (type === 'ADDED') keys.push(...(this.#dependents.get(object.metadata.uid!) ?? []));
    if (startsEnding || (refsChanged && after?.length)) keys.push(key);
    if (refsChanged && previous) keys.push(...this.#ownerKeys(previous));
    return keys;
  }

  #ownerKeys(object: KubeObject): string[] {
    return (object.metadata.ownerReferences ?? []).flatMap((reference) => {
      const owner = this.#ownerOf(object, reference);
      if (typeof owner === 'string') return [];
      return owner.object.metadata.deletionTimestamp ? [keyFor(owner.resource, owner.object)] : [];
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

  #remember(uid: string): void {
    this.#gone.add(uid);
    if (this.#gone.size > GONE_LIMIT) this.#gone.delete(this.#gone.values().next().value!);
  }

  /**
   * The owner with that very uid. `absent`: a namesake is somebody else, and an owner in another namespace is none.
   * `unknown`: nobody serves its kind, which may only be not yet. `invalid`: something of no namespace cannot be owned
   * by something in one; nothing is decided about it.
   */
  #ownerOf(
    object: KubeObject,
    reference: OwnerReference,
  ): { resource: string; object: KubeObject } | 'absent' | 'unknown' | 'invalid' {
    const { lister } = this.#context;
    const resource = resourceOfOwner(lister, reference);
    const { namespace } = object.metadata;
    if (resource?.namespaced && !namespace) return 'invalid';
    if (this.#gone.has(reference.uid)) return 'absent';
    if (!resource) return 'unknown';
    const owner = lister.get(resource.name, resource.namespaced ? namespace : undefined, reference.name);
    return owner?.metadata.uid === reference.uid ? { resource: resource.name, object: owner } : 'absent';
  }

  /** Says of a reference to something that exists, but in another namespace, that it is wrong. */
  #reportStranger(object: KubeObject, reference: OwnerReference): void {
    const { lister, recorder } = this.#context;
    const kind = this.#gone.has(reference.uid) ? undefined : resourceOfOwner(lister, reference);
    if (!kind?.namespaced) return;
    const owner = lister.list(kind.name).find(({ metadata }) => metadata.uid === reference.uid);
    if (!owner) this.#remember(reference.uid);
    if (!owner || owner.metadata.namespace === object.metadata.namespace) return;
    const namespace = object.metadata.namespace ?? '';
    const { apiVersion, kind: ownerKind, name, uid } = reference;
    const message = `ownerRef [${apiVersion}/${ownerKind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`;
    recorder.record(object, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message, component: COMPONENT });
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
        if (!isDeletingDependents(dependent.object)) await this.#judge(dependent.resource, dependent.object);
      }
    }
  }

  async #judge(resource: string, object: KubeObject): Promise<void> {
    if (object.metadata.deletionTimestamp) return;
    const gone = new Set<string>();
    const waiting = new Set<string>();
    let solid = 0;
    let isUndecided = false;
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = this.#ownerOf(object, reference);
      if (owner === 'invalid' || owner === 'absent') this.#reportStranger(object, reference);
      if (owner === 'unknown') this.#unresolved.add(keyFor(resource, object));
      if (owner === 'unknown' || owner === 'invalid') isUndecided = true;
      else if (owner === 'absent') gone.add(reference.uid);
      else if (isDeletingDependents(owner.object)) waiting.add(reference.uid);
      else solid++;
    }
    if (isUndecided) return;
    if (solid > 0) {
      if (gone.size + waiting.size > 0) await this.#dropReferences({ resource, object }, gone.union(waiting));
      return;
    }
    const dependents = this.#dependentsOf(object.metadata.uid!);
    if (waiting.size > 0 && dependents.length > 0) {
      // A dependent that is on its way out itself closes a cycle: nobody may wait for anybody then. That write makes
      // upstream's delete too old to hold, so this one goes only once its owner went.
      if (dependents.some(({ object: dependent }) => isDeletingDependents(dependent)))
        return this.#unblock(resource, object);
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
    await this.#write(
      resource,
      withOwners(object, ({ uid }) => !uids.has(uid)),
    );
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
