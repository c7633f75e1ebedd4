import type { ImageFacts } from '../../api/image-facts.ts';
import type { PullFault } from '../faults/pulls.ts';
import { hexId } from '../runtime/chance.ts';
import { BYTES_PER_SECOND, FIRST_BYTE_MS, type NodeImages } from './node-images.ts';

interface NodeView {
  node: NodeImages;
  pullRate: () => number | undefined;
  diskRoom: () => number | undefined;
}

/**
 * What happens to a pull for which the disk of the node has no room: it goes on until the disk is full, fails in
 * containerd's words (core/content, the write of a blob's `ingest`), and what came goes.
 * @param name `docker.io/library/nginx:1.27`
 */
export function diskFull(
  { node, pullRate, diskRoom }: NodeView,
  facts: ImageFacts,
  name: string,
): PullFault | undefined {
  const bytes = node.bytesToPull(facts);
  // Who has all layers is not asked how full the disk is: that takes a look at every pod of the node.
  const room = bytes > 0 ? diskRoom() : undefined;
  if (room === undefined || bytes <= room) return undefined;
  const path = `/var/lib/containerd/io.containerd.content.v1.content/ingest/${hexId(`${facts.digest} ingest`)}/data`;
  return {
    message: `failed to pull and unpack image "${name}": failed to copy: write ${path}: no space left on device`,
    takesMs: FIRST_BYTE_MS + Math.round((room / (pullRate() ?? BYTES_PER_SECOND)) * 1000),
    slower: 1,
  };
}
