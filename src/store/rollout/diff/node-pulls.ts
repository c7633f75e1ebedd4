import type { ImageFacts, KnownImage } from '../../../api/image-facts.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { PodTemplate } from '../revisions.ts';
import type { CandidateNode } from './candidate-nodes.ts';
import { bytesOf } from './image-changes.ts';

interface PulledImage {
  reference: string;
  /** The node has it, so that nothing is pulled. */
  present: boolean;
  /** Layers that it has to fetch; undefined where they are not known. */
  layers?: number;
  bytes?: number;
  /** Why `bytes` is not exact, or not known. */
  estimate?: string;
  /** Something else to know: another image under the same name. */
  note?: string;
}

/** What a node has to fetch before a pod of the newer revision can start there. */
export interface NodePull {
  node: string;
  /** `linux/amd64` */
  platform: string;
  /** Pods of the workload that are there now. */
  pods: number;
  /** False where no new pod can come: cordoned, tainted, not selected. */
  mayRun: boolean;
  /** Of all images together; undefined where it is not known of one of them. */
  bytes?: number;
  /** Why `bytes` is not exact. */
  estimate?: string;
  images: PulledImage[];
}

export interface PullContext {
  /** The full form of an image's name: `docker.io/library/nginx:1.27`. */
  fullName(reference: string): string;
  /** By `imageKey`. */
  known: ReadonlyMap<string, KnownImage>;
  /** What nodes say of the size of images that they keep, by full name. */
  reportedSizes: ReadonlyMap<string, number>;
  /** Digests of layers that simulated nodes tell of, by node. */
  layersOn: ReadonlyMap<string, readonly string[]>;
}

export const imageKey = (platform: string, fullName: string): string => `${platform} ${fullName}`;

/** What the nodes of the bundled cluster run, which keep no layer that they do not tell of. */
const OWN_RUNTIME = /^kctl-/;
/** A kubelet names so many images, the largest (nodeStatusMaxImages). */
const MOST_NAMED = 50;

export function isOwnNode({ status }: KubeObject): boolean {
  return OWN_RUNTIME.test(status?.nodeInfo?.containerRuntimeVersion ?? '');
}

/** `linux/arm64`; nodes that do not say are taken for the commonest. */
export function platformOf({ status }: KubeObject): { os: string; architecture: string } {
  const { operatingSystem = 'linux', architecture = 'amd64' } = status?.nodeInfo ?? {};
  return { os: operatingSystem, architecture };
}

interface ReportedImage {
  names?: string[] | null;
  sizeBytes?: number;
}

/** The images that a node says it keeps, each with all its names in full. */
export function keptImages(node: KubeObject, fullName: PullContext['fullName']): { names: string[]; bytes: number }[] {
  return ((node['status']?.images ?? []) as ReportedImage[]).map(({ names, sizeBytes = 0 }) => ({
    names: (names ?? []).map(fullName),
    bytes: sizeBytes,
  }));
}

export function nodePull(candidate: CandidateNode, template: PodTemplate, context: PullContext): NodePull {
  const { node, pods, mayRun } = candidate;
  const { os, architecture } = platformOf(node);
  const platform = `${os}/${architecture}`;
  const there = whatIsThere(candidate, platform, context);
  const images = imagesToRun(template).map((image) => pulledImage(image, platform, there, context));
  const estimate = images.find((image) => image.estimate !== undefined)?.estimate;
  const isKnown = images.every(({ bytes }) => bytes !== undefined);
  return {
    ...{ node: node.metadata.name ?? '', platform, pods, mayRun },
    ...(isKnown && { bytes: images.reduce((sum, { bytes = 0 }) => sum + bytes, 0) }),
    ...(estimate !== undefined && { estimate }),
    images,
  };
}

interface There {
  /** Each name with the other names of the same image. */
  names: Map<string, readonly string[]>;
  /** Digests of layers. */
  layers: Set<string>;
  /** Why other layers may be there, too. */
  doubt: string | undefined;
}

