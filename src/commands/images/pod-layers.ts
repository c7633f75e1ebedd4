import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ImagePull } from '../../api/node-pulls.ts';
import { sizeText } from '../../lib/size-text.ts';

interface Container {
  name: string;
  image?: string;
}

interface Status {
  name: string;
  imageID?: string;
  state?: { waiting?: { reason?: string } };
}

/** A container of a pod, and what is known of its image. */
export interface PodImage {
  pod: KubeObject;
  /** With `init:` or `debug:` before the name of one that is no application. */
  container: string;
  image: string;
  /** What its node made it from, `…@sha256:…`; '' where it is not there (yet). */
  imageId: string;
  /** Why it waits; '' where it does not. */
  waits: string;
  node: string;
  facts: ImageFacts | undefined;
}

const kinds = [
  ['init:', 'initContainers', 'initContainerStatuses'],
  ['', 'containers', 'containerStatuses'],
  ['debug:', 'ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/** The containers of a pod in the order in which they run. */
export function imagesOfPod(pod: KubeObject): PodImage[] {
  return kinds.flatMap(([prefix, containers, statuses]) =>
    ((pod['spec']?.[containers] ?? []) as Container[]).map(({ name, image = '' }): PodImage => {
      const status = ((pod['status']?.[statuses] ?? []) as Status[]).find((one) => one.name === name);
      return {
        ...{ pod, container: `${prefix}${name}`, image, imageId: status?.imageID ?? '' },
        ...{ waits: status?.state?.waiting?.reason ?? '', node: pod['spec']?.nodeName ?? '', facts: undefined },
      };
    }),
  );
}

/** What is known of a node besides the pods. */
export interface NodeLayers {
  /** Digests of the layers that it has, by the digest of each image that is there; undefined: nobody says. */
  images: ReadonlyMap<string, readonly string[]> | undefined;
  pulls: readonly ImagePull[];
}

/** IMAGE, SIZE, LAYERS, SHARED, STATE, NODE */
export function layerCells(one: PodImage, node: NodeLayers | undefined): string[] {
  const { image, facts } = one;
  const size = facts ? `${sizeText(facts.sizeBytes)}${facts.simulated ? ' (simulated)' : ''}` : '<unknown>';
  const layers = facts ? String(facts.layers.length) : '<unknown>';
  return [image, size, layers, sharedText(one, node), stateText(one, node), one.node || '<none>'];
}

/** Layers that other images of the node have, too. */
function sharedText({ facts }: PodImage, node: NodeLayers | undefined): string {
  if (!facts || !node?.images) return '-';
  const others = new Set([...node.images].flatMap(([digest, layers]) => (digest === facts.digest ? [] : layers)));
  const shared = facts.layers.filter(({ digest }) => others.has(digest));
  if (shared.length === 0) return '0';
  return `${shared.length}, ${sizeText(shared.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}`;
}

/** Where it is: on the node, on its way, or what of it is missing. */
export function stateText(one: PodImage, node: NodeLayers | undefined): string {
  if (one.imageId !== '') return 'on node';
  if (one.node === '') return 'not scheduled';
  const pull = node?.pulls.findLast(
    ({ podUid, container }) => podUid === one.pod.metadata.uid && container === one.container.replace(/^\w+:/, ''),
  );
  const isFailed = /Err|BackOff|Invalid/.test(one.waits);
  if (pull && !isFailed && pull.layers.some(({ state }) => state !== 'cached')) return pullText(pull);
  const missing = missingText(one, node);
  if (isFailed) return missing === '' ? one.waits : `${one.waits}, ${missing}`;
  return missing || 'waiting';
}

function pullText({ layers }: ImagePull): string {
  const moved = layers.filter(({ state }) => state !== 'cached' && state !== 'shared');
  if (moved.length === 0) return 'waiting for another pull';
  const total = moved.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const done = moved.reduce((sum, { doneBytes }) => sum + doneBytes, 0);
  const here = moved.filter(({ state }) => state === 'pulled').length;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return `pulling ${here}/${moved.length} layers, ${percent} % of ${sizeText(total)}`;
}

function missingText({ facts }: PodImage, node: NodeLayers | undefined): string {
  if (!facts || !node?.images) return '';
  const here = new Set([...node.images.values()].flat());
  const missing = facts.layers.filter(({ digest }) => !here.has(digest));
  if (missing.length === 0) return 'all layers on node';
  const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `missing ${missing.length}/${facts.layers.length} layers, ${sizeText(bytes)}`;
}
