import { KctlError } from '../../lib/errors.ts';
import { type ImageReference, parseReference } from '../reference.ts';
import { Refusal } from '../registry/refusal.ts';
import { patient } from '../registry/retry.ts';
import { RegistrySession } from '../registry/session.ts';
import {
  isForeign,
  isManifestType,
  type ParsedManifest,
  parseManifest,
  type TypedDescriptor,
} from '../store/manifest.ts';
import { readImage, readPlatforms } from '../store/read-image.ts';
import type { ImageRecord, ImageStore } from '../store/types.ts';
import { type LayerResult, type MovedBlob, type OnTransfer, type Tally, tallyOf } from './events.ts';
import { pushRefusal } from './explain-refusal.ts';
import { inParallel } from './in-parallel.ts';
import { OpenUploads } from './open-uploads.ts';
import { retryText, routeTo } from './pull-source.ts';
import type { RegistryAccess } from './registry-access.ts';
import { sendBlob } from './send-blob.ts';

export interface PushOptions {
  registries: RegistryAccess;
  /** Only this platform of an index. */
  platform?: string | undefined;
  /** Layers that travel at the same time; 5 where absent, as docker's. */
  atOnce?: number;
  signal?: AbortSignal | undefined;
  on?: OnTransfer;
}

export interface PushResult {
  tag: string;
  /** Of what was pushed. */
  digest: string;
  /** Bytes of its manifest or index. */
  size: number;
  tally: Tally;
}

interface ToPush {
  /** Those that others refer to first; the last one gets the tag. */
  documents: { descriptor: TypedDescriptor; bytes: Buffer }[];
  images: ParsedManifest[];
}

/** Sources that a mount is tried from. */
const MOST_SOURCES = 3;
const MAX_DEPTH = 4;

/**
 * Sends an image of the store to a registry: only what is not there travels.
 * @param as where to: `localhost:5000/shop/web:1`
 * @throws KctlError `input`, `auth`, `connection`
 */
export async function pushImage(
  store: ImageStore,
  { target }: Pick<ImageRecord, 'target'>,
  as: string,
  options: PushOptions,
): Promise<PushResult> {
  const reference = parseReference(as);
  if (reference.digest !== undefined) throw new KctlError('usage', 'cannot push a digest reference');
  const { registries, on = () => {}, atOnce = 5 } = options;
  const { registry, repository, tag = 'latest' } = reference;
  routeTo(registry, repository, registries);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  await using lease = store.lease(`push ${as}`);
  const { documents, images } = await whatToPush(store, target, options.platform, on);
  const sources = await mountSources(store, reference);
  const { http, credentials, retry = patient } = registries;
  const layers = distinct(images.flatMap((image) => image.layers));
  const wanted = new Set(layers.map(({ digest }) => digest));
  const useful = new Set([...sources].filter(([digest]) => wanted.has(digest)).flatMap(([, names]) => names));
  const session = new RegistrySession({
    ...{ http, registry, repository, signal, retry, actions: 'pull,push' },
    alsoPull: [...useful].slice(0, MOST_SOURCES),
    credentials: credentials && (() => credentials(registry, repository)),
    onRetry: (reason) => on({ kind: 'retry', reason: retryText(registry, reason) }),
  });
  const results = new Map<string, LayerResult>();
  const uploads = new OpenUploads(store.path);
  uploads.sweep();
  try {
    await session.address('');
    on({ kind: 'begin', registry, repository, tag });
    on({ kind: 'layers', layers: layers.filter((layer) => !isForeign(layer)) });
    const configs = distinct(images.map(({ config }) => config));
    const blobs = [...layers.filter((layer) => !isForeign(layer)), ...configs];
    for (const { digest } of blobs) await lease.hold(digest);
    for (const { digest, size } of layers.filter(isForeign)) {
      results.set(digest, { digest, size, outcome: 'foreign', travelled: 0 });
    }
    const isConfig = new Set(configs.map(({ digest }) => digest));
    await inParallel(blobs, atOnce, stop, async ({ digest, size }) => {
      const mountFrom = (sources.get(digest) ?? []).slice(0, MOST_SOURCES);
      const quiet = isConfig.has(digest);
      const layer = await sendBlob({ digest, size }, { session, store, uploads, mountFrom, on: quiet ? () => {} : on });
      if (quiet) return;
      results.set(digest, layer);
      on({ kind: 'layer', layer });
    });
    for (const [at, { descriptor, bytes }] of documents.entries()) {
      await putManifest(session, descriptor, bytes, at === documents.length - 1 ? tag : descriptor.digest);
    }
  } catch (error) {
    throw error instanceof KctlError && !options.signal?.aborted ? pushRefusal(error, reference) : error;
  }
  const { descriptor } = documents.at(-1)!;
  const tally = tallyOf(layers.flatMap(({ digest }) => results.get(digest) ?? []));
  return { tag, digest: descriptor.digest, size: descriptor.size, tally };
}

