import type { KubeObject } from '../../api/meta.ts';
import { claimsOf, isBound, openClaimsOf, SELECTED_NODE } from '../../api/scheduling/claims.ts';
import { deviceClaims, isReservedFor } from '../../api/scheduling/filters/devices.ts';
import { CLAIMS, RESOURCE_CLAIMS, VOLUMES } from '../../api/scheduling/source.ts';
import { planVolumes } from '../../api/scheduling/volume-match.ts';
import { isApiError } from '../../api/status.ts';
import type { ControlContext } from '../controllers/controller.ts';

const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

/** So long a chosen node waits for its volumes (VolumeBindingArgs.bindTimeoutSeconds). */
export const BIND_TIMEOUT_MS = 600_000;

/** A pod whose node is chosen, and which waits for its volumes there. */
export interface Binding {
  pod: KubeObject;
  node: string;
  /** When waiting ends (ms). */
  until: number;
}

/**
 * Claims that wait for a node learn which it is: a volume that exists is kept for them, the others are asked of their
 * provisioner (volumebinding, BindPodVolumes).
 * @returns whether any claim waited
 */
export async function chooseVolumes(context: ControlContext, pod: KubeObject, node: KubeObject): Promise<boolean> {
  const { client, lister } = context;
  const open = openClaimsOf(pod, lister);
  if (open.length === 0) return false;
  const plan = planVolumes(open, node, lister);
  if (typeof plan === 'string') throw new Error('the volumes that were found for the pod are gone');
  for (const { claim, volume } of plan.bind) {
    if (volume['spec'].claimRef?.uid === claim.metadata.uid) continue;
    const { namespace, name, uid, resourceVersion } = claim.metadata;
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
    const marks = volume['spec'].claimRef ? {} : { [BY_CONTROLLER]: 'yes' };
    const annotations = { ...volume.metadata.annotations, ...marks };
    await client.update(VOLUMES, {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: { ...volume['spec'], claimRef },
    });
  }
  for (const claim of plan.provision) {
    if (claim.metadata.annotations?.[SELECTED_NODE]) continue;
    const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node.metadata.name! };
    await client.update(CLAIMS, { ...claim, metadata: { ...claim.metadata, annotations } });
  }
  return true;
}

/** Whether the volumes of a pod are there by now; or why they will not be, in the scheduler's words. */
export function volumesReady({ pod, until }: Binding, { lister, clock }: ControlContext): boolean | string {
  let isReady = true;
  for (const { name, claim } of claimsOf(pod, lister)) {
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (isBound(claim)) continue;
    isReady = false;
    const volumes = lister.list<KubeObject>(VOLUMES);
    const isKept = volumes.some((volume) => volume['spec'].claimRef?.uid === claim.metadata.uid);
    if (!isKept && !claim.metadata.annotations?.[SELECTED_NODE]) return `provisioning failed for PVC "${name}"`;
  }
  return isReady || (clock.now() >= until ? 'context deadline exceeded' : false);
}

/** Writes into the claims of a pod's devices that it uses them. */
export async function reserveDevices({ client, lister }: ControlContext, pod: KubeObject): Promise<void> {
  const claims = deviceClaims(pod, lister);
  if (typeof claims === 'string') throw new Error(claims);
  for (const claim of claims) {
    if (isReservedFor(claim, pod)) continue;
    const user = { resource: 'pods', name: pod.metadata.name, uid: pod.metadata.uid };
    const reservedFor = [...(claim['status']?.reservedFor ?? []), user];
    await client.updateStatus(RESOURCE_CLAIMS, { ...claim, status: { ...claim['status'], reservedFor } });
  }
}

export const isGone = (error: unknown): boolean => isApiError(error, 'NotFound') || isApiError(error, 'Conflict');
