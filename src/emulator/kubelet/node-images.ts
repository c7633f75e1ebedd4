import type { ImageFacts, ImageLayerFacts } from '../../api/image-facts.ts';
import type { ImagePull, LayerPull } from '../../api/node-pulls.ts';
import { parseReference } from '../../oci/reference.ts';
import { between } from '../runtime/chance.ts';
import { bytesAt, planLayers } from './pull-plan.ts';

/** What a node downloads in a second, unless it is told otherwise. */
export const BYTES_PER_SECOND = 45_000_000;
export const FIRST_BYTE_MS = 700;
const MANIFEST_CHECK_MS = 250;
/** Pulls that have ended are told of for so long, and so many at most. */
const TOLD_MS = 120_000;
const MOST_TOLD = 64;

/** For whom an image is pulled. */
interface Puller {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  /** As its spec names the image. */
  image: string;
}

export interface Pull {
  facts: ImageFacts;
  by: Puller | undefined;
  queuedAt: number;
  /** When its turn comes, and when it ends (ms): other pulls of the node go first. */
  startsAt: number;
  endsAt: number;
  durationMs: number;
  /** When the first byte of a layer comes. */
  firstByteAt: number;
  bytesPerMs: number;
  /** Digests of what this pull transfers. */
  missing: ReadonlySet<string>;
  /** Of what a pull before it in the queue transfers. */
  shared: ReadonlySet<string>;
}

export interface PullOptions {
  /** How many times longer it takes than it would. */
  slower?: number | undefined;
  bytesPerSecond?: number | undefined;
  /** How many pulls the node makes side by side (kubelet's maxParallelImagePulls); 1 by default. */
  parallel?: number | undefined;
  by?: Puller | undefined;
}

/** An image on the node, with all its names. */
interface Kept {
  facts: ImageFacts;
  /** `docker.io/library/nginx:1.27` */
  tags: Set<string>;
  /** `docker.io/library/nginx@sha256:…` */
  digests: Set<string>;
  /** When it came, and when a container last began with it or ended (ms). */
  since: number;
  usedAt: number;
}

/** An image that may go from a node. */
export interface IdleImage {
  digest: string;
  sizeBytes: number;
  since: number;
  usedAt: number;
}

const nothing: ReadonlySet<string> = new Set();

/** The images of one node. Layers are shared, so a second tag of an application pulls only what differs. */
export class NodeImages {
  /** By digest. */
  readonly #images = new Map<string, Kept>();
  /** By each of their names. */
  readonly #names = new Map<string, Kept>();
  /** By digest, with bytes: what is there or on its way. */
  readonly #layers = new Map<string, number>();
  #bytes = 0;
  /** Under way and lately ended, in the order of their turns. */
  readonly #pulls: Pull[] = [];

  has(facts: ImageFacts): boolean {
    return this.#names.has(runtimeName(facts.reference));
  }

  /** What the node has by that name, which need not be what a registry has by it today. */
  find(image: string): ImageFacts | undefined {
    return this.#names.get(runtimeName(image))?.facts;
  }

  /** The image goes by this name from now on; whatever had it stays, without. */
  keep(facts: ImageFacts, now = 0): void {
    const name = runtimeName(facts.reference);
    let kept = this.#images.get(facts.digest);
    if (!kept) {
      kept = { facts, tags: new Set(), digests: new Set(), since: now, usedAt: now };
      this.#images.set(facts.digest, kept);
      for (const layer of facts.layers) this.#addLayer(layer);
    }
    const pinned = `${withoutTag(facts.reference)}@${facts.digest}`;
    kept.digests.add(pinned);
    this.#names.set(pinned, kept);
    if (name === pinned) return;
    this.#names.get(name)?.tags.delete(name);
    this.#names.set(name, kept);
    kept.tags.add(name);
  }

