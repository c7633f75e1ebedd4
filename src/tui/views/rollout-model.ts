import type { KubeObject } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import type { Source } from '../../api/source.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { Observable } from '../../store/observable.ts';
import { RolloutStore } from '../../store/rollout/rollout-store.ts';
import type { RolloutKind } from '../../store/rollout/state.ts';
import type { Theme } from '../../theme/theme.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';
import { errorLines } from './error-lines.ts';
import { rolloutLines } from './rollout-lines.ts';
import type { DocumentView, ObjectRef } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

export const rolloutKinds: readonly string[] = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'];

/** How often spans of time on the picture are drawn again while the rollout goes on. */
const tickMs = 1000;

/** A rollout as it happens: revisions, their pods and stages, images and what stands in the way. */
export class RolloutModel extends Observable<number> implements ViewModel {
  readonly view: DocumentView;
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  readonly #store: RolloutStore;
  readonly #unsubscribe: () => void;
  #sources: Source<KubeObject>[] = [];
  #error: Error | undefined;
  #top = 0;
  #total = 0;
  #height = 20;
  #asked = new Set<string>();
  #tick: { cancel(): void } | undefined;
  #closed = false;
  /** The workload was there once. */
  #seen = false;

  constructor(services: DashboardServices, ref: ObjectRef) {
    super(0);
    this.#services = services;
    this.#ref = ref;
    this.view = { type: 'document', content: 'rollout', of: `${ref.resource.singular}/${ref.name}` };
    this.#store = new RolloutStore(services.timing);
    this.#unsubscribe = this.#store.subscribe(() => this.#onChange());
    void this.#start();
  }

  async #start(): Promise<void> {
    try {
      const { discovery } = this.#services.cluster;
      const isDeployment = groupResource(this.#ref.resource) === 'deployments.apps';
      const kinds: [RolloutKind, string][] = [
        ['revision', isDeployment ? 'replicasets.apps' : 'controllerrevisions.apps'],
        ['pod', 'pods'],
        ['event', 'events'],
      ];
      const resources = await Promise.all(kinds.map(([, name]) => discovery.resolve(name)));
      if (this.#closed) return;
      const namespace = this.#ref.namespace ? { namespace: this.#ref.namespace } : {};
      this.#follow('workload', this.#services.objectSource(this.#ref.resource, { ...namespace, name: this.#ref.name }));
      for (const [index, [kind]] of kinds.entries()) {
        this.#follow(kind, this.#services.objectSource(resources[index]!, namespace));
      }
    } catch (error) {
      this.#error = error as Error;
      this.#bump();
    }
  }

  #follow(kind: RolloutKind, source: Source<KubeObject>): void {
    this.#sources.push(source);
    source.start(this.#store.sink(kind));
  }

  #onChange(): void {
    for (const reference of this.#store.unknownImages()) {
      if (this.#asked.has(reference)) continue;
      this.#asked.add(reference);
      this.#services.imageFacts(reference).then(
        (facts) => this.#closed || this.#store.dispatch({ type: 'image', reference, facts: facts ?? null }),
        () => this.#closed || this.#store.dispatch({ type: 'image', reference, facts: null }),
      );
    }
    this.#bump();
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  move(move: Move, steps = 1): void {
    const page = Math.max(1, this.#height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    this.#top = move === 'top' ? 0 : move === 'bottom' ? this.#total : this.#top + (by[move] ?? 0);
    this.#bump();
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const { tree, status, statusError, failures, sourceError } = this.#store.getSnapshot();
    const error = this.#error ?? (tree ? undefined : sourceError);
    if (error) return errorLines(error, width, theme);
    if (!tree) {
      const text = this.#seen
        ? say('{name} no longer exists. Esc goes back.', { name: this.view.of ?? '' })
        : say('Loading…');
      return ['', `  ${theme.paint('text.muted', escapeTerminal(text))}`];
    }
    this.#seen = true;
    const now = this.#services.timing.now();
    const all = rolloutLines({ tree, status, statusError, failures, now, width, theme });
    this.#height = height;
    this.#total = Math.max(0, all.length - height);
    this.#top = Math.max(0, Math.min(this.#top, this.#total));
    this.#scheduleTick(status?.done ?? false);
    return all.slice(this.#top, this.#top + height);
  }

  #scheduleTick(done: boolean): void {
    this.#tick?.cancel();
    this.#tick = done ? undefined : this.#services.timing.after(tickMs, () => this.#bump());
  }

  title(): ViewTitle {
    const { tree } = this.#store.getSnapshot();
    return {
      kind: 'rollout',
      scope: `${this.#ref.namespace}/${this.#ref.name}`,
      count: tree ? `${tree.totals.available}/${tree.totals.desired}` : '…',
      filter: '',
      notes: tree ? [tree.strategy, ...(tree.paused ? ['paused'] : [])] : [],
    };
  }

  connection(): undefined {
    return undefined;
  }

  target(): ObjectRef {
    return this.#ref;
  }

  filter(): string {
    return '';
  }

  setFilter(): void {}

  refresh(): void {
    for (const source of this.#sources) source.stop();
    this.#sources = [];
    this.#error = undefined;
    void this.#start();
  }

  close(): void {
    this.#closed = true;
    for (const source of this.#sources) source.stop();
    this.#tick?.cancel();
    this.#unsubscribe();
    this.#store.dispose();
  }
}

export function openRollout(services: DashboardServices, ref: ObjectRef): RolloutModel {
  return new RolloutModel(services, ref);
}
