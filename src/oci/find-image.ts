import { KctlError } from '../lib/errors.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { checkDigest, digestOf } from './digest.ts';
import { type Descriptor, type ImageConfig, type ImageManifest, isIndex, platformText } from './media-types.ts';
import { soundConfig } from './sound-config.ts';

/** A file that holds a layer, and the digest it must have where the archive says one. */
interface LayerFile {
  file: string;
  digest: string | undefined;
}

export interface FoundImage {
  /** Name in the archive; '' where it has none. */
  reference: string;
  /** Digest of the manifest; '' in an archive without one (docker save before 25). */
  digest: string;
  config: ImageConfig;
  layers: LayerFile[];
}

export interface ImageChoice {
  /** `linux/arm64`; the machine's own where absent. */
  platform?: string;
  /** Name in the archive, where it holds several images. */
  image?: string;
}

/** Finds the image of an archive. @throws KctlError `input` */
export async function findImage(files: ArchiveFiles, path: string, choice: ImageChoice): Promise<FoundImage> {
  // Docker 25 and later write both forms into one tar; the OCI one has digests to check.
  if (await files.has('index.json')) return findInLayout(files, path, choice);
  if (await files.has('manifest.json')) return findInDockerArchive(files, path, choice);
  throw new KctlError('input', `${path} is not an image archive: it has neither index.json nor manifest.json`, {
    hint: 'Make one with "docker save -o web.tar IMAGE" or "skopeo copy ... oci:DIR".',
  });
}

const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

async function findInLayout(files: ArchiveFiles, path: string, choice: ImageChoice): Promise<FoundImage> {
  const index = await files.json<{ manifests?: Descriptor[] }>('index.json');
  const named = (index?.manifests ?? []).map((descriptor) => ({ descriptor, name: nameOf(descriptor) }));
  const names = [...new Set(named.map(({ name }) => name))];
  const wanted = choice.image === undefined ? named : named.filter(({ name }) => name === choice.image);
  if (wanted.length === 0) throw noSuchImage(path, choice.image, names);
  if (choice.image === undefined && names.length > 1) throw severalImages(path, names);
  const candidates: Descriptor[] = [];
  for (const { descriptor } of wanted) candidates.push(...(await expand(files, descriptor, path)));
  const chosen = choosePlatform(candidates, choice.platform, path);
  const manifest = await document<ImageManifest>(files, chosen, path);
  const config = soundConfig<ImageConfig>(await document(files, manifest.config, path));
  return {
    reference: wanted[0]!.name,
    digest: chosen.digest,
    config,
    layers: manifest.layers.map(({ digest }) => ({ file: blobFile(digest), digest })),
  };
}

function nameOf({ annotations }: Descriptor): string {
  return nameAnnotations.map((key) => annotations?.[key]).find((name) => name !== undefined) ?? '';
}

/** The manifests of an index, one level or more down; attestations (no real platform) are left out. */
async function expand(files: ArchiveFiles, descriptor: Descriptor, path: string, depth = 0): Promise<Descriptor[]> {
  const content = await document<object>(files, descriptor, path);
  if (!isIndex(descriptor, content)) return [descriptor];
  if (depth > 4) throw new KctlError('input', `${path}: its indexes are nested too deep`);
  const found: Descriptor[] = [];
  for (const child of content.manifests) {
    if (child.platform?.os === 'unknown') continue;
    // Archives of one platform keep the index of all; what is not in them cannot be chosen.
    if (await files.has(blobFile(child.digest))) found.push(...(await expand(files, child, path, depth + 1)));
  }
  return found;
}

function choosePlatform(candidates: readonly Descriptor[], wanted: string | undefined, path: string): Descriptor {
  const [only, ...others] = candidates;
  if (!only) throw new KctlError('input', `${path} holds no image for any platform`);
  if (wanted === undefined && others.length === 0) return only;
  const architectures: Record<string, string> = { x64: 'amd64', ia32: '386' };
  const text = wanted ?? `linux/${architectures[process.arch] ?? process.arch}`;
  const found = candidates.find(({ platform }) => {
    const name = platformText(platform);
    return name === text || name.startsWith(`${text}/`) || (platform === undefined && others.length === 0);
  });
  if (found) return found;
  const platforms = candidates.map(({ platform }) => platformText(platform)).join(', ');
  throw new KctlError('input', `${path} has no image for ${text}`, { hint: `It has: ${platforms}` });
}

function blobFile(digest: string): string {
  return `blobs/${checkDigest(digest).replace(':', '/')}`;
}

/** A JSON blob, checked against its digest. */
async function document<T>(files: ArchiveFiles, descriptor: Descriptor, path: string): Promise<T> {
  const file = blobFile(descriptor.digest);
  const bytes = await files.bytes(file);
  if (!bytes) throw new KctlError('input', `${path} lacks ${file}, which its index names`);
  if (descriptor.digest.startsWith('sha256:') && digestOf(bytes) !== descriptor.digest) {
    throw new KctlError('input', `${path}: ${file} does not have the digest that its name says`);
  }
  return (await files.json<T>(file))!;
}

interface DockerImage {
  Config: string;
  RepoTags?: string[] | null;
  Layers: string[];
}

async function findInDockerArchive(files: ArchiveFiles, path: string, choice: ImageChoice): Promise<FoundImage> {
  const images = (await files.json('manifest.json')) ?? [];
  if (!isDockerManifest(images)) {
    throw new KctlError('input', `${path}: manifest.json does not say what an image is made of`);
  }
  const names = images.flatMap((image) => image.RepoTags ?? []);
  const { image: wanted } = choice;
  const matching = wanted === undefined ? images : images.filter((image) => image.RepoTags?.includes(wanted));
  if (matching.length === 0) throw noSuchImage(path, wanted, names);
  if (matching.length > 1) throw severalImages(path, names);
  const image = matching[0]!;
  const document = await files.json(image.Config);
  if (!document) throw new KctlError('input', `${path} lacks ${image.Config}, which its manifest names`);
  const config = soundConfig<ImageConfig>(document);
  if (choice.platform !== undefined && !platformText(config).startsWith(choice.platform)) {
    throw new KctlError('input', `${path} has no image for ${choice.platform}`, {
      hint: `It has: ${platformText(config)}`,
    });
  }
  return {
    reference: image.RepoTags?.[0] ?? '',
    digest: '',
    config,
    layers: image.Layers.map((file) => ({ file, digest: undefined })),
  };
}

function isDockerManifest(value: unknown): value is DockerImage[] {
  const isTexts = (list: unknown) => Array.isArray(list) && list.every((text) => typeof text === 'string');
  const isImage = ({ Config, RepoTags, Layers }: Partial<Record<keyof DockerImage, unknown>>) =>
    typeof Config === 'string' && isTexts(Layers) && (RepoTags == null || isTexts(RepoTags));
  return Array.isArray(value) && value.every((image) => typeof image === 'object' && image !== null && isImage(image));
}

function noSuchImage(path: string, wanted: string | undefined, names: readonly string[]): KctlError {
  if (wanted === undefined) return new KctlError('input', `${path} holds no image`);
  return new KctlError('input', `${path} holds no image "${wanted}"`, { hint: `It has: ${names.join(', ')}` });
}

function severalImages(path: string, names: readonly string[]): KctlError {
  return new KctlError('input', `${path} holds several images: ${names.join(', ')}`, {
    hint: 'Say which one with --image.',
  });
}
