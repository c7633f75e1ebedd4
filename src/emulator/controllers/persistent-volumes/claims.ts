import type { KubeObject } from '../../../api/meta.ts';
import { classOf, SELECTED_NODE, waitsForNode } from '../../../api/scheduling/claims.ts';
import { type ControlContext, keyOf, splitKey } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import { bestVolume, isFor, mismatchOf } from './matching.ts';
import {
  BOUND,
  BY_CONTROLLER,
  CLAIMS,
  CLASSES,
  COMPONENT,
  claimNamesOf,
  PROVISIONER,
  STORAGE_PROVISIONERS,
  VOLUMES,
} from './names.ts';
import { makerOf } from './plugins.ts';
import type { Provisioner } from './provision.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** All claims are looked at anew this often: what else could help one wakes nobody, as upstream. */
const RESYNC_MS = 15_000;

/** Brings one claim further towards its volume (kubernetes pkg/controller/volume/persistentvolume syncClaim). */
export async function syncClaim(context: ControlContext, provisioner: Provisioner, key: string): Promise<Again> {
  const again = await advance(context, provisioner, key);
  if (again !== undefined) return again;
  const phase = context.lister.get<KubeObject>(CLAIMS, ...splitKey(key))?.['status']?.phase;
  return phase === undefined || phase === 'Bound' ? undefined : RESYNC_MS - (context.clock.now() % RESYNC_MS);
}

async function advance(context: ControlContext, provisioner: Provisioner, key: string): Promise<Again> {
  const claim = context.lister.get<KubeObject>(CLAIMS, ...splitKey(key));
  if (!claim) return undefined;
  if (claim.metadata.annotations?.[BOUND] !== undefined) return syncBound(context, claim);
  return claim['spec'].volumeName ? syncNamed(context, claim) : syncOpen(context, provisioner, claim);
}

