import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { compareQuantities } from '../../lib/quantity.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from './controller.ts';
import { deleteIfThere, writeStatus } from './ownership.ts';
import { isFinished } from './pods.ts';
import type { Again } from './work-queue.ts';

const CLAIMS = 'persistentvolumeclaims';
const VOLUMES = 'persistentvolumes';
const CLASSES = 'storageclasses.storage.k8s.io';
const COMPONENT = 'persistentvolume-controller';
export const PROVISIONER = 'kctl.dev/simulated';
const BOUND = 'pv.kubernetes.io/bind-completed';
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const CLAIM_IN_USE = 'kubernetes.io/pvc-protection';
const VOLUME_IN_USE = 'kubernetes.io/pv-protection';

/** Binds claims to volumes: the smallest that fits, or a new one of the claim's class. */
export function volumeController(context: ControlContext): Controller {
  const openClaims = () =>
    context.lister
      .list(CLAIMS)
      .filter((claim) => !claim['spec'].volumeName)
      .map(claimKey);
  return {
    name: COMPONENT,
    watches: {
      [CLAIMS]: ({ object }) => [
        claimKey(object),
        ...(object['spec'].volumeName ? [`volume|${object['spec'].volumeName}`] : []),
      ],
      [VOLUMES]: ({ object, type }) => {
        const reference = object['spec'].claimRef;
        const claim = reference ? [`claim|${reference.namespace}/${reference.name}`] : openClaims();
        return type === 'DELETED' ? claim : [`volume|${object.metadata.name}`, ...claim];
      },
      // A claim waits for its first consumer, and stays while one uses it.
      pods: ({ type, object, previous }) => {
        const changes =
          type !== 'MODIFIED' ||
          isFinished(object) !== isFinished(previous!) ||
          object['spec'].nodeName !== previous!['spec'].nodeName;
        return changes ? claimsOf(object).map((name) => `claim|${object.metadata.namespace}/${name}`) : [];
      },
      [CLASSES]: (event) => (event.type === 'ADDED' ? openClaims() : []),
    },
    reconcile: async (key) => {
      const [kind, rest] = key.split('|') as [string, string];
      return kind === 'claim' ? syncClaim(context, rest) : syncVolume(context, rest);
    },
  };
}

const claimKey = (claim: KubeObject): string => `claim|${keyOf(claim)}`;

function claimsOf(pod: KubeObject): string[] {
  return (pod['spec'].volumes ?? []).flatMap((volume: { persistentVolumeClaim?: { claimName: string } }) =>
    volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : [],
  );
}

function usersOf(context: ControlContext, claim: KubeObject): KubeObject[] {
  return context.lister
    .list('pods', claim.metadata.namespace)
    .filter((pod) => !isFinished(pod) && claimsOf(pod).includes(claim.metadata.name!));
}

async function syncClaim(context: ControlContext, key: string): Promise<Again> {
  let claim = context.lister.get(CLAIMS, ...splitKey(key));
  if (!claim) return undefined;
  const isProtected = claim.metadata.finalizers?.includes(CLAIM_IN_USE) ?? false;
  if (claim.metadata.deletionTimestamp) {
    if (isProtected && usersOf(context, claim).length === 0)
      await setFinalizer(context, CLAIMS, claim, CLAIM_IN_USE, false);
    return undefined;
  }
  if (!isProtected) claim = await setFinalizer(context, CLAIMS, claim, CLAIM_IN_USE, true);
  if (claim['spec'].volumeName) return bindNamed(context, claim);
  if (claim['status']?.phase !== 'Pending') claim = await writeStatus(context, CLAIMS, claim, { phase: 'Pending' });
  const volume = smallestFit(context, claim);
  if (volume) return bind(context, claim, volume);
  return provision(context, claim);
}

async function setFinalizer(
  context: ControlContext,
  resource: string,
  object: KubeObject,
  finalizer: string,
  wanted: boolean,
): Promise<KubeObject> {
  const others = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return context.client.update<KubeObject>(resource, {
    ...object,
    metadata: { ...object.metadata, finalizers: wanted ? [...others, finalizer] : others },
  });
}

function satisfies(claim: KubeObject, volume: KubeObject): boolean {
  const { spec } = volume;
  const reference = spec.claimRef;
  const isReserved =
    reference && (reference.namespace !== claim.metadata.namespace || reference.name !== claim.metadata.name);
  const isTaken = reference?.uid !== undefined && reference.uid !== claim.metadata.uid;
  return (
    !isReserved &&
    !isTaken &&
    !volume.metadata.deletionTimestamp &&
    (spec.storageClassName ?? '') === (claim['spec'].storageClassName ?? '') &&
    (spec.volumeMode ?? 'Filesystem') === (claim['spec'].volumeMode ?? 'Filesystem') &&
    (claim['spec'].accessModes ?? []).every((mode: string) => spec.accessModes?.includes(mode)) &&
    compareQuantities(spec.capacity?.storage ?? '0', claim['spec'].resources?.requests?.storage ?? '0') >= 0 &&
    (!claim['spec'].selector || selectorOf(claim['spec'].selector).matches(volume.metadata.labels ?? {}))
  );
}

function smallestFit(context: ControlContext, claim: KubeObject): KubeObject | undefined {
  const fitting = context.lister.list(VOLUMES).filter((volume) => satisfies(claim, volume));
  // A volume that names this claim was made for it.
  const reserved = fitting.find((volume) => volume['spec'].claimRef);
  return (
    reserved ?? fitting.sort((a, b) => compareQuantities(a['spec'].capacity.storage, b['spec'].capacity.storage))[0]
  );
}

