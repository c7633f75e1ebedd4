import { KctlError } from '../../lib/errors.ts';
import type { ArchiveFiles } from '../archive-files.ts';
import { checkDigest, digestOf } from '../digest.ts';
import type { Descriptor } from '../media-types.ts';
import { canonicalReference, parseReference } from '../reference.ts';
import {
  isForeign,
  isManifestType,
  MAX_REFERENCES,
  type ParsedManifest,
  parseManifest,
  type TypedDescriptor,
} from '../store/manifest.ts';
import { sameContent } from '../store/same-content.ts';

/** A file of the archive that becomes a blob. */
interface WantedFile {
  file: string;
  /** Undefined in docker's older archives, which do not say it of layers. */
  digest: string | undefined;
  size: number | undefined;
}

/** An image of an OCI layout: all its blobs are named. */
interface LayoutImage {
  target: TypedDescriptor;
  names: string[];
  /** Whose layers are to be checked against their config. */
  manifests: ParsedManifest[];
}

/** An image of a docker archive without a layout: its manifest is yet to be written. */
export interface DockerImage {
  names: string[];
  config: Buffer;
  configFile: string;
  layerFiles: string[];
  diffIds: string[];
}

export interface LoadPlan {
  wanted: WantedFile[];
  layout: LayoutImage[];
  docker: DockerImage[];
}

/**
 * What an archive holds, as its documents say; layers are not read yet.
 * @throws KctlError `input` for what is missing, damaged or no image
 */
export async function planLoad(files: ArchiveFiles, path: string): Promise<LoadPlan> {
  // Docker 25 and later write both forms into one tar; the OCI one has digests.
  if (await files.has('index.json')) return planLayout(files, path);
  if (await files.has('manifest.json')) return planDocker(files, path);
  throw new KctlError('input', `${path} is not an image archive: it has neither index.json nor manifest.json`, {
    hint: 'Make one with "kctl image save", "docker save" or "skopeo copy"; a root file system is for "kctl image import".',
  });
}

const MAX_DEPTH = 4;

function indexOf(bytes: Buffer, path: string): ReturnType<typeof parseManifest> {
  try {
    return parseManifest(bytes, undefined);
  } catch (cause) {
    if (!(cause instanceof KctlError)) throw cause;
    throw new KctlError('input', `${path}: index.json is ${cause.message}`, { cause });
  }
}

async function planLayout(files: ArchiveFiles, path: string): Promise<LoadPlan> {
  const bytes = await files.bytes('index.json');
  if (!bytes) throw new KctlError('input', `${path}: index.json is not valid JSON`);
  const index = indexOf(bytes, path);
  if (index.kind !== 'index') throw new KctlError('input', `${path}: index.json is no index`);
  const wanted = new Map<string, WantedFile>();
  const byDigest = new Map<string, LayoutImage>();
  for (const descriptor of index.manifests) {
    const names = namesOf(descriptor);
    const known = byDigest.get(descriptor.digest);
    if (known) {
      known.names.push(...names.filter((name) => !known.names.includes(name)));
      continue;
    }
    const manifests: ParsedManifest[] = [];
    const mediaType = await collect(files, path, descriptor, { wanted, manifests, above: [] });
    const { digest, size } = descriptor;
    byDigest.set(digest, { target: { mediaType, digest, size }, names, manifests });
  }
  if (byDigest.size === 0) throw new KctlError('input', `${path} holds no image`);
  return { wanted: [...wanted.values()], layout: [...byDigest.values()], docker: [] };
}

interface Collecting {
  wanted: Map<string, WantedFile>;
  manifests: ParsedManifest[];
  /** Digests of the indexes that lead here. */
  above: readonly string[];
}

