import type { ImageFacts, ImageLayerFacts } from '../../api/image-facts.ts';
import type { ImagePull, LayerPull } from '../../api/node-pulls.ts';
import { between } from '../runtime/chance.ts';
import { bytesAt, planLayers } from './pull-plan.ts';

/** What a node downloads in a second, unless it is told otherwise. */
const BYTES_PER_SECOND = 45_000_000;
const FIRST_BYTE_MS = 700;
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
  by?: Puller | undefined;
}

const nothing: ReadonlySet<string> = new Set();

/** The images of one node. Layers are shared, so a second tag of an application pulls only what differs. */
export class NodeImages {
  readonly #images = new Map<string, ImageFacts>();
  readonly #layers = new Set<string>();
  /** Under way and lately ended, in the order of their turns. */
  readonly #pulls: Pull[] = [];
  #busyUntil = 0;

  has(facts: ImageFacts): boolean {
    return this.#images.has(facts.reference);
  }

  keep(facts: ImageFacts): void {
    this.#images.set(facts.reference, facts);
    for (const { digest } of facts.layers) this.#layers.add(digest);
  }

  /** One pull at a time per node, as kubelets do (serializeImagePulls); of layers only those that the node lacks. */
  pull(facts: ImageFacts, now: number, { slower = 1, bytesPerSecond = BYTES_PER_SECOND, by }: PullOptions = {}): Pull {
    const lacking = facts.layers.filter(({ digest }) => !this.#layers.has(digest));
    const bytes = lacking.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const bytesPerMs = bytesPerSecond / 1000 / slower;
    const check = slower * between(`${facts.digest} ${now}`, 0.6, 1.4) * MANIFEST_CHECK_MS;
    const firstByte = bytes > 0 ? slower * FIRST_BYTE_MS : 0;
    const durationMs = Math.round(check + firstByte + bytes / bytesPerMs);
    const startsAt = Math.max(now, this.#busyUntil);
    const endsAt = startsAt + durationMs;
    this.#forget(now);
    const pull: Pull = {
      ...{ facts, by, queuedAt: now, startsAt, endsAt, durationMs, bytesPerMs },
      firstByteAt: startsAt + check + firstByte,
      missing: lacking.length === 0 ? nothing : new Set(lacking.map(({ digest }) => digest)),
      shared: startsAt > now ? this.#underWay(facts.layers, now) : nothing,
    };
    this.#pulls.push(pull);
    this.#busyUntil = endsAt;
    // Whoever asks while these are under way waits its turn and finds them there.
    for (const { digest } of lacking) this.#layers.add(digest);
    return pull;
  }

  #underWay(layers: readonly ImageLayerFacts[], now: number): ReadonlySet<string> {
    const others = this.#pulls.filter(({ endsAt, missing }) => endsAt > now && missing.size > 0);
    if (others.length === 0) return nothing;
    return new Set(
      layers.map(({ digest }) => digest).filter((digest) => others.some(({ missing }) => missing.has(digest))),
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
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, 50)
      .map(({ reference, digest, sizeBytes }) => ({
        names: [`${withoutTag(reference)}@${digest}`, reference],
        sizeBytes,
      }));
  }
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