async function putManifest(
  session: RegistrySession,
  { mediaType, digest }: TypedDescriptor,
  bytes: Buffer,
  name: string,
) {
  const answer = await session.exchange(`manifests/${name}`, {
    ...{ method: 'PUT', headers: { 'content-type': mediaType }, body: bytes, limit: 1 << 20 },
  });
  if (answer.status >= 300) {
    throw new Refusal(
      answer.status,
      answer.body,
      session.name,
      `the manifest ${name} of ${session.options.repository}`,
    );
  }
  const told = answer.headers['docker-content-digest'];
  if (typeof told === 'string' && told.startsWith(digest.split(':')[0]!) && told !== digest) {
    throw new KctlError('input', `${session.name} stored the manifest ${digest} as ${told}`);
  }
}

async function whatToPush(
  store: ImageStore,
  target: TypedDescriptor,
  platform: string | undefined,
  on: OnTransfer,
): Promise<ToPush> {
  if (platform !== undefined) return readAll(store, (await readImage(store, target, platform)).target);
  const whole = await readAll(store, target).catch((error: unknown) => {
    if (error instanceof Partial) return undefined;
    throw error;
  });
  if (whole) return whole;
  // Of an index, pulls bring one platform.
  const there = await readPlatforms(store, target);
  if (there.length !== 1) {
    throw new KctlError('input', 'only some platforms of the image are in the image store', {
      hint: `Choose one with --platform: ${there.map((image) => image.platform).join(', ')}. "kctl pull --all-platforms" brings all.`,
    });
  }
  on({
    kind: 'note',
    text: `Not all platforms of the image are here: only that for ${there[0]!.platform} is pushed, whose digest is another than the index's.`,
  });
  return readAll(store, there[0]!.target);
}

class Partial extends Error {}

/** All that a manifest or an index refers to. @throws Partial where something of it is missing */
async function readAll(store: ImageStore, target: TypedDescriptor): Promise<ToPush> {
  const found: ToPush = { documents: [], images: [] };
  const read = async (descriptor: TypedDescriptor, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new KctlError('input', 'its indexes are nested too deep');
    if (!(await store.blob(descriptor.digest))) throw new Partial();
    const bytes = await store.document(descriptor.digest);
    const parsed = parseManifest(bytes, descriptor.mediaType);
    if (parsed.kind === 'manifest') {
      for (const blob of [parsed.config, ...parsed.layers]) {
        if (!isForeign(blob) && !(await store.blob(blob.digest))) throw new Partial();
      }
      found.images.push(parsed);
    } else {
      for (const child of parsed.manifests) if (isManifestType(child.mediaType)) await read(child, depth + 1);
    }
    if (found.documents.some((known) => known.descriptor.digest === descriptor.digest)) return;
    found.documents.push({ descriptor: { ...descriptor, size: bytes.length }, bytes });
  };
  await read(target, 0);
  return found;
}

function distinct<Blob extends MovedBlob>(blobs: readonly Blob[]): Blob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** Repositories of the same registry that have a layer, as far as the names of the store tell. */
async function mountSources(
  store: ImageStore,
  { registry, repository }: ImageReference,
): Promise<ReadonlyMap<string, string[]>> {
  const sources = new Map<string, string[]>();
  for (const { target, names } of store.images.list()) {
    const others = new Set(
      names
        .map(parseReference)
        .flatMap((name) => (name.registry === registry && name.repository !== repository ? [name.repository] : [])),
    );
    if (others.size === 0) continue;
    for (const { manifest } of await readPlatforms(store, target).catch(() => [])) {
      for (const { digest } of manifest.layers) {
        sources.set(digest, [...new Set([...(sources.get(digest) ?? []), ...others])]);
      }
    }
  }
  return sources;
}
