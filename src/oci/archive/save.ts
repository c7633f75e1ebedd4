import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { KctlError } from '../../lib/errors.ts';
import { familiarName } from '../store/familiar-name.ts';
import {
  isForeign,
  isManifestType,
  OCI_INDEX,
  parseManifest,
  referencesOf,
  type TypedDescriptor,
} from '../store/manifest.ts';
import { readImage } from '../store/read-image.ts';
import type { FoundRecord, ImageStore } from '../store/types.ts';
import { writeWhole } from './write-whole.ts';

/** `docker-archive` holds an OCI layout too, as docker 25 and later write it. */
export type SaveFormat = 'docker-archive' | 'oci-archive' | 'oci-dir';

export interface SaveOptions {
  format: SaveFormat;
  /** Only this platform of each image. */
  platform?: string | undefined;
}

interface Saved {
  /** In the order in which they are written; each once. */
  blobs: TypedDescriptor[];
  documents: Record<string, object>;
}

/**
 * Writes images to a file or a folder, which is there whole or not at all.
 * @throws KctlError `input` where blobs are missing or the path cannot be written
 */
export async function saveTo(
  store: ImageStore,
  images: readonly FoundRecord[],
  path: string,
  options: SaveOptions,
): Promise<void> {
  const saved = await contents(store, images, options);
  try {
    if (options.format === 'oci-dir') await saveFolder(store, saved, path);
    else await writeWhole(path, Readable.from(tarOf(store, saved)));
  } catch (cause) {
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The images as a tar. */
export async function saveStream(
  store: ImageStore,
  images: readonly FoundRecord[],
  options: SaveOptions,
): Promise<Readable> {
  return Readable.from(tarOf(store, await contents(store, images, options)));
}

async function contents(
  store: ImageStore,
  images: readonly FoundRecord[],
  { format, platform }: SaveOptions,
): Promise<Saved> {
  const blobs = new Map<string, TypedDescriptor>();
  const manifests: TypedDescriptor[] = [];
  const docker = new Map<string, { Config: string; RepoTags: string[]; Layers: string[] }>();
  for (const image of images) {
    const names = image.name ? [image.name] : [];
    const target = platform ? (await readImage(store, image.target, platform)).target : image.target;
    await gather(store, target, blobs);
    const { mediaType, digest, size } = target;
    const plain = { mediaType, digest, size };
    if (names.length === 0 && !manifests.some((other) => other.digest === digest)) manifests.push(plain);
    for (const name of names) manifests.push({ ...plain, annotations: nameAnnotations(name) });
    if (format !== 'docker-archive') continue;
    const { manifest, configDigest } = await readImage(store, target, platform);
    const entry = docker.get(configDigest) ?? {
      Config: blobFile(configDigest),
      RepoTags: [],
      Layers: manifest.layers.map((layer) => blobFile(layer.digest)),
    };
    entry.RepoTags.push(...names.filter((name) => !name.includes('@')).map(familiarName));
    docker.set(configDigest, entry);
  }
  return {
    blobs: [...blobs.values()],
    documents: {
      'oci-layout': { imageLayoutVersion: '1.0.0' },
      'index.json': { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
      ...(format === 'docker-archive' ? { 'manifest.json': [...docker.values()] } : {}),
    },
  };
}

/** As docker writes them: the whole name, and its tag. */
function nameAnnotations(name: string): Record<string, string> {
  const tag = name.includes('@') ? undefined : name.slice(name.lastIndexOf(':') + 1);
  return {
    'io.containerd.image.name': name,
    ...(tag === undefined ? {} : { 'org.opencontainers.image.ref.name': tag }),
  };
}

async function gather(store: ImageStore, target: TypedDescriptor, into: Map<string, TypedDescriptor>): Promise<void> {
  if (into.has(target.digest)) return;
  const parsed = parseManifest(await store.document(target.digest), target.mediaType);
  for (const child of referencesOf(parsed)) {
    const isThere = (await store.blob(child.digest)) !== undefined;
    if (!isThere && (parsed.kind === 'index' || isForeign(child))) continue;
    if (!isThere) throw new KctlError('input', `the image lacks the blob ${child.digest}`);
    if (parsed.kind === 'index' && isManifestType(child.mediaType)) await gather(store, child, into);
    else into.set(child.digest, child);
  }
  into.set(target.digest, target);
}

const blobFile = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

function tarOf(store: ImageStore, saved: Saved): Pack {
  const tar = pack();
  fill(store, saved, tar).then(
    () => tar.finalize(),
    (error) => tar.destroy(error as Error),
  );
  return tar;
}

/** The same images make the same bytes: nothing of the clock is in them. */
async function fill(store: ImageStore, { blobs, documents }: Saved, tar: Pack): Promise<void> {
  const mtime = new Date(0);
  for (const [name, content] of Object.entries(documents)) {
    tar.entry({ name, mtime, mode: 0o644 }, JSON.stringify(content));
  }
  for (const { digest } of blobs) {
    const { size } = (await store.blob(digest))!;
    const entry = tar.entry({ name: blobFile(digest), size, mtime, mode: 0o644 });
    await pipeline(store.read(digest), entry);
  }
}

async function saveFolder(store: ImageStore, { blobs, documents }: Saved, path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) {
    throw new KctlError('input', `${path} is there already`, { hint: 'Choose another folder, or remove it first.' });
  }
  await mkdir(dirname(path), { recursive: true });
  const part = await mkdtemp(`${path}.`);
  try {
    for (const { digest } of blobs) {
      const file = join(part, blobFile(digest));
      await mkdir(dirname(file), { recursive: true });
      await copyFile(store.fileOf(digest), file);
    }
    for (const [name, content] of Object.entries(documents)) {
      await writeFile(join(part, name), JSON.stringify(content));
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}
