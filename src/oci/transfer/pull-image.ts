import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, type ImageReference, parseReference } from '../reference.ts';
import { familiarName } from '../store/familiar-name.ts';
import { hostPlatform, readImage } from '../store/read-image.ts';
import type { ImageRecord, ImageStore, StoreLease } from '../store/types.ts';
import { suits } from './choose-platform.ts';
import { type LayerResult, type MovedBlob, type OnTransfer, type Tally, tallyOf } from './events.ts';
import { pullRefusal } from './explain-refusal.ts';
import { fetchBlob, isFull, isWrong } from './fetch-blob.ts';
import { inParallel } from './in-parallel.ts';
import { KeptParts } from './kept-parts.ts';
import { PullSource } from './pull-source.ts';
import { type ImageTree, readImageTree } from './read-image-tree.ts';
import type { RegistryAccess } from './registry-access.ts';

export interface PullOptions {
  registries: RegistryAccess;
  /** `linux/arm64`; this machine's where absent. */
  platform?: string | undefined;
  allPlatforms?: boolean;
  /** Layers that travel at the same time; 3 where absent, as docker's. */
  atOnce?: number;
  signal?: AbortSignal | undefined;
  on?: OnTransfer;
}

export interface PullResult {
  record: ImageRecord;
  /** The name it has in the store. */
  name: string;
  /** Of its manifest or index. */
  digest: string;
  /** False where the store had just that under the name, whole. */
  isNew: boolean;
  tally: Tally;
}

/** A config is a document: the store reads it as a whole. */
const CONFIG_LIMIT = 4 << 20;

/**
 * Brings an image into the store under its name. Layers that are there do not travel; what travelled before a failure
 * is kept for the next try, for a day.
 * @param reference as users write it: `nginx`, `localhost:5000/shop/web:1`, `…@sha256:…`
 * @throws KctlError `input` (nothing of it is kept then where content was wrong), `auth`, `connection`, `config` where the disk is full
 */
export async function pullImage(store: ImageStore, reference: string, options: PullOptions): Promise<PullResult> {
  const parsed = parseReference(reference);
  // A digest says all; docker does not keep the tag either.
  const name = canonicalReference(parsed.digest ? { ...parsed, tag: undefined } : parsed);
  const { registries, signal, on = () => {} } = options;
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const { registry, repository } = parsed;
  const source = new PullSource({ registry, repository, access: registries, signal: both, on });
  const lease = store.lease(`pull ${name}`);
  const kept = new KeptParts(store, name);
  try {
    const tag = parsed.digest ?? parsed.tag ?? 'latest';
    const top = await source.resolve(tag);
    on({ kind: 'begin', registry, repository, tag });
    const platform = options.allPlatforms ? undefined : (options.platform ?? hostPlatform());
    const tree = await readImageTree(source, top, familiarName(name), platform);
    const layers = await fetchAll(tree, { store, lease, source, stop, signal: both, on, kept, atOnce: options.atOnce });
    const before = store.images.byName(name);
    const hadIt = (await Promise.all(tree.documents.map(({ digest }) => lease.hold(digest)))).every(Boolean);
    for (const { digest, bytes } of tree.documents) await putAs(lease, digest, bytes);
    if (options.platform) await checkPlatform(store, tree, options.platform, familiarName(name));
    const record = await store.images.set(tree.target, [name]);
    kept.drop();
    const tally = tallyOf(layers);
    const isSame = before?.target.digest === tree.target.digest && hadIt && tally.travelled === 0;
    return { record, name, digest: tree.target.digest, isNew: !isSame, tally };
  } catch (error) {
    throw await failed(error, { parsed, source, store, lease, kept, signal });
  } finally {
    lease.release();
  }
}

/** The image of that name, pulled where the store lacks it. */
export async function imageOrPull(
  store: ImageStore,
  reference: string,
  options: PullOptions,
): Promise<{ record: ImageRecord; pulled: PullResult | undefined }> {
  const { platform = hostPlatform() } = options;
  const known = store.images.byName(canonicalReference(parseReference(reference)));
  if (known) {
    const isThere = await readImage(store, known.target, platform).then(
      () => true,
      () => false,
    );
    if (isThere) return { record: known, pulled: undefined };
  }
  const pulled = await pullImage(store, reference, options);
  return { record: pulled.record, pulled };
}

