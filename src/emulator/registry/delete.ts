import type { KubeObject } from '../../api/meta.ts';
import type { ApiStatus, StatusDetails } from '../../api/status.ts';
import type { DeleteOptions } from '../client.ts';
import { conflict, notFound } from '../errors.ts';
import { admitAndCheck } from './admit.ts';
import type { ServedResource } from './catalog.ts';
import type { AdmissionRequest, Machine, Outcome, WriteOptions } from './machine.ts';
import { strategyOf } from './strategy.ts';

export interface DeleteResult {
  /** The object as it is now, or as it was last. */
  object: KubeObject;
  /** False while a finalizer or a grace period holds it. */
  gone: boolean;
}

const POLICY_FINALIZERS = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;

/**
 * Deletes an object, or marks it for those who must let go of it first: finalizers, the kubelet of a
 * running pod, the namespace controller.
 */
export function deleteObject(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
  options: WriteOptions & DeleteOptions & { ofCollection?: boolean },
): Outcome<DeleteResult> {
  const existing = machine.store.get(resource.storage, namespace, name);
  if (!existing) throw notFound(resource, name);
  checkPreconditions(resource, existing, options);
  const request: AdmissionRequest = {
    operation: 'DELETE',
    resource,
    namespace,
    name,
    object: existing,
    previous: existing,
    ofCollection: options.ofCollection,
    subresource: undefined,
    options: options.request,
    dryRun: options.dryRun ?? false,
    user: options.user,
    warn: options.warn,
    machine,
  };
  return admitAndCheck(request, () => {
    // What was asked about is not there any more in that form: ask about what there is now.
    if (machine.store.get(resource.storage, namespace, name) !== existing) {
      return deleteObject(machine, resource, namespace, name, options);
    }
    return deleteAdmitted(machine, resource, existing, options);
  });
}

/** Deletes what admission has already agreed to, or needs not be asked about (an eviction). */
export function deleteAdmitted(
  machine: Machine,
  resource: ServedResource,
  existing: KubeObject,
  options: WriteOptions & DeleteOptions,
): DeleteResult {
  const { namespace, name = '' } = existing.metadata;
  const finalizers = finalizersFor(resource, existing, options);
  const grace = graceOf(resource, existing, options);
  const held =
    finalizers.length > 0 ||
    grace > 0 ||
    (resource.storage === 'namespaces' && (existing.spec?.finalizers?.length ?? 0) > 0);
  if (!held) {
    // Of a pod all are told that it goes, also where nothing holds it (apiserver, rest.BeforeDelete).
    const last = resource.storage === 'pods' ? mark(machine, resource, existing, finalizers, grace) : existing;
    if (options.dryRun) return { object: last, gone: true };
    const object = last === existing ? existing : machine.store.put(resource.storage, last);
    machine.store.delete(resource.storage, namespace, name);
    return { object, gone: true };
  }
  const marked = mark(machine, resource, existing, finalizers, grace);
  if (marked === existing || options.dryRun) return { object: marked, gone: false };
  return { object: machine.store.put(resource.storage, marked), gone: false };
}

/** How the answer to a delete looks: the object where it stays or its kind says so, else a Status. */
export function deleteAnswer(resource: ServedResource, result: DeleteResult): KubeObject | ApiStatus {
  if (!result.gone || strategyOf(resource).returnsDeleted) return result.object;
  const details: StatusDetails = {
    name: result.object.metadata.name ?? '',
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.plural,
    uid: result.object.metadata.uid ?? '',
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

export function checkPreconditions(resource: ServedResource, existing: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = existing;
  const why =
    uid && uid !== metadata.uid
      ? `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
      : resourceVersion && resourceVersion !== metadata.resourceVersion
        ? `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
        : undefined;
  // The server names the kind here, where other conflicts name the resource.
  if (why) throw conflict({ group: resource.group, plural: resource.kind }, metadata.name ?? '', why);
}

/** The garbage collector's finalizers follow the policy; all others stay. */
function finalizersFor(resource: ServedResource, existing: KubeObject, options: DeleteOptions): string[] {
  const present = existing.metadata.finalizers ?? [];
  const collecting = present.find((finalizer) => Object.values<string>(POLICY_FINALIZERS).includes(finalizer));
  const policy = options.propagationPolicy;
  const wanted = policy
    ? POLICY_FINALIZERS[policy as 'Foreground' | 'Orphan']
    : (collecting ?? (strategyOf(resource).orphansByDefault ? POLICY_FINALIZERS.Orphan : undefined));
  const kept = present.filter((finalizer) => finalizer !== collecting);
  const { deletionFinalizer } = strategyOf(resource);
  const isNew = deletionFinalizer && !existing.metadata.deletionTimestamp && !kept.includes(deletionFinalizer);
  return [...kept, ...(isNew ? [deletionFinalizer] : []), ...(wanted ? [wanted] : [])];
}

/** Seconds a pod gets to stop; everything else goes at once, and so does a pod that never started. */
function graceOf(resource: ServedResource, existing: KubeObject, options: DeleteOptions): number {
  if (resource.storage !== 'pods') return 0;
  const { spec, status, metadata } = existing;
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  const asked = options.gracePeriodSeconds ?? Number(spec.terminationGracePeriodSeconds ?? 30);
  if (asked === 0) return 0;
  // A second delete can only shorten the time.
  const running = metadata.deletionTimestamp ? (metadata.deletionGracePeriodSeconds ?? 0) : undefined;
  if (running === undefined) return Math.max(asked, 1);
  return options.gracePeriodSeconds === undefined ? running : Math.min(asked, running);
}

function mark(
  machine: Machine,
  resource: ServedResource,
  existing: KubeObject,
  finalizers: string[],
  grace: number,
): KubeObject {
  const was = existing.metadata;
  const marked = was.deletionTimestamp !== undefined;
  const sameFinalizers =
    finalizers.length === (was.finalizers?.length ?? 0) && finalizers.every((one, at) => one === was.finalizers?.[at]);
  if (marked && sameFinalizers && grace === (was.deletionGracePeriodSeconds ?? 0)) return existing;
  const sooner = (was.deletionGracePeriodSeconds ?? 0) - grace;
  const end = marked ? Date.parse(was.deletionTimestamp!) - sooner * 1000 : machine.clock.now() + grace * 1000;
  const metadata = {
    ...was,
    ...(was.generation !== undefined && !marked ? { generation: was.generation + 1 } : {}),
    deletionTimestamp: `${new Date(end).toISOString().slice(0, 19)}Z`,
    deletionGracePeriodSeconds: grace,
  };
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const object: KubeObject = { ...existing, metadata };
  const { deletionStatus } = strategyOf(resource);
  if (deletionStatus && !marked) {
    if (was.generation !== undefined) metadata.generation = was.generation;
    delete (metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
    object.status = deletionStatus(existing, metadata.deletionTimestamp);
  }
  if (resource.storage === 'namespaces') {
    delete (metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
    object.status = { ...existing.status, phase: 'Terminating' };
  }
  return object;
}