/** @returns the media type of what the descriptor names */
async function collect(
  files: ArchiveFiles,
  path: string,
  descriptor: TypedDescriptor,
  { wanted, manifests, above }: Collecting,
): Promise<string> {
  const { digest } = descriptor;
  if (above.includes(digest)) throw new KctlError('input', `${path}: the index ${digest} contains itself`);
  if (above.length > MAX_DEPTH) throw new KctlError('input', `${path}: its indexes are nested too deep`);
  const file = blobFile(digest);
  const bytes = await files.bytes(file);
  if (!bytes) throw new KctlError('input', `${path} lacks ${file}, which its index names`);
  if (bytes.length !== descriptor.size || !sameContent(bytes, digest)) {
    throw new KctlError('input', `${path}: ${file} does not have the digest that its name says`);
  }
  const stated = isManifestType(descriptor.mediaType) ? descriptor.mediaType : undefined;
  const parsed = parseManifest(bytes, stated);
  wanted.set(file, want(descriptor));
  if (parsed.kind === 'manifest') {
    manifests.push(parsed);
    for (const blob of [parsed.config, ...parsed.layers])
      if (!isForeign(blob)) wanted.set(blobFile(blob.digest), want(blob));
    return parsed.mediaType;
  }
  for (const child of parsed.manifests) {
    // Archives of one platform keep the index of all.
    if (!(await files.has(blobFile(child.digest)))) continue;
    if (isManifestType(child.mediaType)) {
      await collect(files, path, child, { wanted, manifests, above: [...above, digest] });
    } else wanted.set(blobFile(child.digest), want(child));
  }
  return parsed.mediaType;
}

const blobFile = (digest: string): string => `blobs/${checkDigest(digest).replace(':', '/')}`;
const want = ({ digest, size }: Descriptor): WantedFile => ({ file: blobFile(digest), digest, size });

/** A name of the archive; a bare tag, as some tools write, names nothing that others could ask for. */
function namesOf({ annotations }: Descriptor): string[] {
  const full = annotations?.['io.containerd.image.name'];
  const short = annotations?.['org.opencontainers.image.ref.name'];
  const name = full ?? (short !== undefined && /[:/]/.test(short) ? short : undefined);
  return name === undefined ? [] : [canonicalReference(parseReference(name))];
}

interface DockerEntry {
  Config?: unknown;
  RepoTags?: unknown;
  Layers?: unknown;
}

async function planDocker(files: ArchiveFiles, path: string): Promise<LoadPlan> {
  const entries = await files.json<DockerEntry[]>('manifest.json');
  if (!Array.isArray(entries) || entries.length === 0) throw new KctlError('input', `${path} holds no image`);
  const wanted = new Map<string, WantedFile>();
  const docker: DockerImage[] = [];
  for (const entry of entries) {
    const { Config: configFile, RepoTags: tags, Layers: layerFiles } = entry ?? {};
    if (typeof configFile !== 'string' || !isTexts(layerFiles) || !(tags == null || isTexts(tags))) {
      throw new KctlError('input', `${path}: manifest.json does not say what an image is made of`);
    }
    if (layerFiles.length > MAX_REFERENCES) {
      throw new KctlError('input', `${path}: manifest.json names ${layerFiles.length} layers of an image`);
    }
    const config = await files.bytes(configFile);
    if (!config) throw new KctlError('input', `${path} lacks ${configFile}, which its manifest names`);
    const stated = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(configFile)?.[1];
    if (stated !== undefined && digestOf(config) !== `sha256:${stated}`) {
      throw new KctlError('input', `${path}: ${configFile} does not have the digest that its name says`);
    }
    for (const file of layerFiles) {
      if (!(await files.has(file))) throw new KctlError('input', `${path} lacks ${file}, which its manifest names`);
      wanted.set(file, { file, digest: undefined, size: undefined });
    }
    const names = (tags ?? []).map((tag) => canonicalReference(parseReference(tag)));
    docker.push({
      names,
      config,
      configFile,
      layerFiles,
      diffIds: diffIdsOf(config, configFile, layerFiles.length, path),
    });
  }
  return { wanted: [...wanted.values()], layout: [], docker };
}

function diffIdsOf(config: Buffer, file: string, layers: number, path: string): string[] {
  let parsed: { rootfs?: { diff_ids?: unknown } } | null;
  try {
    parsed = JSON.parse(config.toString('utf8'));
  } catch (cause) {
    throw new KctlError('input', `${path}: ${file} is not valid JSON`, { cause });
  }
  const ids = parsed?.rootfs?.diff_ids ?? [];
  if (!isTexts(ids) || ids.length !== layers) {
    throw new KctlError('input', `${path}: ${file} does not name the ${layers} layers that the image has`);
  }
  return ids.map((id) => checkDigest(id));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
