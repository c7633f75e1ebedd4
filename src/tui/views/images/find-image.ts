import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import type { Unknown } from '../../../oci/in-use/image-use.ts';
import type { ImageExplorer } from '../../../oci/layers/explore-image.ts';
import { parseReference } from '../../../oci/reference.ts';
import type { ImageStore } from '../../../oci/store/types.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';

/** An image that somebody wants to look into, and what is known of it beforehand. */
export interface ImageAsked {
  /** As people write it; absent: that of the pod's first container. */
  image?: string | undefined;
  /** The digest that a node runs, where that is known. */
  digest?: string | undefined;
  /** What runs it: whose pull secrets read it, and what actions work on. */
  ref?: ObjectRef | undefined;
  /** What its registry has answered just now; it is not asked again. */
  unknown?: Unknown | undefined;
}

interface ShownLayer {
  digest: string;
  /** As it is transferred. */
  sizeBytes: number;
  instruction: string;
}

/** An image with its layers; what their files are is known to the explorer, where they can be had. */
export interface FoundImage {
  name: string;
  digest: string;
  platform: string;
  /** Who says so. */
  from: 'store' | 'registry' | 'cluster';
  isSimulated: boolean;
  /** Lowest first. */
  layers: readonly ShownLayer[];
  /** Absent where there are no files to show. */
  explorer?: ImageExplorer;
  /** What the reader has to know of it: a sentence each. */
  notes: readonly string[];
  close(): void;
}

/** The image store of this machine's user; undefined where there is none yet, which looking does not change. */
export async function localStore(services: DashboardServices): Promise<ImageStore | undefined> {
  const { imageStorePath, openImageStore } = await import('../../../oci/store/open-store.ts');
  const path = imageStorePath(services.env);
  return existsSync(join(path, 'store.db')) ? openImageStore(path) : undefined;
}

/**
 * Looks for an image where it can be read best: in the user's image store by its digest, at the cluster where that
 * knows layers, at its registry with the pull secrets of what runs it, and in the store by its name.
 * @throws KctlError with what the last of them says
 */
export async function findImage(
  services: DashboardServices,
  asked: ImageAsked & { image: string },
  signal: AbortSignal,
): Promise<FoundImage> {
  const store = await localStore(services);
  try {
    const found = await search(services, asked, store, signal);
    if (found.from !== 'store') store?.close();
    return found;
  } catch (error) {
    store?.close();
    throw error;
  }
}

async function search(
  services: DashboardServices,
  { image, digest, ref, unknown }: ImageAsked & { image: string },
  store: ImageStore | undefined,
  signal: AbortSignal,
): Promise<FoundImage> {
  const pinned = digest ?? /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  const running = store && pinned ? await storedBy(store, image, pinned) : undefined;
  if (running) return running;
  // What nothing runs is an image of this machine's.
  const byName = store && (await storedByName(store, image));
  if (byName && !ref) return byName;
  const facts = await services.imageFacts(image);
  if (facts) {
    const real = store && !facts.simulated ? await storedBy(store, image, facts.digest) : undefined;
    if (real) return real;
    const { layers, simulated: isSimulated, digest: own } = facts;
    return { name: image, digest: own, platform: '', from: 'cluster', isSimulated, layers, notes: [], close() {} };
  }
  try {
    if (services.isReplay) throw new KctlError('input', say('the layers of images are not in the recording'));
    if (unknown) throw new KctlError('input', unknown.unknown, unknown);
    return await fromRegistry(services, image, pinned, ref, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (!byName) throw untried(error);
    const why = error instanceof KctlError ? error.message : String(error);
    const other = pinned && pinned !== byName.digest ? [say('What the cluster runs may be another one.')] : [];
    const notes = [say('From the image store of this machine: {why}', { why }), ...other];
    return { ...byName, notes };
  }
}

/** What other failures of connections are not: nobody tries it again. */
function untried(error: unknown): unknown {
  if (!(error instanceof KctlError) || error.code !== 'connection') return error;
  return new KctlError('input', error.message, { ...(error.hint !== undefined && { hint: error.hint }), cause: error });
}

async function storedBy(store: ImageStore, name: string, digest: string): Promise<FoundImage | undefined> {
  const blob = await store.blob(digest).catch(() => undefined);
  if (!blob) return undefined;
  const { parseManifest } = await import('../../../oci/store/manifest.ts');
  try {
    // An image's id is that of its config, which is no manifest.
    const { mediaType } = parseManifest(await store.document(digest));
    return await stored(store, name, { digest, mediaType, size: blob.size });
  } catch {
    return undefined;
  }
}

async function storedByName(store: ImageStore, name: string): Promise<FoundImage | undefined> {
  try {
    return await stored(store, name, (await store.images.find(name)).target);
  } catch (error) {
    if (error instanceof KctlError && error.code === 'input') return undefined;
    throw error;
  }
}

async function stored(
  store: ImageStore,
  name: string,
  target: { digest: string; mediaType: string; size: number },
): Promise<FoundImage> {
  const [{ targetSource }, { ImageExplorer }] = await Promise.all([
    import('../../../oci/layers/image-source.ts'),
    import('../../../oci/layers/explore-image.ts'),
  ]);
  const source = await targetSource(store, target, name);
  const explorer = new ImageExplorer(source, source.sizes);
  return { ...shown(name, explorer), from: 'store', close: () => store.close() };
}

function shown(name: string, explorer: ImageExplorer): Omit<FoundImage, 'from' | 'close'> {
  const { source, sizes, instructions } = explorer;
  return {
    name,
    digest: source.digest,
    platform: source.platform,
    isSimulated: false,
    layers: source.layers.map(({ digest = '' }, number) => ({
      ...{ digest, sizeBytes: sizes[number] ?? 0, instruction: instructions[number] ?? '' },
    })),
    explorer,
    notes: [],
  };
}

/** Reads the manifest at its registry; layers come into the image store when they are asked for. */
async function fromRegistry(
  services: DashboardServices,
  image: string,
  digest: string | undefined,
  ref: ObjectRef | undefined,
  signal: AbortSignal,
): Promise<FoundImage> {
  const [{ registryImages, pullerFor }, { ImageLookUp }, { registrySource }, { ImageExplorer }, storing] =
    await Promise.all([
      import('./registry-images.ts'),
      import('../../../oci/look-up/image-look-up.ts'),
      import('../../../oci/layers/registry-source.ts'),
      import('../../../oci/layers/explore-image.ts'),
      import('../../../oci/store/open-store.ts'),
    ]);
  const puller = await pullerFor(services, ref);
  // The cluster was asked before.
  const world = { isOwn: false, ownFacts: async () => undefined, registries: () => registryImages(services, signal) };
  const lookUp = new ImageLookUp(world);
  const { registry, repository } = parseReference(image);
  // It may be the image's id as well, which no registry knows it by: then it is held against what the name means.
  const running = digest === undefined ? '' : `${registry}/${repository}@${digest}`;
  const opened = await lookUp.open(image, running, puller);
  const store = storing.openImageStore(storing.imageStorePath(services.env));
  const lease = store.lease('explorer');
  const source = registrySource(opened, store, lease);
  const explorer = new ImageExplorer(source, source.sizes);
  const close = () => {
    lease.release();
    store.close();
  };
  const notes = opened.isOther ? [say('What the cluster runs may be another one.')] : [];
  return { ...shown(image, explorer), from: 'registry', notes, close };
}
