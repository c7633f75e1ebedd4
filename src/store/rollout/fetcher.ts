import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { NodePulls } from '../../api/node-pulls.ts';
import type { RolloutStore } from './rollout-store.ts';
import type { RolloutEvent } from './state.ts';
import { rolloutWants } from './wants.ts';

/** How to ask for what no watch brings. Each may reject: then it counts as not to be had. */
export interface RolloutReader {
  /** What is known of an image: of the bundled cluster or its registry; undefined: nothing. */
  image(reference: string): Promise<ImageFacts | undefined>;
  node(name: string): Promise<KubeObject | undefined>;
  /** Undefined: this node tells nothing. */
  pulls(node: string): Promise<NodePulls | undefined>;
  /** The last lines of the run before, else of the present one. */
  log(pod: string, container: string): Promise<readonly string[]>;
}

const PULLS_MS = 1000;
const NODES_MS = 10_000;

/**
 * Asks for what the picture lacks, while a rollout is watched: images once, nodes every ten seconds, pulls each
 * second as long as a new pod waits for its image, logs once for each crash.
 */
export class RolloutFetcher {
  readonly #store: RolloutStore;
  readonly #reader: RolloutReader;
  readonly #now: () => number;
  readonly #asked = new Map<string, number>();
  readonly #busy = new Set<string>();
  #closed = false;

  /** @param now ms by which turns are kept, of the machine */
  constructor(store: RolloutStore, reader: RolloutReader, now: () => number) {
    this.#store = store;
    this.#reader = reader;
    this.#now = now;
  }

  /** Asks for what is due; to be called after each change and once a second. Never throws, never waits. */
  look(): void {
    const wants = rolloutWants(this.#store.getSnapshot());
    for (const reference of wants.images) {
      this.#ask(`image ${reference}`, Number.POSITIVE_INFINITY, async () => {
        const facts = (await this.#reader.image(reference).catch(() => undefined)) ?? null;
        return { type: 'image', reference, facts };
      });
    }
    for (const name of wants.nodes) {
      this.#ask(`node ${name}`, NODES_MS, async () => {
        const object = (await this.#reader.node(name).catch(() => undefined)) ?? null;
        return { type: 'node', name, object };
      });
    }
    for (const node of wants.pulls) {
      this.#ask(`pulls ${node}`, PULLS_MS, async () => {
        const pulls = (await this.#reader.pulls(node).catch(() => undefined)) ?? null;
        return { type: 'pulls', node, pulls };
      });
    }
    for (const { uid, pod, container, restarts } of wants.logs) {
      this.#ask(`log ${uid}/${container} ${restarts}`, Number.POSITIVE_INFINITY, async () => {
        let lines: readonly string[] = [];
        let problem = '';
        try {
          lines = await this.#reader.log(pod, container);
        } catch (error) {
          problem = (error as Error).message;
        }
        return { type: 'log', uid, log: { pod, container, restarts, lines, problem } };
      });
    }
  }

  /** Whether the picture lacks logs that will come: a verdict that names a crash is worth waiting for them a moment. */
  get readsLogs(): boolean {
    return !this.#closed && rolloutWants(this.#store.getSnapshot()).logs.length > 0;
  }

  close(): void {
    this.#closed = true;
  }

  #ask(what: string, againMs: number, ask: () => Promise<RolloutEvent>): void {
    const last = this.#asked.get(what);
    if (this.#closed || this.#busy.has(what) || (last !== undefined && this.#now() - last < againMs)) return;
    this.#asked.set(what, this.#now());
    this.#busy.add(what);
    void ask().then((event) => {
      this.#busy.delete(what);
      if (!this.#closed) this.#store.dispatch(event);
    });
  }
}
