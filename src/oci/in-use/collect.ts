import type { KubeObject } from '../../api/meta.ts';
import { runningDigest } from '../look-up/running-image.ts';
import { canonicalReference, type ImageReference, parseReference } from '../reference.ts';
import type { ContainerUse, ImageUse } from './image-use.ts';
import { workloadOf } from './workload.ts';

interface Container {
  name: string;
  image?: string;
  imagePullPolicy?: string;
}

interface ContainerStatus {
  name: string;
  imageID?: string;
}

/** What pods and nodes say, image by image, sorted by name. Sizes and layers join later. */
export function collectImages(
  pods: readonly KubeObject[],
  nodes: readonly KubeObject[],
  jobs: readonly KubeObject[] = [],
): ImageUse[] {
  const kept = keptImages(nodes);
  const uses = Map.groupBy(
    pods.flatMap((pod) => usesOf(pod, jobs)),
    ({ written }) => fullName(written),
  );
  return [...uses].map(([reference, own]) => imageOf(reference, own, kept)).sort(byName);
}

/** Images that nodes keep and none of the pods uses. */
export function unusedImages(pods: readonly KubeObject[], nodes: readonly KubeObject[]): ImageUse[] {
  const kept = keptImages(nodes);
  const used = new Set(
    pods.flatMap((pod) => usesOf(pod, [])).flatMap(({ written, digest }) => [fullName(written), digest]),
  );
  const seen = new Set<Kept>();
  const found: ImageUse[] = [];
  for (const [reference, one] of kept) {
    // Under its tag if it has one: each image has a name with its digest, too.
    if (seen.has(one) || (reference.includes('@') && one.names.some((name) => !name.includes('@')))) continue;
    seen.add(one);
    const digests = one.names.map(digestOf);
    if (![...one.names, ...digests].some((name) => name !== '' && used.has(name)))
      found.push(imageOf(reference, [], kept));
  }
  return found.sort(byName);
}

const byName = (a: ImageUse, b: ImageUse): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** An image of `status.images` of nodes. */
interface Kept {
  names: string[];
  bytes: number;
  nodes: string[];
}

/** By every full name that it has. */
function keptImages(nodes: readonly KubeObject[]): Map<string, Kept> {
  const found = new Map<string, Kept>();
  for (const { metadata, status } of nodes) {
    for (const { names = [], sizeBytes = 0 } of (status?.images ?? []) as {
      names?: string[] | null;
      sizeBytes?: number;
    }[]) {
      const full = (names ?? []).map(fullName);
      const known = full.map((name) => found.get(name)).find(Boolean) ?? { names: [], bytes: 0, nodes: [] };
      known.names = [...new Set([...known.names, ...full])];
      // Nodes of two architectures have images of two sizes under one name.
      known.bytes = Math.max(known.bytes, sizeBytes);
      if (metadata.name && !known.nodes.includes(metadata.name)) known.nodes.push(metadata.name);
      for (const name of full) found.set(name, known);
    }
  }
  return found;
}

function imageOf(reference: string, uses: readonly ContainerUse[], kept: ReadonlyMap<string, Kept>): ImageUse {
  const parsed = parse(reference);
  const held = kept.get(reference) ?? kept.get(pinned(reference, uses));
  const digests = [parsed?.digest, ...uses.map(({ digest }) => digest), ...(held?.names ?? []).map(digestOf)];
  return {
    name: parsed ? shortName(parsed) : reference,
    reference,
    registry: parsed?.registry ?? '',
    repository: parsed?.repository ?? '',
    tag: parsed ? (parsed.tag ?? (parsed.digest ? undefined : 'latest')) : undefined,
    digests: [...new Set(digests.filter((digest) => digest !== undefined && digest !== ''))] as string[],
    uses,
    keptBy: held?.nodes ?? [],
    size: held && held.bytes > 0 ? { bytes: held.bytes, from: 'node' } : undefined,
    layers: undefined,
    uniqueBytes: undefined,
    sharesWith: [],
    isSimulated: false,
  };
}

/** A node may know an image by its digest alone. */
function pinned(reference: string, uses: readonly ContainerUse[]): string {
  const digest = uses.find((use) => use.digest !== '')?.digest;
  const parsed = parse(reference);
  return digest && parsed ? `${parsed.registry}/${parsed.repository}@${digest}` : '';
}

function usesOf(pod: KubeObject, jobs: readonly KubeObject[]): ContainerUse[] {
  const { metadata, spec = {}, status = {} } = pod;
  const workload = workloadOf(pod, jobs);
  const lists = [
    ['container', spec.containers, status.containerStatuses],
    ['init', spec.initContainers, status.initContainerStatuses],
    ['ephemeral', spec.ephemeralContainers, status.ephemeralContainerStatuses],
  ] as const;
  return lists.flatMap(([kind, containers, statuses]) =>
    ((containers ?? []) as Container[]).flatMap(({ name, image, imagePullPolicy }) => {
      if (!image) return [];
      const id = ((statuses ?? []) as ContainerStatus[]).find((one) => one.name === name)?.imageID ?? '';
      return [
        {
          ...{ namespace: metadata.namespace ?? '', pod: metadata.name ?? '', container: name, kind, workload },
          ...{
            node: spec.nodeName ?? '',
            policy: imagePullPolicy ?? '',
            written: image,
            digest: runningDigest(id),
            imageId: id,
          },
        },
      ];
    }),
  );
}

/** `docker.io/library/nginx@sha256:…`, `docker-pullable://…@sha256:…`, `sha256:…` → the digest; else ''. */
function digestOf(text: string): string {
  return /sha256:[0-9a-f]{64}$/.exec(text)?.[0] ?? '';
}

function parse(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

function fullName(text: string): string {
  const parsed = parse(text);
  return parsed ? canonicalReference(parsed) : text;
}

/** Without what everybody leaves out. */
function shortName(reference: ImageReference): string {
  return canonicalReference(reference).replace(/^docker\.io\/(?:library\/)?/, '');
}