interface FetchingAll {
  store: ImageStore;
  lease: StoreLease;
  source: PullSource;
  stop: AbortController;
  signal: AbortSignal;
  on: OnTransfer;
  kept: KeptParts;
  atOnce: number | undefined;
}

async function fetchAll(tree: ImageTree, fetching: FetchingAll): Promise<LayerResult[]> {
  const { store, lease, source, stop, signal, on, kept, atOnce = 3 } = fetching;
  const big = tree.configs.find(({ size }) => size > CONFIG_LIMIT);
  if (big)
    throw new KctlError('input', `the config ${big.digest} has ${big.size} bytes, which is no config of an image`);
  const results = new Map<string, LayerResult>();
  const isThere = async ({ digest, size }: MovedBlob): Promise<boolean> =>
    // One of another size is damaged, and healed by another.
    (await lease.hold(digest)) && (await store.blob(digest))?.size === size;
  const quiet: OnTransfer = (event) => {
    if (event.kind === 'retry' || event.kind === 'note') on(event);
  };
  on({ kind: 'layers', layers: tree.layers });
  const tell = (layer: LayerResult): void => {
    results.set(layer.digest, layer);
    on({ kind: 'layer', layer });
  };
  const missing: MovedBlob[] = [];
  for (const { digest, size } of tree.layers) {
    if (await isThere({ digest, size })) tell({ digest, size, outcome: 'exists', travelled: 0 });
    else missing.push({ digest, size });
  }
  for (const { digest, size } of tree.foreign) tell({ digest, size, outcome: 'foreign', travelled: 0 });
  // Configs are small, and no layer waits for one.
  const lanes = [
    inParallel(tree.configs, atOnce, stop, async (blob) => {
      if (await isThere(blob)) return;
      await fetchBlob(blob, { lease, source, signal, on: quiet });
      kept.add(blob.digest);
    }),
    inParallel(missing, atOnce, stop, async (blob, came) => {
      const travelled = await fetchBlob(blob, { lease, source, signal, on, came });
      kept.add(blob.digest);
      tell({ ...blob, outcome: 'moved', travelled });
    }),
  ];
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return [...tree.layers, ...tree.foreign].flatMap(({ digest }) => results.get(digest) ?? []);
}

/** Under the digest by which it is known, of whatever algorithm. */
async function putAs(lease: StoreLease, digest: string, bytes: Buffer): Promise<void> {
  await lease.write(only(bytes), { digest, size: bytes.length });
}

async function* only(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** An image without an index says in its config what it is for. */
async function checkPlatform(store: ImageStore, tree: ImageTree, wanted: string, reference: string): Promise<void> {
  const { platform: actual } = await readImage(store, tree.target);
  if (tree.documents.length > 1 || suits(wanted, actual) || actual.startsWith(`${wanted}/`)) return;
  throw new KctlError(
    'input',
    `image with reference ${reference} was found but does not match the specified platform: wanted ${wanted}, actual: ${actual}`,
  );
}

interface Failing {
  parsed: ImageReference;
  source: PullSource;
  store: ImageStore;
  lease: StoreLease;
  kept: KeptParts;
  signal: AbortSignal | undefined;
}

/** What is wrong is thrown away, as is what stands in the way of a full disk; the rest is kept for the next try. */
async function failed(error: unknown, { parsed, source, store, lease, kept, signal }: Failing): Promise<unknown> {
  if (signal?.aborted) return error;
  if (isWrong(error) || isFull(error)) {
    kept.drop();
    await lease.discard();
  }
  if (isFull(error)) {
    return new KctlError('config', `no space left on device: ${store.path}`, {
      hint: 'Nothing of it was kept. Make room, for example by "kctl image prune".',
      cause: error,
    });
  }
  return error instanceof KctlError ? pullRefusal(error, parsed, source.registry) : error;
}
