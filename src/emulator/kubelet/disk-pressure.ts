import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf } from '../controllers/controller.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import { brokenLimit, isToldOfDisk } from './disk-usage.ts';
import { LOOK_MS, lowMessage, mayGo, PressureMemory, tellPressure, victimOf } from './eviction.ts';
import { removeIdle } from './image-garbage.ts';
import type { Kubelet } from './kubelet.ts';
import type { NodeDisk, NodeDisks } from './node-disks.ts';
import { isDown, underPressure } from './node-facts.ts';

/**
 * How a kubelet is set that nobody has set: imagefs.available<15% and nodefs.available<10%. Images and containers share
 * one disk, so that the first is always met first.
 */
const LEAST_SHARE = Math.fround(0.15);
/** A pod that has written less needs no watching. */
const WORTH_A_LOOK = 1024 ** 2;

const isShort = ({ capacity, available }: NodeDisk): boolean => available < thresholdOf(capacity);
const thresholdOf = (capacity: number): number => Math.trunc(capacity * LEAST_SHARE);

/** A controller that has to be told of what it does not watch. */
export interface DiskPressureController extends Controller {
  /** The node's images have changed, or somebody writes there. */
  stirred(node: string, add: (key: string, ms: number) => void): void;
}

/**
 * Nodes whose disk is full: the kubelet says so, lets go of images that nobody uses, and where that is too little sends
 * pods away, one at a time (kubelet/eviction). Pods that have broken a limit of their own go in any case. Nodes where
 * nothing is written and images have room are not looked at.
 */
export function diskPressureController(
  context: ControlContext,
  kubelet: () => Kubelet,
  disks: NodeDisks,
  imagesGone: (node: string) => void,
): DiskPressureController {
  const memory = new PressureMemory();
  const watched = new Set<string>();
  return {
    name: 'kubelet-disk-eviction',
    watches: {
      pods: ({ object, type }) => {
        const node: string | undefined = object['spec'].nodeName;
        return node && type !== 'DELETED' && isToldOfDisk(object) && !isFinished(object) ? [node] : [];
      },
      nodes: ({ object, type, previous }) =>
        type === 'ADDED' && !previous && underPressure(object, 'DiskPressure') ? [object.metadata.name!] : [],
    },
    reconcile: async (name): Promise<Again> => {
      const again = await lookAt(context, kubelet(), { name, disks, memory, imagesGone });
      if (again === undefined) watched.delete(name);
      else watched.add(name);
      return again;
    },
    stirred(node, add) {
      if (watched.has(node)) return;
      watched.add(node);
      add(node, LOOK_MS);
    },
  };
}

async function lookAt(
  context: ControlContext,
  kubelet: Kubelet,
  {
    name,
    disks,
    memory,
    imagesGone,
  }: { name: string; disks: NodeDisks; memory: PressureMemory; imagesGone: (node: string) => void },
): Promise<Again> {
  const { lister, clock, recorder } = context;
  const node = lister.get<KubeObject>('nodes', undefined, name);
  const disk = disks.of(name);
  const wasTold = node !== undefined && underPressure(node, 'DiskPressure');
  if (!node || !disk) return undefined;
  const short = isShort(disk);
  if (!short && !wasTold && !disk.usages.some((one) => isToldOfDisk(one.pod) || one.bytes >= WORTH_A_LOOK)) {
    memory.forget(name);
    return undefined;
  }
  if (isDown(node)) return LOOK_MS;
  const tells = memory.tells(name, clock.now(), short, wasTold);
  if (tells !== wasTold) await tellPressure(context, node, 'DiskPressure', tells);
  const culprits = disk.usages.flatMap((usage) => {
    const message = mayGo(usage.pod) ? brokenLimit(usage) : undefined;
    return message === undefined ? [] : [{ usage, message }];
  });
  for (const { usage, message } of culprits) kubelet.evict(keyOf(usage.pod), message, { isOwnDoing: true });
  if (!short || culprits.length > 0) return LOOK_MS;
  const message = 'Attempting to reclaim ephemeral-storage';
  recorder.record(node, { type: 'Warning', reason: 'EvictionThresholdMet', message, component: 'kubelet', host: name });
  const images = kubelet.imagesOf(name)!;
  const { removed } = removeIdle(images, Number.POSITIVE_INFINITY, kubelet.imagesInUse(name), clock.now());
  if (removed > 0) imagesGone(name);
  const left = disks.of(name)!;
  if (!isShort(left)) return LOOK_MS;
  const victim = victimOf(left.usages);
  const met = { threshold: thresholdOf(disk.capacity), available: disk.available };
  if (victim) kubelet.evict(keyOf(victim.pod), lowMessage(victim, 'ephemeral-storage', met));
  return LOOK_MS;
}
