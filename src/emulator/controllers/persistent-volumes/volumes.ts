import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { deleteIfThere, writeStatus } from '../ownership.ts';
import { BY_CONTROLLER, CLAIMS, COMPONENT, PROVISIONED_BY, PROVISIONER, VOLUMES } from './names.ts';
import { recycle } from './recycle.ts';

/** Brings one volume to what its claim says (kubernetes pkg/controller/volume/persistentvolume syncVolume). */
export async function syncVolume(context: ControlContext, name: string): Promise<undefined> {
  const volume = context.lister.get<KubeObject>(VOLUMES, undefined, name);
  if (!volume) return undefined;
  const reference = volume['spec'].claimRef;
  if (!reference?.uid) return setPhase(context, volume, 'Available');
  const found = context.lister.get<KubeObject>(CLAIMS, reference.namespace, reference.name);
  const claim = found?.metadata.uid === reference.uid ? found : undefined;
  if (!claim) return release(context, volume);
  if (claim['spec'].volumeName === name) return setPhase(context, volume, 'Bound');
  // The claim's own turn will bind it.
  if (!claim['spec'].volumeName) return undefined;
  const isMade = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  if (isMade && volume['spec'].persistentVolumeReclaimPolicy === 'Delete') return release(context, volume);
  return unbind(context, volume);
}

async function setPhase(context: ControlContext, volume: KubeObject, phase: string): Promise<undefined> {
  if (volume['status']?.phase === phase) return;
  await writeStatus(context, VOLUMES, volume, { phase });
}

/** The claim took another volume: what was bound for it is free again, what somebody kept for it is kept. */
async function unbind(context: ControlContext, volume: KubeObject): Promise<undefined> {
  const { [BY_CONTROLLER]: isOurs, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume['spec'];
  const { uid: _uid, resourceVersion: _version, ...kept } = claimRef;
  const free = await context.client.update<KubeObject>(VOLUMES, {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: isOurs === undefined ? { ...spec, claimRef: kept } : spec,
  });
  return setPhase(context, free, 'Available');
}

async function release(context: ControlContext, volume: KubeObject): Promise<undefined> {
  const phase: string | undefined = volume['status']?.phase;
  let released = volume;
  if (phase !== 'Released' && phase !== 'Failed') {
    released = await writeStatus(context, VOLUMES, volume, { phase: 'Released' });
  }
  if (released.metadata.deletionTimestamp) return;
  if (released['spec'].persistentVolumeReclaimPolicy === 'Recycle') {
    const clean = await recycle(context, released);
    return clean && unbind(context, clean);
  }
  if (released['spec'].persistentVolumeReclaimPolicy !== 'Delete') return;
  const maker = released.metadata.annotations?.[PROVISIONED_BY];
  if (maker === PROVISIONER) await deleteIfThere(context, VOLUMES, released);
  // The provisioner that made it deletes it; without one, what lies in a folder can be removed, and nothing else.
  else if (maker === undefined) await reclaim(context, released);
}

async function reclaim(context: ControlContext, volume: KubeObject): Promise<void> {
  const { name } = volume.metadata;
  const path: string | undefined = volume['spec'].hostPath?.path;
  if (path && /^\/tmp\/.+/.test(path)) {
    await deleteIfThere(context, VOLUMES, volume);
    return;
  }
  const message = path
    ? `host_path deleter only supports /tmp/.+ but received provided ${path}`
    : `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  if (volume['status']?.phase === 'Failed') return;
  const event = { type: 'Warning' as const, reason: 'VolumeFailedDelete', message, component: COMPONENT };
  context.recorder.record(volume, event);
  await writeStatus(context, VOLUMES, volume, { phase: 'Failed', message });
}
