import type { KubeObject } from '../../api/meta.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { type ControlContext, keyOf } from '../controllers/controller.ts';
import { isFinished } from '../controllers/pods.ts';
import { type DiskUsage, diskUsageOf, type Written } from './disk-usage.ts';
import type { Kubelet } from './kubelet.ts';

/** The disk of a node: bytes. */
export interface NodeDisk {
  capacity: number;
  available: number;
  /** What layers of images take. */
  images: number;
  usages: DiskUsage[];
}

/** What fills the disks of nodes: images, and what containers and folders of pods hold. */
export class NodeDisks {
  readonly #context: ControlContext;
  readonly #kubelet: () => Kubelet;
  readonly #writtenBy: (pod: KubeObject) => Written | undefined;

  constructor(context: ControlContext, kubelet: () => Kubelet, writtenBy: (pod: KubeObject) => Written | undefined) {
    this.#context = context;
    this.#kubelet = kubelet;
    this.#writtenBy = writtenBy;
  }

  /** undefined where nobody said how large it is. */
  of(name: string): NodeDisk | undefined {
    const node = this.#context.lister.get<KubeObject>('nodes', undefined, name);
    const images = this.#kubelet().imagesOf(name);
    const text: string | undefined = node?.['status']?.capacity?.['ephemeral-storage'];
    const capacity = text === undefined ? 0 : quantityValue(text);
    if (!images || capacity <= 0) return undefined;
    const usages = this.#kubelet()
      .podsOn(name)
      .filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp)
      .map((pod) => diskUsageOf(pod, this.#kubelet().runtimeOf(keyOf(pod)), this.#writtenBy(pod)));
    const used = usages.reduce((sum, { bytes }) => sum + bytes, images.bytes);
    return { capacity, available: Math.max(capacity - used, 0), images: images.bytes, usages };
  }
}
