import type { KubeObject, OwnerReference } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import type { ControlContext } from '../controller.ts';
import { controllerReference } from '../ownership.ts';
import { COMPONENT, claimName } from './identity.ts';
import { sayOfClaim } from './say.ts';

const RESOURCE = 'persistentvolumeclaims';

interface Policy {
  whenDeleted?: 'Retain' | 'Delete';
  whenScaled?: 'Retain' | 'Delete';
}

const policyOf = (set: KubeObject): Policy => set['spec'].persistentVolumeClaimRetentionPolicy ?? {};
const templatesOf = (set: KubeObject): KubeObject[] => set['spec'].volumeClaimTemplates ?? [];
const podName = (set: KubeObject, ordinal: number): string => `${set.metadata.name}-${ordinal}`;
const names = (reference: OwnerReference, kind: string, name: string): boolean =>
  reference.kind === kind && reference.name === name && reference.apiVersion === (kind === 'Pod' ? 'v1' : 'apps/v1');

/**
 * Claims come before the pod and stay when it goes: that is what makes the set stateful.
 * Throws when one cannot be made, or is there only until it is gone.
 */
export async function createClaims(context: ControlContext, set: KubeObject, ordinal: number): Promise<void> {
  const problems: string[] = [];
  for (const template of templatesOf(set)) {
    const name = claimName(set, template, ordinal);
    const known = context.lister.get<KubeObject>(RESOURCE, set.metadata.namespace, name);
    if (known) {
      if (known.metadata.deletionTimestamp) problems.push(`pvc ${name} is being deleted`);
      continue;
    }
    try {
      await context.client.create(RESOURCE, claimFrom(set, template, name));
      sayOfClaim(context, set, name, podName(set, ordinal));
    } catch (error) {
      problems.push(`failed to create PVC ${name}: ${(error as Error).message}`);
      if (!isApiError(error, 'AlreadyExists')) sayOfClaim(context, set, name, podName(set, ordinal), error);
    }
  }
  if (problems.length > 0) throw new Error(problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]);
}

function claimFrom(set: KubeObject, template: KubeObject, name: string): KubeObject {
  const owner = policyOf(set).whenDeleted === 'Delete' ? set : undefined;
  return {
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
  };
}

/** A claim that goes with a pod that was scaled away is none for the next of that name: it waits for the claim to be gone. */
export function isClaimStale(context: ControlContext, set: KubeObject, ordinal: number): boolean {
  if (policyOf(set).whenScaled !== 'Delete') return false;
  return templatesOf(set).some((template) =>
    context.lister
      .get<KubeObject>(RESOURCE, set.metadata.namespace, claimName(set, template, ordinal))
      ?.metadata.ownerReferences?.some((reference) => names(reference, 'Pod', podName(set, ordinal))),
  );
}

/**
 * Has the claims of a pod go with whom the policy says (spec.persistentVolumeClaimRetentionPolicy): nobody, the
 * set, or a pod that is scaled away; the collector does the rest. A claim that another controller has, or a
 * namesake of the set or the pod, is left alone (kubernetes stateful_set_utils isClaimOwnerUpToDate).
 *
 * @returns true when a claim was changed
 */
export async function keepOwners(
  context: ControlContext,
  set: KubeObject,
  pod: KubeObject,
  ordinal: number,
  isCondemned: boolean,
): Promise<boolean> {
  const { whenDeleted, whenScaled } = policyOf(set);
  const owner = isCondemned && whenScaled === 'Delete' ? pod : whenDeleted === 'Delete' ? set : undefined;
  const mayGo = whenDeleted === 'Delete' || whenScaled === 'Delete';
  let changed = false;
  for (const template of templatesOf(set)) {
    const name = claimName(set, template, ordinal);
    const claim = context.lister.get<KubeObject>(RESOURCE, set.metadata.namespace, name);
    if (!claim) continue;
    const references = claim.metadata.ownerReferences ?? [];
    const ours = references.filter(
      (one) => names(one, 'StatefulSet', set.metadata.name!) || names(one, 'Pod', pod.metadata.name!),
    );
    // Of a set or a pod that had the name before.
    if (ours.some(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid)) continue;
    const others = references.filter((one) => !ours.includes(one));
    const isTaken = mayGo && others.some(({ controller }) => controller);
    const wanted = isTaken || !owner ? [] : [owner.metadata.uid];
    if (isTaken && ours.length > 0) warnOfController(context, set, name);
    if (ours.length === wanted.length && ours.every((one) => one.uid === wanted[0] && one.controller)) continue;
    const ownerReferences = wanted.length > 0 ? [...others, controllerReference(owner!)] : others;
    const { ownerReferences: _before, ...metadata } = claim.metadata;
    const owned = ownerReferences.length > 0 ? { ...metadata, ownerReferences } : metadata;
    await context.client.update(RESOURCE, { ...claim, metadata: owned });
    changed = true;
  }
  return changed;
}

function warnOfController(context: ControlContext, set: KubeObject, claim: string): void {
  const message = `PersistentVolumeClaim ${claim} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
  context.recorder.record(set, { type: 'Warning', reason: 'ConflictingController', message, component: COMPONENT });
}