async function bindNamed(context: ControlContext, claim: KubeObject): Promise<Again> {
  const volume = context.lister.get(VOLUMES, undefined, claim['spec'].volumeName);
  if (volume && (volume['spec'].claimRef?.uid ?? claim.metadata.uid) === claim.metadata.uid)
    return bind(context, claim, volume);
  if (claim['status']?.phase === 'Bound') {
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    context.recorder.record(claim, { type: 'Warning', reason: 'ClaimLost', message, component: COMPONENT });
    await writeStatus(context, CLAIMS, claim, { ...claim['status'], phase: 'Lost' });
  } else if (!claim['status']?.phase) await writeStatus(context, CLAIMS, claim, { phase: 'Pending' });
  return undefined;
}

async function bind(context: ControlContext, claim: KubeObject, volume: KubeObject): Promise<Again> {
  const { client } = context;
  if (volume['spec'].claimRef?.uid !== claim.metadata.uid) {
    const claimRef = {
      kind: 'PersistentVolumeClaim',
      namespace: claim.metadata.namespace,
      name: claim.metadata.name,
      uid: claim.metadata.uid,
      apiVersion: 'v1',
      resourceVersion: claim.metadata.resourceVersion,
    };
    const annotations = { ...volume.metadata.annotations, [BY_CONTROLLER]: 'yes' };
    await client.update(VOLUMES, {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: { ...volume['spec'], claimRef },
    });
  }
  let bound = claim;
  if (claim['spec'].volumeName !== volume.metadata.name || claim.metadata.annotations?.[BOUND] === undefined) {
    const byUs = claim['spec'].volumeName ? {} : { [BY_CONTROLLER]: 'yes' };
    bound = await client.update<KubeObject>(CLAIMS, {
      ...claim,
      metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [BOUND]: 'yes', ...byUs } },
      spec: { ...claim['spec'], volumeName: volume.metadata.name },
    });
  }
  await writeStatus(context, CLAIMS, bound, {
    phase: 'Bound',
    accessModes: volume['spec'].accessModes,
    capacity: { storage: volume['spec'].capacity.storage },
  });
  return undefined;
}

/** Makes a volume for the claim when its class is ours; with WaitForFirstConsumer not before a pod wants it. */
async function provision(context: ControlContext, claim: KubeObject): Promise<Again> {
  const say = (type: 'Normal' | 'Warning', reason: string, message: string, component = COMPONENT) =>
    context.recorder.record(claim, { type, reason, message, component });
  const className: string | undefined = claim['spec'].storageClassName;
  if (!className) {
    say('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return undefined;
  }
  const storageClass = context.lister.get(CLASSES, undefined, className);
  if (!storageClass) {
    say('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
    return undefined;
  }
  if (storageClass['volumeBindingMode'] === 'WaitForFirstConsumer' && usersOf(context, claim).length === 0) {
    say('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return undefined;
  }
  const external = `Waiting for a volume to be created either by the external provisioner '${storageClass['provisioner']}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  if (storageClass['provisioner'] !== PROVISIONER) {
    say('Normal', 'ExternalProvisioning', external);
    return undefined;
  }
  const name = `pvc-${claim.metadata.uid}`;
  const node = context.lister.list('nodes').find((candidate) => !candidate['spec']?.taints?.length)?.metadata.name;
  const volume = await context.client.create<KubeObject>(VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { [PROVISIONED_BY]: PROVISIONER },
      finalizers: [VOLUME_IN_USE],
    },
    spec: {
      capacity: { storage: claim['spec'].resources.requests.storage },
      accessModes: claim['spec'].accessModes,
      persistentVolumeReclaimPolicy: storageClass['reclaimPolicy'] ?? 'Delete',
      storageClassName: className,
      volumeMode: claim['spec'].volumeMode ?? 'Filesystem',
      hostPath: { path: `/var/lib/kctl/volumes/${name}`, type: 'DirectoryOrCreate' },
    },
  });
  const annotated = await context.client.update<KubeObject>(CLAIMS, {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: {
        ...claim.metadata.annotations,
        'volume.kubernetes.io/storage-provisioner': PROVISIONER,
        ...(node && storageClass['volumeBindingMode'] === 'WaitForFirstConsumer' ? { [SELECTED_NODE]: node } : {}),
      },
    },
  });
  say('Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`, PROVISIONER);
  return bind(context, annotated, volume);
}

async function syncVolume(context: ControlContext, name: string): Promise<Again> {
  let volume = context.lister.get(VOLUMES, undefined, name);
  if (!volume) return undefined;
  const reference = volume['spec'].claimRef;
  const claim = reference?.uid && context.lister.get(CLAIMS, reference.namespace, reference.name);
  const isClaimed = Boolean(claim && claim.metadata.uid === reference.uid);
  const isProtected = volume.metadata.finalizers?.includes(VOLUME_IN_USE) ?? false;
  if (volume.metadata.deletionTimestamp) {
    if (isProtected && !isClaimed) await setFinalizer(context, VOLUMES, volume, VOLUME_IN_USE, false);
    return undefined;
  }
  if (!isProtected) volume = await setFinalizer(context, VOLUMES, volume, VOLUME_IN_USE, true);
  const phase = isClaimed ? 'Bound' : reference?.uid ? 'Released' : 'Available';
  if (volume['status']?.phase !== phase) volume = await writeStatus(context, VOLUMES, volume, { phase });
  const isOurs = volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
  if (phase === 'Released' && isOurs && volume['spec'].persistentVolumeReclaimPolicy === 'Delete') {
    await deleteIfThere(context, VOLUMES, volume);
  }
  return undefined;
}
