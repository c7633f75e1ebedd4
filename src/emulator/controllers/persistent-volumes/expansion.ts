import type { KubeObject } from '../../../api/meta.ts';
import { classOf, isBound } from '../../../api/scheduling/claims.ts';
import { compareQuantities } from '../../../lib/quantity.ts';
import { timestamp } from '../../clock.ts';
import { type StatusCondition, withCondition, withoutCondition } from '../conditions.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import { CLAIMS, CLASSES, claimNamesOf, PROVISIONED_BY, PROVISIONER, VOLUMES } from './names.ts';

/** So long the volume itself takes to grow, and after it the file system on its node. */
const RESIZE_MS = 2000;

/**
 * Makes volumes of the cluster's own provisioner grow with what their claims ask for: first the volume, then, on the node of a
 * pod that runs with it, the file system (kubernetes-csi external-resizer, kubelet operationexecutor NodeExpandVolume).
 */
export function volumeExpansion(context: ControlContext): Controller {
  const begun = new Map<string, number>();
  return {
    name: 'volume-expand',
    watches: {
      [CLAIMS]: ownKey,
      pods: ({ type, object, previous }) =>
        type !== 'DELETED' && object['status']?.phase !== previous?.['status']?.phase
          ? claimNamesOf(object).map((name) => `${object.metadata.namespace}/${name}`)
          : [],
    },
    reconcile: (key) => expand(context, begun, key),
  };
}

async function expand(context: ControlContext, begun: Map<string, number>, key: string): Promise<Again> {
  const { lister, recorder, clock } = context;
  const claim = lister.get<KubeObject>(CLAIMS, ...splitKey(key));
  const wanted: string | undefined = claim?.['spec'].resources?.requests?.storage;
  const now: string | undefined = claim?.['status']?.capacity?.storage;
  if (!claim || !isBound(claim) || !wanted || !now || compareQuantities(wanted, now) <= 0) {
    begun.delete(key);
    return undefined;
  }
  const storageClass = lister.get<KubeObject>(CLASSES, undefined, classOf(claim));
  const volume = lister.get<KubeObject>(VOLUMES, undefined, claim['spec'].volumeName);
  if (!volume || storageClass?.['allowVolumeExpansion'] !== true) return undefined;
  const say = (reason: string, message: string, component: string) =>
    recorder.record(claim, { type: 'Normal', reason, message, component });
  const isOurs = volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
  const startedAt = begun.get(key);
  if (startedAt === undefined) {
    say('ExternalExpanding', 'waiting for an external controller to expand this PVC', 'volume_expand');
    if (!isOurs) return undefined;
    begun.set(key, clock.now());
    const name = volume.metadata.name!;
    say('Resizing', `External resizer is resizing volume ${name}`, `external-resizer ${PROVISIONER}`);
    await setConditions(context, claim, { type: 'Resizing', status: 'True' });
    return RESIZE_MS;
  }
  const left = startedAt + RESIZE_MS - clock.now();
  if (left > 0) return left;
  if (compareQuantities(volume['spec'].capacity.storage, wanted) < 0) {
    await context.client.update(VOLUMES, { ...volume, spec: { ...volume['spec'], capacity: { storage: wanted } } });
    if (claim['spec'].volumeMode !== 'Block') {
      const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
      say(
        'FileSystemResizeRequired',
        'Require file system resize of volume on node',
        `external-resizer ${PROVISIONER}`,
      );
      await setConditions(context, claim, { type: 'FileSystemResizePending', status: 'True', message });
      begun.set(key, clock.now());
      return RESIZE_MS;
    }
  }
  return finish(context, claim, wanted);
}

async function setConditions(context: ControlContext, claim: KubeObject, next: StatusCondition): Promise<void> {
  const now = timestamp(context.clock);
  const stamped = { ...next, lastProbeTime: null };
  const known: StatusCondition[] = claim['status']?.conditions ?? [];
  const conditions = withCondition(withoutCondition(known, 'Resizing'), stamped, now);
  await writeStatus(context, CLAIMS, claim, { ...claim['status'], conditions });
}

async function finish(context: ControlContext, claim: KubeObject, size: string): Promise<undefined> {
  const user = context.lister
    .list<KubeObject>('pods', claim.metadata.namespace)
    .find((pod) => pod['status']?.phase === 'Running' && claimNamesOf(pod).includes(claim.metadata.name!));
  if (claim['spec'].volumeMode !== 'Block') {
    if (!user) return;
    context.recorder.record(user, {
      type: 'Normal',
      reason: 'FileSystemResizeSuccessful',
      message: `MountVolume.NodeExpandVolume succeeded for volume "${claim['spec'].volumeName}" ${user['spec'].nodeName}`,
      component: 'kubelet',
      host: user['spec'].nodeName,
    });
  }
  const { conditions = [], ...status } = claim['status'];
  const others = withoutCondition(withoutCondition(conditions, 'FileSystemResizePending'), 'Resizing');
  const capacity = { ...status.capacity, storage: size };
  await writeStatus(context, CLAIMS, claim, {
    ...status,
    capacity,
    ...(others.length > 0 ? { conditions: others } : {}),
  });
}

/** Makes the claims that pods bring along, as theirs (kubernetes pkg/controller/volume/ephemeral). */
export function ephemeralVolumes(context: ControlContext): Controller {
  return {
    name: 'ephemeral-volume-controller',
    watches: {
      pods: ({ type, object }) =>
        type === 'ADDED' && object['spec'].volumes?.some(({ ephemeral }: { ephemeral?: object }) => ephemeral)
          ? [keyOf(object)]
          : [],
      [CLAIMS]: ({ type, object: { metadata } }) => {
        const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Pod');
        return type === 'DELETED' && owner ? [`${metadata.namespace}/${owner.name}`] : [];
      },
    },
    reconcile: async (key) => {
      const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
      if (!pod || pod.metadata.deletionTimestamp) return undefined;
      const { namespace, name, uid } = pod.metadata;
      for (const volume of pod['spec'].volumes ?? []) {
        const template = volume.ephemeral?.volumeClaimTemplate;
        const claimName = `${name}-${volume.name}`;
        if (!template) continue;
        const found = context.lister.get<KubeObject>(CLAIMS, namespace, claimName);
        if (found) {
          if (found.metadata.ownerReferences?.some((owner) => owner.uid === uid)) continue;
          const message = `PVC ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)`;
          throw new Error(message);
        }
        const owner = {
          apiVersion: 'v1',
          kind: 'Pod',
          name: name!,
          uid: uid!,
          controller: true,
          blockOwnerDeletion: true,
        };
        const { labels, annotations } = template.metadata ?? {};
        await context.client.create(CLAIMS, {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name: claimName,
            namespace: namespace!,
            ...(labels ? { labels } : {}),
            ...(annotations ? { annotations } : {}),
            ownerReferences: [owner],
          },
          spec: structuredClone(template.spec),
        });
      }
      return undefined;
    },
  };
}