  /** What is known of it from an earlier process. */
  restore(names: readonly string[], facts: ImageFacts, now: number): void {
    this.keep(facts, now);
    for (const name of names) if (!this.#names.has(name)) this.keep({ ...facts, reference: name }, now);
  }

  /** A container with the image begins or ends. @param imageId `docker.io/library/nginx@sha256:…` */
  use(imageId: string, now: number): void {
    const kept = this.#named(imageId);
    if (kept) kept.usedAt = Math.max(kept.usedAt, now);
  }

  /** By an id, or by any name that a spec may have. */
  #named(id: string): Kept | undefined {
    return this.#names.get(id) ?? this.#names.get(runtimeName(id));
  }

  /** Bytes of all layers that are here, each once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Images that none of these ids means, in the order in which a kubelet parts with them. */
  idle(used: ReadonlySet<string>): IdleImage[] {
    const inUse = new Set([...used].map((id) => this.#named(id)));
    return [...this.#images.values()]
      .filter((kept) => !inUse.has(kept))
      .map(({ facts, since, usedAt }) => ({ digest: facts.digest, sizeBytes: facts.sizeBytes, since, usedAt }))
      .sort((a, b) => a.usedAt - b.usedAt || a.since - b.since);
  }

  /** Takes an image away, with the layers that nothing else here has or waits for. */
  remove(digest: string, now: number): void {
    const gone = this.#images.get(digest);
    if (!gone) return;
    this.#images.delete(digest);
    for (const name of [...gone.tags, ...gone.digests]) this.#names.delete(name);
    const needed = new Set(
      [...this.#images.values(), ...this.#pulls.filter(({ endsAt }) => endsAt >= now)].flatMap(({ facts }) =>
        facts.layers.map((layer) => layer.digest),
      ),
    );
    for (const layer of gone.facts.layers) {
      const bytes = this.#layers.get(layer.digest);
      if (bytes === undefined || needed.has(layer.digest)) continue;
      this.#layers.delete(layer.digest);
      this.#bytes -= bytes;
    }
  }

  /** Bytes of the layers that it lacks. */
  bytesToPull({ layers }: ImageFacts): number {
    return layers.reduce((sum, { digest, sizeBytes }) => sum + (this.#layers.has(digest) ? 0 : sizeBytes), 0);
  }

  #addLayer({ digest, sizeBytes }: ImageLayerFacts): void {
    if (this.#layers.has(digest)) return;
    this.#layers.set(digest, sizeBytes);
    this.#bytes += sizeBytes;
  }

  /**
   * One pull at a time per node, as kubelets do (serializeImagePulls), unless it is told otherwise; of layers only those
   * that the node lacks. Who pulls beside others has an even share of what the node receives from then on.
   */
  pull(
    facts: ImageFacts,
    now: number,
    { slower = 1, bytesPerSecond = BYTES_PER_SECOND, parallel = 1, by }: PullOptions = {},
  ): Pull {
    const lacking = facts.layers.filter(({ digest }) => !this.#layers.has(digest));
    const bytes = lacking.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const others = this.#pulls.filter(({ endsAt }) => endsAt > now);
    const startsAt = turnOf(others, parallel, now);
    const beside = others.filter(({ endsAt }) => endsAt > startsAt);
    const bytesPerMs = bytesPerSecond / 1000 / slower / (beside.length + 1);
    const check = slower * between(`${facts.digest} ${now}`, 0.6, 1.4) * MANIFEST_CHECK_MS;
    const firstByte = bytes > 0 ? slower * FIRST_BYTE_MS : 0;
    const ownMs = Math.round(check + firstByte + bytes / bytesPerMs);
    const shared = this.#underWay(facts.layers, others);
    // What a neighbour brings is waited for.
    const awaited = beside.filter(
      ({ missing }) => shared.size > 0 && [...shared].some((digest) => missing.has(digest)),
    );
    const endsAt = Math.max(startsAt + ownMs, ...awaited.map((pull) => pull.endsAt));
    this.#forget(now);
    const pull: Pull = {
      ...{ facts, by, queuedAt: now, startsAt, endsAt, durationMs: endsAt - startsAt, bytesPerMs },
      firstByteAt: startsAt + check + firstByte,
      missing: lacking.length === 0 ? nothing : new Set(lacking.map(({ digest }) => digest)),
      shared,
    };
    this.#pulls.push(pull);
    // Whoever asks while these are under way waits its turn and finds them there.
    for (const layer of lacking) this.#addLayer(layer);
    return pull;
  }

  #underWay(layers: readonly ImageLayerFacts[], others: readonly Pull[]): ReadonlySet<string> {
    const bringing = others.filter(({ missing }) => missing.size > 0);
    if (bringing.length === 0) return nothing;
    return new Set(
      layers.map(({ digest }) => digest).filter((digest) => bringing.some(({ missing }) => missing.has(digest))),
    );
  }

  #forget(now: number): void {
    let old = 0;
    while (old < this.#pulls.length && this.#pulls[old]!.endsAt < now) {
      if (this.#pulls[old]!.endsAt >= now - TOLD_MS && this.#pulls.length - old <= MOST_TOLD) break;
      old++;
    }
    if (old > 0) this.#pulls.splice(0, old);
  }

  /** The pulls that containers wait for, or did lately, as they stand at `now` (ms). */
  pulls(now: number): ImagePull[] {
    this.#forget(now);
    return this.#pulls.flatMap((pull) => (pull.by ? [shown(pull, pull.by, now)] : []));
  }

  /** `status.images` of the node: the largest first, 50 at most (nodeStatusMaxImages). */
  status(): { names: string[]; sizeBytes: number }[] {
    return [...this.#images.values()]
      .sort((a, b) => b.facts.sizeBytes - a.facts.sizeBytes)
      .slice(0, 50)
      .map(({ facts, tags, digests }) => ({ names: [...digests, ...tags], sizeBytes: facts.sizeBytes }));
  }
}

/** When a pull begins: at once where a slot is free, else when enough of those under way have ended. */
function turnOf(underWay: readonly Pull[], parallel: number, now: number): number {
  if (underWay.length < parallel) return now;
  // Each began when the one before it ended.
  if (parallel === 1) return Math.max(now, underWay.at(-1)!.endsAt);
  const ends = underWay.map(({ endsAt }) => endsAt).sort((a, b) => a - b);
  return Math.max(now, ends[ends.length - parallel]!);
}

const stamp = (ms: number): string => new Date(Math.round(ms)).toISOString();

function shown(pull: Pull, by: Puller, now: number): ImagePull {
  const { facts, missing, shared, queuedAt, startsAt, endsAt, firstByteAt, bytesPerMs } = pull;
  const moved = facts.layers.filter(({ digest }) => missing.has(digest));
  const plans = planLayers(moved, firstByteAt, bytesPerMs);
  const layers = facts.layers.map((layer): LayerPull => {
    const { digest, sizeBytes } = layer;
    const plan = plans[moved.indexOf(layer)];
    if (!plan) return { digest, sizeBytes, state: shared.has(digest) ? 'shared' : 'cached', doneBytes: 0 };
    const state = now >= plan.to ? 'pulled' : now >= plan.from ? 'pulling' : 'waiting';
    const times = { startsAt: stamp(plan.from), endsAt: stamp(plan.to) };
    return { digest, sizeBytes, state, doneBytes: bytesAt(plan, now), ...times };
  });
  return {
    ...by,
    queuedAt: stamp(queuedAt),
    startsAt: stamp(startsAt),
    endsAt: stamp(endsAt),
    bytesPerSecond: Math.round(bytesPerMs * 1000),
    layers,
  };
}

/** `docker.io/library/nginx:1.27` → `docker.io/library/nginx`. */
export function withoutTag(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** What a runtime knows an image by: its tag, or its digest where the name has one. Thousands of pods ask for a few. */
function runtimeName(image: string): string {
  const known = runtimeNames.get(image);
  if (known !== undefined) return known;
  let name = image;
  try {
    const { registry, repository, tag = 'latest', digest } = parseReference(image);
    name = `${registry}/${repository}${digest ? `@${digest}` : `:${tag}`}`;
  } catch {
    // Nothing has such a name.
  }
  if (runtimeNames.size >= MOST_NAMES) runtimeNames.clear();
  runtimeNames.set(image, name);
  return name;
}

const runtimeNames = new Map<string, string>();
const MOST_NAMES = 500;
