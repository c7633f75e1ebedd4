import type { KubeObject } from '../../api/meta.ts';
import type { ControlContext, Controller } from '../controllers/controller.ts';
import type { Again } from '../controllers/work-queue.ts';
import type { Kubelet } from './kubelet.ts';
import type { NodeDisks } from './node-disks.ts';
import { isDown } from './node-facts.ts';
import type { NodeImages } from './node-images.ts';

/** How a kubelet is set that nobody has set (imageGCHighThresholdPercent, imageGCLowThresholdPercent, imageMinimumGCAge). */
const HIGH_PERCENT = 85;
const LOW_PERCENT = 80;
const MINIMUM_AGE_MS = 120_000;
/** How often it looks (kubelet.go, ImageGCPeriod). */
const PERIOD_MS = 300_000;

const isFull = ({ capacity, available }: { capacity: number; available: number }): boolean =>
  100 - Math.trunc((available * 100) / capacity) >= HIGH_PERCENT;

/**
 * Kubelets that make room: where the disk of a node is fuller than the high threshold, images that no container uses go,
 * the least recently used first, until the low one is reached (kubelet/images/image_gc_manager.go). Nodes that are not
 * full are not looked at again before their next image comes.
 */
export function imageGarbageController(
  context: ControlContext,
  kubelet: () => Kubelet,
  disks: NodeDisks,
  changed: (node: string) => void,
): Controller & { imagesChanged(node: string, add: (key: string, ms: number) => void): void } {
  /** Nodes whose last round failed: the second failure is told. */
  const failed = new Set<string>();
  /** When the next round of a node is. */
  const due = new Map<string, number>();
  const now = () => context.clock.now();
  const fullDisk = (name: string) => {
    const node = context.lister.get<KubeObject>('nodes', undefined, name);
    const images = kubelet().imagesOf(name);
    const disk = disks.of(name);
    return node && images && disk && isFull(disk) ? { node, images, disk } : undefined;
  };
  return {
    name: 'kubelet-image-gc',
    watches: {},
    reconcile: async (name): Promise<Again> => {
      // A round that was asked for twice.
      const wait = (due.get(name) ?? 0) - now();
      if (wait > 0) return wait;
      due.delete(name);
      const full = fullDisk(name);
      if (!full) {
        failed.delete(name);
        return undefined;
      }
      due.set(name, now() + PERIOD_MS);
      if (isDown(full.node)) return PERIOD_MS;
      const { capacity, available } = full.disk;
      const wanted = Math.trunc((capacity * (100 - LOW_PERCENT)) / 100) - available;
      const { freed, removed } = removeIdle(full.images, wanted, kubelet().imagesInUse(name), now());
      if (removed > 0) changed(name);
      if (freed >= wanted) {
        failed.delete(name);
        return PERIOD_MS;
      }
      const message = `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
      const warn = (reason: string) =>
        context.recorder.record(full.node, { type: 'Warning', reason, message, component: 'kubelet', host: name });
      warn('FreeDiskSpaceFailed');
      if (failed.has(name)) warn('ImageGCFailed');
      failed.add(name);
      return PERIOD_MS;
    },
    imagesChanged(node, add) {
      if (due.has(node) || !fullDisk(node)) return;
      const next = PERIOD_MS - (now() % PERIOD_MS);
      due.set(node, now() + next);
      add(node, next);
    },
  };
}

/**
 * Removes images that nobody uses until so many bytes are free. Counts as a kubelet does: what an image takes by itself,
 * also where others share its layers.
 */
export function removeIdle(
  images: NodeImages,
  wanted: number,
  used: ReadonlySet<string>,
  now: number,
): { freed: number; removed: number } {
  let freed = 0;
  let removed = 0;
  for (const { digest, sizeBytes, since } of images.idle(used)) {
    if (freed >= wanted) break;
    if (now - since < MINIMUM_AGE_MS) continue;
    images.remove(digest, now);
    freed += sizeBytes;
    removed++;
  }
  return { freed, removed };
}
