import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import type { ControlContext } from '../controller.ts';
import { REVISION_LABEL } from '../controller-revisions.ts';
import { controllerReference, deleteIfThere } from '../ownership.ts';
import { BURST, slowStart } from '../pod-control.ts';
import { isFinished, isReady, isTerminating } from '../pods.ts';
import { COMPONENT, claimName, firstOrdinal, ordinalOf, type StatefulView, statefulPod } from './identity.ts';

const isHealthy = (pod: KubeObject): boolean =>
  pod['status']?.phase === 'Running' && isReady(pod) && !isTerminating(pod);

/**
 * One look (kubernetes stateful_set_control): replace finished pods, create in order, scale down from
 * the top, then roll from the highest ordinal. With OrderedReady each step waits for the one before.
 */
export async function manageReplicas(context: ControlContext, view: StatefulView): Promise<void> {
  const { set } = view;
  const start = firstOrdinal(set);
  const end = start + (set['spec'].replicas ?? 1);
  const isOrdered = set['spec'].podManagementPolicy !== 'Parallel';
  const pods = new Map(view.pods.map((pod) => [ordinalOf(set, pod)!, pod]));

  for (const [ordinal, pod] of pods) await keepOwners(context, set, pod, ordinal, ordinal < start || ordinal >= end);
  const missing: number[] = [];
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = pods.get(ordinal);
    if (pod && isFinished(pod) && !isTerminating(pod)) {
      const reason = pod['status'].phase === 'Failed' ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod';
      const message = `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating ${pod['status'].phase === 'Failed' ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`;
      context.recorder.record(set, { type: 'Warning', reason, message, component: COMPONENT });
      await deleteIfThere(context, 'pods', pod);
      if (isOrdered) return;
      continue;
    }
    if (!pod) {
      // The pods that were made bring the set back for the rest.
      if (missing.push(ordinal) === (isOrdered ? 1 : BURST)) break;
      continue;
    }
    if (isOrdered && !isHealthy(pod)) return;
  }
  await slowStart(missing.length, (at) => createOrdinal(context, view, missing[at]!));
  if (missing.length > 0 && isOrdered) return;

  const condemned = [...pods].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a);
  for (const [, pod] of condemned) {
    if (!isTerminating(pod)) await removePod(context, set, pod);
    if (isOrdered) return;
  }
  await roll(context, view, pods, start, end);
}

/** From the top down to the partition: delete the first pod of another revision, and wait while any is not healthy. */
async function roll(
  context: ControlContext,
  view: StatefulView,
  pods: Map<number, KubeObject>,
  start: number,
  end: number,
): Promise<void> {
  const strategy = view.set['spec'].updateStrategy;
  if (strategy?.type === 'OnDelete') return;
  const partition = start + (strategy?.rollingUpdate?.partition ?? 0);
  for (let ordinal = end - 1; ordinal >= partition; ordinal--) {
    const pod = pods.get(ordinal);
    if (!pod) return;
    if (pod.metadata.labels?.[REVISION_LABEL] !== view.updateRevision && !isTerminating(pod)) {
      await removePod(context, view.set, pod);
      return;
    }
    if (!isHealthy(pod)) return;
  }
}

async function createOrdinal(context: ControlContext, view: StatefulView, ordinal: number): Promise<void> {
  const { set } = view;
  await createClaims(context, set, ordinal);
  const pod = statefulPod(view, ordinal);
  const subject = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  try {
    await context.client.create('pods', pod);
    const message = `create ${subject} successful`;
    context.recorder.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message, component: COMPONENT });
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return;
    const message = `create ${subject} failed error: ${(error as Error).message}`;
    context.recorder.record(set, { type: 'Warning', reason: 'FailedCreate', message, component: COMPONENT });
    throw error;
  }
}

/**
 * Who a claim goes with (spec.persistentVolumeClaimRetentionPolicy): nobody, the set, or a pod that is
 * to be scaled away; the collector does the rest.
 */
function claimOwner(set: KubeObject, pod: KubeObject | undefined, isCondemned: boolean): KubeObject | undefined {
  const { whenDeleted, whenScaled } = set['spec'].persistentVolumeClaimRetentionPolicy ?? {};
  if (isCondemned && whenScaled === 'Delete') return pod;
  return whenDeleted === 'Delete' ? set : undefined;
}

async function keepOwners(
  context: ControlContext,
  set: KubeObject,
  pod: KubeObject,
  ordinal: number,
  isCondemned: boolean,
): Promise<void> {
  const owner = claimOwner(set, pod, isCondemned);
  for (const template of (set['spec'].volumeClaimTemplates ?? []) as KubeObject[]) {
    const name = claimName(set, template, ordinal);
    const claim = context.lister.get<KubeObject>('persistentvolumeclaims', set.metadata.namespace, name);
    if (!claim) continue;
    const references = claim.metadata.ownerReferences ?? [];
    const ours = references.filter(({ kind, controller }) => controller && (kind === 'StatefulSet' || kind === 'Pod'));
    if (ours.length === (owner ? 1 : 0) && ours[0]?.uid === owner?.metadata.uid) continue;
    const others = references.filter((reference) => !ours.includes(reference));
    const ownerReferences = owner ? [...others, controllerReference(owner)] : others;
    await context.client.update('persistentvolumeclaims', {
      ...claim,
      metadata: { ...claim.metadata, ownerReferences },
    });
  }
}

/** Claims come before the pod and stay when it goes: that is what makes the set stateful. */
async function createClaims(context: ControlContext, set: KubeObject, ordinal: number): Promise<void> {
  for (const template of (set['spec'].volumeClaimTemplates ?? []) as KubeObject[]) {
    const name = claimName(set, template, ordinal);
    if (context.lister.get('persistentvolumeclaims', set.metadata.namespace, name)) continue;
    const owner = claimOwner(set, undefined, false);
    await context.client.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...(template.metadata.annotations ? { annotations: template.metadata.annotations } : {}),
        name,
        namespace: set.metadata.namespace!,
        labels: { ...template.metadata.labels, ...set['spec'].selector.matchLabels },
        ...(owner ? { ownerReferences: [controllerReference(owner)] } : {}),
      },
      spec: structuredClone(template['spec']),
    });
    const message = `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`;
    context.recorder.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message, component: COMPONENT });
  }
}

async function removePod(context: ControlContext, set: KubeObject, pod: KubeObject): Promise<void> {
  if (!(await deleteIfThere(context, 'pods', pod))) return;
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  context.recorder.record(set, { type: 'Normal', reason: 'SuccessfulDelete', message, component: COMPONENT });
}
