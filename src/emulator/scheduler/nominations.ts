import type { KubeObject } from '../../api/meta.ts';
import { type PlacedPod, placedPod } from '../../api/scheduling/node-info.ts';

/** For whom nodes are kept while those who were in the way leave. */
export class Nominations {
  readonly #byNode = new Map<string, Map<string, PlacedPod>>();
  readonly #nodeOf = new Map<string, string>();

  /** Another number after each change. */
  version = 0;

  on(node: string): readonly PlacedPod[] {
    const kept = this.#byNode.get(node);
    return kept ? [...kept.values()] : [];
  }

  set(pod: KubeObject, node: string): void {
    this.remove(pod.metadata.uid!);
    this.version++;
    this.#nodeOf.set(pod.metadata.uid!, node);
    const kept = this.#byNode.get(node) ?? new Map<string, PlacedPod>();
    this.#byNode.set(node, kept.set(pod.metadata.uid!, placedPod(pod)));
  }

  remove(uid: string): void {
    const node = this.#nodeOf.get(uid);
    if (node === undefined) return;
    this.version++;
    this.#nodeOf.delete(uid);
    const kept = this.#byNode.get(node);
    kept?.delete(uid);
    if (kept?.size === 0) this.#byNode.delete(node);
  }
}
