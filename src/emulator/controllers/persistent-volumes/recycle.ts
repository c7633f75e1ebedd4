import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import type { ControlContext } from '../controller.ts';
import { deleteIfThere, writeStatus } from '../ownership.ts';
import { COMPONENT, VOLUMES } from './names.ts';

const NAMESPACE = 'default';
const PREFIX = 'recycler-for-';
const IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6';
const SCRIPT = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1';
const SECONDS_PER_GIB = 30;

/** Kinds of volumes that can be recycled, with the least seconds that it may take. */
const RECYCLERS: Readonly<Record<string, number>> = { hostPath: 60, nfs: 300 };

/** The volume that a pod recycles; undefined: the pod does something else. */
export function recycledBy({ namespace, name }: { namespace?: string; name?: string }): string | undefined {
  return namespace === NAMESPACE && name?.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/** Empties a released volume in a pod and offers it again (kubernetes pkg/volume/util/recyclerclient). */
export async function recycle(context: ControlContext, volume: KubeObject): Promise<KubeObject | undefined> {
  const source = Object.keys(RECYCLERS).find((kind) => volume['spec'][kind]);
  if (!source) return fail(context, volume, 'No recycler plugin found for the volume!');
  const pod = context.lister.get<KubeObject>('pods', NAMESPACE, PREFIX + volume.metadata.name);
  if (!pod) return start(context, volume, source);
  const { phase, message } = pod['status'] ?? {};
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
  await deleteIfThere(context, 'pods', pod);
  if (phase === 'Succeeded') {
    say(context, volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
    return volume;
  }
  const why = message || 'pod failed, pod.Status.Message unknown';
  return fail(context, volume, `Recycle failed: failed to recycle volume: ${why}`);
}

/** Passes on what was told about the pod that recycles a volume. */
export function repeat(context: ControlContext, name: string): undefined {
  const event = context.lister.get<KubeObject>('events', NAMESPACE, name);
  const pod = event && recycledBy(event['involvedObject']);
  const volume = pod && context.lister.get<KubeObject>(VOLUMES, undefined, pod);
  if (!volume || !context.lister.get('pods', NAMESPACE, event['involvedObject'].name)) return;
  say(context, volume, event['type'], 'RecyclerPod', `Recycler pod: ${event['message']}`);
}

function say(
  { recorder }: ControlContext,
  volume: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  recorder.record(volume, { type, reason, message, component: COMPONENT });
}

async function fail(context: ControlContext, volume: KubeObject, message: string): Promise<undefined> {
  if (volume['status']?.phase === 'Failed') return;
  say(context, volume, 'Warning', 'VolumeFailedRecycle', message);
  await writeStatus(context, VOLUMES, volume, { phase: 'Failed', message });
}

async function start(context: ControlContext, volume: KubeObject, source: string): Promise<undefined> {
  const gibibytes = Math.floor(quantityValue(volume['spec'].capacity?.storage ?? '0') / 2 ** 30);
  const place = volume['spec'][source];
  try {
    await context.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: PREFIX + volume.metadata.name, namespace: NAMESPACE },
      spec: {
        activeDeadlineSeconds: Math.max(gibibytes * SECONDS_PER_GIB, RECYCLERS[source]!),
        restartPolicy: 'Never',
        volumes: [{ name: 'vol', [source]: source === 'hostPath' ? { path: place.path } : place }],
        containers: [
          {
            name: 'pv-recycler',
            image: IMAGE,
            command: ['/bin/sh'],
            args: ['-c', SCRIPT],
            volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
          },
        ],
      },
    });
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists')) throw error;
  }
}
