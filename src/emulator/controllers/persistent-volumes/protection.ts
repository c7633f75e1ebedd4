import type { KubeObject } from '../../../api/meta.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from '../controller.ts';
import { CLAIMS, claimNamesOf, VOLUMES } from './names.ts';

const CLAIM_IN_USE = 'kubernetes.io/pvc-protection';
const VOLUME_IN_USE = 'kubernetes.io/pv-protection';

async function setFinalizer(
  context: ControlContext,
  resource: string,
  object: KubeObject,
  finalizer: string,
  isWanted: boolean,
): Promise<void> {
  const others = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  if (isWanted === (object.metadata.finalizers ?? []).includes(finalizer)) return;
  const finalizers = isWanted ? [...others, finalizer] : others;
  await context.client.update(resource, { ...object, metadata: { ...object.metadata, finalizers } });
}

/** Keeps a claim while a pod that has a node names it, be it finished (kubernetes pkg/controller/volume/pvcprotection). */
export function claimProtection(context: ControlContext): Controller {
  const isUsed = (claim: KubeObject): boolean =>
    context.lister
      .list<KubeObject>('pods', claim.metadata.namespace)
      .some((pod) => pod['spec'].nodeName && claimNamesOf(pod).includes(claim.metadata.name!));
  return {
    name: 'pvc-protection-controller',
    watches: {
      [CLAIMS]: (event) => (event.type === 'DELETED' ? [] : ownKey(event, CLAIMS)),
      pods: ({ type, object }) =>
        type === 'DELETED' ? claimNamesOf(object).map((name) => `${object.metadata.namespace}/${name}`) : [],
    },
    reconcile: async (key) => {
      const claim = context.lister.get<KubeObject>(CLAIMS, ...splitKey(key));
      if (!claim) return undefined;
      if (!claim.metadata.deletionTimestamp) await setFinalizer(context, CLAIMS, claim, CLAIM_IN_USE, true);
      else if (!isUsed(claim)) await setFinalizer(context, CLAIMS, claim, CLAIM_IN_USE, false);
      return undefined;
    },
  };
}

/** Keeps a volume while it is bound (kubernetes pkg/controller/volume/pvprotection). */
export function volumeProtection(context: ControlContext): Controller {
  return {
    name: 'pv-protection-controller',
    watches: { [VOLUMES]: (event) => (event.type === 'DELETED' ? [] : [keyOf(event.object)]) },
    reconcile: async (name) => {
      const volume = context.lister.get<KubeObject>(VOLUMES, undefined, name);
      if (!volume) return undefined;
      if (!volume.metadata.deletionTimestamp) await setFinalizer(context, VOLUMES, volume, VOLUME_IN_USE, true);
      else if (volume['status']?.phase !== 'Bound') await setFinalizer(context, VOLUMES, volume, VOLUME_IN_USE, false);
      return undefined;
    },
  };
}
