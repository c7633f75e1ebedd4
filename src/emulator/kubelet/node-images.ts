import type { ImageFacts } from '../../api/image-facts.ts';
import { between } from '../runtime/chance.ts';

/** What a node downloads in a second. */
const BYTES_PER_MS = 45_000;
const FIRST_BYTE_MS = 700;
const MANIFEST_CHECK_MS = 250;

export interface Pull {
  facts: ImageFacts;
  /** Waiting for other pulls of the node included (ms). */
  endsAt: number;
  durationMs: number;
}

/** The images of one node. Layers are shared, so a second tag of an application pulls only what differs. */
export class NodeImages {
  readonly #images = new Map<string, ImageFacts>();
  readonly #layers = new Set<string>();
  #busyUntil = 0;

  has(facts: ImageFacts): boolean {
    return this.#images.has(facts.reference);
  }

  keep(facts: ImageFacts): void {
    this.#images.set(facts.reference, facts);
    for (const { digest } of facts.layers) this.#layers.add(digest);
  }

  /**
   * One pull at a time per node, as kubelets do (serializeImagePulls).
   * @param slower how many times longer it takes than it would
   */
  pull(facts: ImageFacts, now: number, slower = 1): Pull {
    const missing = facts.layers.filter(({ digest }) => !this.#layers.has(digest));
    const bytes = missing.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const check = between(`${facts.digest} ${now}`, 0.6, 1.4) * MANIFEST_CHECK_MS;
    const durationMs = Math.round(slower * (check + (bytes > 0 ? FIRST_BYTE_MS + bytes / BYTES_PER_MS : 0)));
    const endsAt = Math.max(now, this.#busyUntil) + durationMs;
    this.#busyUntil = endsAt;
    // Whoever asks while these are under way waits its turn and finds them there.
    for (const { digest } of missing) this.#layers.add(digest);
    return { facts, endsAt, durationMs };
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

/** `docker.io/library/nginx:1.27` → `docker.io/library/nginx`. */
export function withoutTag(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}
