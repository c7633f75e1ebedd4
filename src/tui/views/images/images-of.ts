import type { KubeObject } from '../../../api/meta.ts';
import { runningImage } from '../../../oci/look-up/running-image.ts';
import { podSpecOf } from './registry-images.ts';

/** An image as an object names it. */
export interface NamedImage {
  image: string;
  /** What runs there; undefined where that is not known. */
  digest: string | undefined;
  /** Containers that run it; empty for what a node keeps. */
  containers: readonly string[];
}

interface ContainerPart {
  name: string;
  image?: string;
  imageID?: string;
}

const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/**
 * The images of a pod, of what makes pods, or of a node, each once; containers that run at first.
 * @param container the only one that is wanted
 */
export function imagesOf(object: KubeObject, container?: string): NamedImage[] {
  const kept = object.kind === 'Node' || object.status?.nodeInfo ? (object.status?.images ?? []) : undefined;
  if (kept) return (kept as { names?: string[] }[]).flatMap(({ names }) => nodeImage(names ?? []));
  const spec = podSpecOf(object) ?? {};
  const ids = new Map<string, string>();
  for (const list of statuses) {
    for (const { name, imageID } of (object.status?.[list] ?? []) as ContainerPart[])
      if (imageID) ids.set(name, imageID);
  }
  const found = new Map<string, { image: string; digest: string | undefined; containers: string[] }>();
  for (const list of lists) {
    for (const { name, image } of (spec[list] ?? []) as ContainerPart[]) {
      if (!image || (container !== undefined && name !== container)) continue;
      const digest = digestIn(ids.get(name) ?? '');
      const known = found.get(image);
      if (known) {
        known.containers.push(name);
        known.digest ??= digest;
      } else found.set(image, { image, digest, containers: [name] });
    }
  }
  return [...found.values()];
}

/** By its tag if it has one: each has a name with its digest, too. */
function nodeImage(names: readonly string[]): NamedImage[] {
  const image = names.find((name) => !name.includes('@')) ?? names[0];
  const digest = names.map(digestIn).find(Boolean);
  return image === undefined ? [] : [{ image, digest, containers: [] }];
}

const digestIn = (text: string): string | undefined => runningImage(text)?.digest;