function whatIsThere(
  { node, images }: CandidateNode,
  platform: string,
  { fullName, known, layersOn }: PullContext,
): There {
  const kept = [...keptImages(node, fullName).map(({ names }) => names), ...images.map((names) => names.map(fullName))];
  const layers = new Set(layersOn.get(node.metadata.name ?? ''));
  let unread = false;
  for (const names of kept) {
    const facts = names.map((name) => ownFacts(name, names, known.get(imageKey(platform, name)))).find(Boolean);
    if (facts) for (const { digest } of facts.layers) layers.add(digest);
    else unread = true;
  }
  const doubt = !isOwnNode(node)
    ? 'at most: of what the node keeps only images of the same repository are compared'
    : (node['status']?.images ?? []).length >= MOST_NAMED
      ? `at most: a node names only its ${MOST_NAMED} largest images`
      : unread
        ? 'at most: the layers of some images on the node are not known'
        : undefined;
  return { names: new Map(kept.flatMap((names) => names.map((name) => [name, names]))), layers, doubt };
}

/** Facts of what a registry has under a name are those of the node's image only where it still is the same. */
function ownFacts(name: string, names: readonly string[], found: KnownImage | undefined): ImageFacts | undefined {
  if (!found || !('facts' in found)) return undefined;
  return !found.facts.simulated && isOther(names, name, found.facts) ? undefined : found.facts;
}

interface ImageToRun {
  reference: string;
  policy: string;
}

function imagesToRun({ spec = {} }: PodTemplate): ImageToRun[] {
  const { initContainers = [], containers = [] } = spec as Record<
    string,
    { image?: string; imagePullPolicy?: string }[]
  >;
  const found = new Map<string, ImageToRun>();
  for (const { image, imagePullPolicy = '' } of [...initContainers, ...containers]) {
    if (image) found.set(image, { reference: image, policy: imagePullPolicy });
  }
  return [...found.values()];
}

function pulledImage(
  { reference, policy }: ImageToRun,
  platform: string,
  there: There,
  { fullName, known, reportedSizes }: PullContext,
): PulledImage {
  const name = fullName(reference);
  const found = known.get(imageKey(platform, name)) ?? { unknown: 'nothing is known of it' };
  const facts = 'facts' in found ? found.facts : undefined;
  const moved = facts !== undefined && !facts.simulated && isOther(there.names.get(name), name, facts);
  const isThere =
    there.names.has(name) || (facts !== undefined && digestNames(name, facts).some((one) => there.names.has(one)));
  if (isThere && (!moved || policy !== 'Always')) {
    const note = moved ? `the node keeps another image under this name, and will run that one (${policy})` : undefined;
    return { reference, present: true, layers: 0, bytes: 0, ...(note !== undefined && { note }) };
  }
  if (policy === 'Never') return { reference, present: false, layers: 0, bytes: 0, note: 'it is never pulled (Never)' };
  if (facts) {
    const missing = [...new Map(facts.layers.map((layer) => [layer.digest, layer])).values()].filter(
      ({ digest }) => !there.layers.has(digest),
    );
    // The next image of the pod finds them there.
    for (const { digest } of missing) there.layers.add(digest);
    const estimate = missing.length > 0 ? there.doubt : undefined;
    const own = { layers: missing.length, bytes: bytesOf(missing) };
    return { reference, present: false, ...own, ...(estimate !== undefined && { estimate }) };
  }
  const size = reportedSizes.get(name);
  const why = 'unknown' in found ? found.unknown : '';
  if (size === undefined) return { reference, present: false, estimate: `its size is not known: ${why}` };
  return {
    ...{ reference, present: false, bytes: size },
    estimate: `the size that another node reports, without regard to shared layers: ${why}`,
  };
}

/** `repository@digest` for each digest that nodes may know it by. */
function digestNames(
  name: string,
  { digest, digests = [digest] }: ImageFacts & { digests?: readonly string[] },
): string[] {
  const repository = repositoryOf(name);
  return digests.map((one) => `${repository}@${one}`);
}

/** `docker.io/library/nginx:1.27@sha256:…` → `docker.io/library/nginx` */
export function repositoryOf(name: string): string {
  const plain = name.split('@')[0]!;
  const colon = plain.lastIndexOf(':');
  return colon > plain.lastIndexOf('/') ? plain.slice(0, colon) : plain;
}

/** Whether a node has something else under a name than the registry. A node that names no digests does not tell. */
function isOther(
  names: readonly string[] | undefined,
  name: string,
  facts: ImageFacts & { digests?: readonly string[] },
): boolean {
  const own = (names ?? []).filter((one) => one.startsWith(`${repositoryOf(name)}@`));
  return own.length > 0 && !own.some((one) => digestNames(name, facts).includes(one));
}
