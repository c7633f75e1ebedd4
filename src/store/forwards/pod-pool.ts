import type { KubeObject } from '../../api/meta.ts';
import type { Sink, SourceState } from '../../api/source.ts';

/**
 * The pods that a port-forward may use, kept current by a reflector that delivers into it. Ready
 * pods come first, then running ones; those that have been so for longest lead.
 */
export class PodPool implements Sink<KubeObject> {
  #pods = new Map<string, KubeObject>();
  readonly #listeners = new Set<() => void>();
  /** Why the source cannot go on; undefined while it can. It goes on trying. */
  error: Error | undefined;
  /** True once a whole list has come. */
  listed = false;

  replace(items: KubeObject[]): void {
    this.#pods = new Map(items.map((pod) => [pod.metadata.uid ?? '', pod]));
    this.error = undefined;
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

  /** Any pod, also one that does not run: for saying why none can be used. */
  any(): KubeObject | undefined {
    return this.#sorted()[0];
  }

  /** The pod of that name. */
  called(name: string): KubeObject | undefined {
    return name === '' ? undefined : this.#pods.values().find((pod) => pod.metadata.name === name);
  }

  /** The pod as it is now; undefined when it is gone or has ended. */
  alive(uid: string): KubeObject | undefined {
    const pod = this.#pods.get(uid);
    return pod && pod.status?.phase === 'Running' ? pod : undefined;
  }

  /** The best pod to use, leaving out `avoid`; pods on their way out are never chosen. */
  pick({
    avoid,
    onlyReady = false,
  }: {
    avoid?: ReadonlySet<string>;
    onlyReady?: boolean;
  } = {}): KubeObject | undefined {
    return this.#sorted().find(
      (pod) =>
        pod.status?.phase === 'Running' &&
        !pod.metadata.deletionTimestamp &&
        !avoid?.has(pod.metadata.uid ?? '') &&
        (!onlyReady || isReady(pod)),
    );
  }

  /** Why no pod can be used, in a few words. */
  whyNone(): string {
    const pods = this.#sorted();
    const [first] = pods;
    if (!first) return 'there is no pod';
    const { name } = first.metadata;
    const state = first.metadata.deletionTimestamp
      ? 'is being deleted'
      : first.status?.phase === 'Running'
        ? 'is not ready'
        : `is ${first.status?.phase ?? 'Unknown'}`;
    return pods.length === 1 ? `pod ${name} ${state}` : `none of ${pods.length} pods is ready: ${name} ${state}`;
  }

  #sorted(): KubeObject[] {
    return [...this.#pods.values()].sort(
      (a, b) => Number(isReady(b)) - Number(isReady(a)) || since(a).localeCompare(since(b)),
    );
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The condition `Ready`. */
export function isReady(pod: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function since(pod: KubeObject): string {
  return `${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.name ?? ''}`;
}