const say = (
  { recorder }: ControlContext,
  claim: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void => recorder.record(claim, { type, reason, message, component: COMPONENT });

async function setPending(context: ControlContext, claim: KubeObject): Promise<undefined> {
  await writeStatus(context, CLAIMS, claim, { ...claim['status'], phase: 'Pending' });
}

async function lose(context: ControlContext, claim: KubeObject, reason: string, message: string): Promise<undefined> {
  if (claim['status']?.phase === 'Lost') return;
  say(context, claim, 'Warning', reason, message);
  const { capacity: _capacity, accessModes: _modes, ...status } = claim['status'] ?? {};
  await writeStatus(context, CLAIMS, claim, { ...status, phase: 'Lost' });
}

async function syncBound(context: ControlContext, claim: KubeObject): Promise<undefined> {
  const lost = 'Data on the volume is lost!';
  const name: string | undefined = claim['spec'].volumeName;
  if (!name) return lose(context, claim, 'ClaimLost', `Bound claim has lost reference to PersistentVolume. ${lost}`);
  const volume = context.lister.get<KubeObject>(VOLUMES, undefined, name);
  if (!volume) return lose(context, claim, 'ClaimLost', `Bound claim has lost its PersistentVolume. ${lost}`);
  const reference = volume['spec'].claimRef;
  if (!reference || reference.uid === claim.metadata.uid || isFor(volume, claim)) return bind(context, claim, volume);
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
  return lose(context, claim, 'ClaimMisbound', message);
}

async function syncNamed(context: ControlContext, claim: KubeObject): Promise<undefined> {
  const volume = context.lister.get<KubeObject>(VOLUMES, undefined, claim['spec'].volumeName);
  if (!volume) return setPending(context, claim);
  if (isFor(volume, claim)) return bind(context, claim, volume);
  const { name } = volume.metadata;
  if (volume['spec'].claimRef) {
    say(context, claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    return setPending(context, claim);
  }
  const mismatch = mismatchOf(volume, claim);
  if (!mismatch) return bind(context, claim, volume);
  say(context, claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${mismatch}`);
  return setPending(context, claim);
}

async function syncOpen(context: ControlContext, provisioner: Provisioner, claim: KubeObject): Promise<Again> {
  const { lister } = context;
  const isDelayed = waitsForNode(claim, lister);
  const volume = bestVolume(claim, lister.list<KubeObject>(VOLUMES), isDelayed);
  if (volume) return bind(context, claim, volume);
  if (await assignDefaultClass(context, claim)) return undefined;
  if (isDelayed && !claim.metadata.annotations?.[SELECTED_NODE]) {
    sayWhatItWaitsFor(context, claim);
    return setPending(context, claim);
  }
  if (classOf(claim) !== '') return provision(context, provisioner, claim);
  const message = 'no persistent volumes available for this claim and no storage class is set';
  say(context, claim, 'Normal', 'FailedBinding', message);
  return setPending(context, claim);
}

function sayWhatItWaitsFor(context: ControlContext, claim: KubeObject): void {
  const waiting = context.lister
    .list<KubeObject>('pods', claim.metadata.namespace)
    .filter((pod) => !pod['spec'].nodeName && claimNamesOf(pod).includes(claim.metadata.name!))
    .map(({ metadata }) => metadata.name!);
  if (waiting.length === 0) {
    say(context, claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return;
  }
  const who = waiting.length === 1 ? `pod ${waiting[0]}` : `pods ${waiting.join(',')}`;
  say(context, claim, 'Normal', 'WaitForPodScheduled', `waiting for ${who} to be scheduled`);
}

/** A claim that was made before there was a default class gets it when there is one. */
async function assignDefaultClass(context: ControlContext, claim: KubeObject): Promise<boolean> {
  if (claim['spec'].storageClassName !== undefined || classOf(claim) !== '') return false;
  const [newest] = context.lister
    .list<KubeObject>(CLASSES)
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .sort(
      (a, b) =>
        Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '') ||
        (a.metadata.name! < b.metadata.name! ? -1 : 1),
    );
  if (!newest) return false;
  await context.client.update(CLAIMS, { ...claim, spec: { ...claim['spec'], storageClassName: newest.metadata.name } });
  return true;
}

/** Writes both sides, the volume's first: who is stopped in between goes on from there. */
async function bind(context: ControlContext, claim: KubeObject, volume: KubeObject): Promise<undefined> {
  const { client } = context;
  let bound = claim;
  if (volume['spec'].claimRef?.uid !== claim.metadata.uid) {
    const { namespace, name, uid, resourceVersion } = claim.metadata;
    const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
    const { annotations } = volume.metadata;
    const marked = volume['spec'].claimRef ? {} : { annotations: { ...annotations, [BY_CONTROLLER]: 'yes' } };
    await client.update(VOLUMES, {
      ...volume,
      metadata: { ...volume.metadata, ...marked },
      spec: { ...volume['spec'], claimRef },
    });
  }
  if (claim['spec'].volumeName !== volume.metadata.name || claim.metadata.annotations?.[BOUND] === undefined) {
    const marks = claim['spec'].volumeName ? {} : { [BY_CONTROLLER]: 'yes' };
    bound = await client.update<KubeObject>(CLAIMS, {
      ...claim,
      metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [BOUND]: 'yes', ...marks } },
      spec: { ...claim['spec'], volumeName: volume.metadata.name },
    });
  }
  // What was bound before may have grown, and its size is told by who made it grow.
  const capacity =
    bound['status']?.phase === 'Bound' ? bound['status'].capacity : { storage: volume['spec'].capacity.storage };
  const status = { ...bound['status'], phase: 'Bound', accessModes: volume['spec'].accessModes, capacity };
  await writeStatus(context, CLAIMS, bound, status);
}

async function provision(context: ControlContext, provisioner: Provisioner, claim: KubeObject): Promise<Again> {
  const name = classOf(claim);
  const storageClass = context.lister.get<KubeObject>(CLASSES, undefined, name);
  if (!storageClass) {
    say(context, claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
    return setPending(context, claim);
  }
  const maker = makerOf(storageClass['provisioner']);
  const { annotations = {} } = claim.metadata;
  let asked = claim;
  if (maker.name && STORAGE_PROVISIONERS.some((one) => annotations[one] !== maker.name)) {
    const marks = Object.fromEntries(STORAGE_PROVISIONERS.map((one) => [one, maker.name!]));
    asked = await context.client.update<KubeObject>(CLAIMS, {
      ...claim,
      metadata: { ...claim.metadata, annotations: { ...annotations, ...marks } },
    });
  }
  if (maker.failure) {
    say(context, claim, 'Warning', 'ProvisioningFailed', maker.failure);
    return setPending(context, asked);
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${maker.name}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  if (!provisioner.isAtWork(keyOf(claim))) say(context, claim, 'Normal', 'ExternalProvisioning', message);
  await setPending(context, asked);
  return maker.name === PROVISIONER ? provisioner.make(asked, storageClass) : undefined;
}
