import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Selector } from '../../lib/label-selector.ts';
import type { StoreEvent } from '../client.ts';
import { jsonEqual } from '../registry/equal.ts';
import { type ControlContext, keyOf } from './controller.ts';
import { resourceOfOwner } from './known-resources.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller);
}

/** The reference by which `owner` controls what it makes. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name!,
    uid: owner.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Keys of the owners of `kind` before and after a change; empty when another kind owns the object. */
export function ownerKeys(kind: string, event: StoreEvent): string[] {
  const keys = new Set<string>();
  for (const object of [event.object, event.previous]) {
    const owner = object && controllerOf(object);
    if (owner?.kind === kind) keys.add(`${object!.metadata.namespace}/${owner.name}`);
  }
  return [...keys];
}

/**
 * What `owner` controls of `resource`, after taking orphans that match its selector and letting go
 * what it controls but no longer matches (kubernetes controller_ref_manager: an owner that is being
 * deleted neither adopts nor lets go, and what is being deleted is not adopted).
 *
 * @param among only these children are looked at, and returned
 * @param finalizer given to what is adopted
 */
export async function claimChildren(
  context: ControlContext,
  owner: KubeObject,
  resource: string,
  selector: Selector,
  among: (child: KubeObject) => boolean = () => true,
  finalizer?: string,
): Promise<KubeObject[]> {
  const { client, lister } = context;
  const uid = owner.metadata.uid!;
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const claimed: KubeObject[] = [];
  for (const child of [...lister.controlledBy(resource, uid)].filter(among)) {
    if (selector.matches(child.metadata.labels ?? {})) claimed.push(child);
    else if (!deleting)
      await settle(
        client.update(
          resource,
          withOwners(child, (reference) => reference.uid !== uid),
        ),
      );
  }
  if (deleting) return claimed;
  for (const child of [...lister.controlledBy(resource, '')].filter(among)) {
    if (child.metadata.namespace !== owner.metadata.namespace || child.metadata.deletionTimestamp) continue;
    if (!selector.matches(child.metadata.labels ?? {})) continue;
    // While others were taken, the owner may have gone, or another may have its name.
    if (!isStillThere(context, owner)) break;
    const ownerReferences = [...(child.metadata.ownerReferences ?? []), controllerReference(owner)];
    const others: KubeObject = { ...child, metadata: { ...child.metadata, ownerReferences } };
    if (finalizer) others.metadata.finalizers = [...new Set([...(child.metadata.finalizers ?? []), finalizer])];
    const adopted = await settle(client.update(resource, others));
    if (adopted) claimed.push(adopted);
  }
  return claimed;
}

/** `child` with those of its owners that `keep` takes; whoever has none has no such field. */
export function withOwners<T extends KubeObject>(child: T, keep: (reference: OwnerReference) => boolean): T {
  const { ownerReferences, ...metadata } = child.metadata;
  const kept = ownerReferences?.filter(keep) ?? [];
  return { ...child, metadata: kept.length > 0 ? { ...metadata, ownerReferences: kept } : metadata };
}

function isStillThere(context: ControlContext, owner: KubeObject): boolean {
  const resource = resourceOfOwner(context.lister, owner as Pick<OwnerReference, 'apiVersion' | 'kind'>);
  const { namespace, name, uid } = owner.metadata;
  const now = resource && context.lister.get<KubeObject>(resource.name, namespace, name!);
  return now !== undefined && now.metadata.uid === uid && !now.metadata.deletionTimestamp;
}

/** An object that went meanwhile needs no adoption and no release. */
async function settle(write: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Writes `status` when it differs from what is stored. */
export async function writeStatus<T extends KubeObject>(
  context: ControlContext,
  resource: string,
  object: T,
  status: Record<string, unknown>,
): Promise<T> {
  const wanted = withoutUndefined(status);
  if (jsonEqual(object['status'], wanted)) return object;
  return context.client.updateStatus(resource, { ...object, status: wanted });
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Deletes, and is content when it is gone already. */
export async function deleteIfThere(
  context: ControlContext,
  resource: string,
  object: KubeObject,
  options: Parameters<ControlContext['client']['delete']>[3] = {},
): Promise<boolean> {
  const { namespace, name, uid } = object.metadata;
  try {
    await context.client.delete(resource, namespace, name!, { preconditions: { uid: uid! }, ...options });
    return true;
  } catch (error) {
    if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return false;
    throw error;
  }
}

/** Keys of the objects of `resource` in the event's namespace whose selector matches an orphan. */
export function matchingKeys(
  context: ControlContext,
  resource: string,
  event: StoreEvent,
  selectorFor: (owner: KubeObject) => Selector,
): string[] {
  const { object } = event;
  if (event.type === 'DELETED' || controllerOf(object)) return [];
  return context.lister
    .list(resource, object.metadata.namespace)
    .filter((owner) => selectorFor(owner).matches(object.metadata.labels ?? {}))
    .map(keyOf);
}
