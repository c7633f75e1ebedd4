import type { KubeObject } from '../../api/meta.ts';
import type { Sink, SourceState } from '../../api/source.ts';

/**
 * The pods that a port-forward may use, kept current by a reflector that delivers into it. Ready
 * pods come first, then running ones; those that have been so for longest lead.
 */
export class PodPool implements Sink<KubeObject> {
  #pods = new Map<string, KubeObject>();
  readonly #listeners = new Set<() => void>();
  /** True once a whole list has come. */
  listed = false;
  /** Why the source gave up; undefined while it lives. */
  error: Error | undefined;

  replace(items: KubeObject[]): void {
    this.#pods = new Map(items.map((pod) => [pod.metadata.uid ?? '', pod]));
    this.listed = true;
    this.#tell();
  }

  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    if (type === 'DELETED') this.#pods.delete(uid);
    else this.#pods.set(uid, pod);
    this.#tell();
  }

  state(state: SourceState): void {
    if (state.phase !== 'failed') return;
    this.error = state.error ?? new Error('the watch on pods failed');
    this.#tell();
  }

  /** @returns the unsubscribe */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get size(): number {
    return this.#pods.size;
  }

  /** Any pod, also one that does not run: for saying why none can be used. */
  any(): KubeObject | undefined {
    return this.#pods.values().next().value;
  }

  /** The pod as it is now; undefined when it is gone or has ended. */
  alive(uid: string): KubeObject | undefined {
    const pod = this.#pods.get(uid);
    return pod && pod.status?.phase === 'Running' ? pod : undefined;
  }

  /** The best pod to use, leaving out `avoid`; pods on their way out are never chosen. */
  pick(avoid: ReadonlySet<string> = new Set()): KubeObject | undefined {
    const usable = [...this.#pods.values()].filter(
      (pod) => pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp && !avoid.has(pod.metadata.uid ?? ''),
    );
    return usable.sort((a, b) => Number(isReady(b)) - Number(isReady(a)) || since(a).localeCompare(since(b)))[0];
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function isReady(pod: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function since(pod: KubeObject): string {
  return `${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.name ?? ''}`;
}
