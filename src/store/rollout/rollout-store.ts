import type { KubeObject } from '../../api/meta.ts';
import type { Sink, SourceState } from '../../api/source.ts';
import { Observable } from '../observable.ts';
import { systemTiming, type Timing } from '../timing.ts';
import { type RolloutFailure, rolloutFailures } from './failures.ts';
import { reduceRollout } from './reducer.ts';
import { emptyRollout, type RolloutEvent, type RolloutKind, type RolloutState } from './state.ts';
import { type RolloutStatus, rolloutStatusMessage } from './status.ts';
import { imagesOf, type RolloutTree, rolloutTree } from './tree.ts';

export interface RolloutSnapshot {
  version: number;
  state: RolloutState;
  /** Undefined until the workload was seen. */
  tree: RolloutTree | undefined;
  status: RolloutStatus | undefined;
  /** Why there is no status line: the rollout failed, or its strategy has none. */
  statusError: Error | undefined;
  failures: readonly RolloutFailure[];
  /** Kinds of which a whole list has come; before that, what is missing may only be late. */
  listed: ReadonlySet<RolloutKind>;
  /** A source that cannot go on by itself. */
  sourceError: Error | undefined;
}

const FLUSH_MS = 100;

/** A rollout that is being followed: feed `sink(kind)` from reflectors, read snapshots. */
export class RolloutStore extends Observable<RolloutSnapshot> {
  readonly #timing: Timing;
  #state: RolloutState = emptyRollout;
  #listed: ReadonlySet<RolloutKind> = new Set();
  #sourceError: Error | undefined;
  #timer: { cancel(): void } | undefined;

  constructor(timing: Timing = systemTiming) {
    super({
      version: 0,
      state: emptyRollout,
      tree: undefined,
      status: undefined,
      statusError: undefined,
      failures: [],
      listed: new Set(),
      sourceError: undefined,
    });
    this.#timing = timing;
  }

  dispatch(event: RolloutEvent): void {
    if (event.type === 'list' && !this.#listed.has(event.kind)) this.#listed = new Set([...this.#listed, event.kind]);
    this.#state = reduceRollout(this.#state, event);
    this.#wake();
  }

  /** Where a reflector of that kind delivers. */
  sink(kind: RolloutKind): Sink<KubeObject> {
    return {
      replace: (objects) => this.dispatch({ type: 'list', kind, objects }),
      change: (type, object) => this.dispatch({ type: type === 'DELETED' ? 'drop' : 'put', kind, object }),
      state: (state: SourceState) => {
        if (state.phase !== 'failed') return;
        this.#sourceError = state.error ?? new Error(`the ${kind} watch failed`);
        this.#wake();
      },
    };
  }

  /** Images of the workload and of what is shown that nobody asked the facts of yet. */
  unknownImages(): string[] {
    const { workload, revisions, images } = this.#state;
    const templates = [workload, ...revisions.values()].map(
      (object) => object?.spec?.template ?? object?.data?.spec?.template ?? {},
    );
    return [...new Set(templates.flatMap(imagesOf))].filter((reference) => reference !== '' && !images.has(reference));
  }

  /** Computes the picture anew and tells readers, now. Also for the passing of time. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const state = this.#state;
    const tree = rolloutTree(state);
    this.publish({
      version: this.getSnapshot().version + 1,
      state,
      tree,
      ...statusOf(state),
      failures: tree ? rolloutFailures(state, tree, this.#timing.now()) : [],
      listed: this.#listed,
      sourceError: this.#sourceError,
    });
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wake(): void {
    this.#timer ??= this.#timing.after(FLUSH_MS, () => this.flush());
  }
}

function statusOf({ workload }: RolloutState): Pick<RolloutSnapshot, 'status' | 'statusError'> {
  if (!workload) return { status: undefined, statusError: undefined };
  try {
    return { status: rolloutStatusMessage(workload), statusError: undefined };
  } catch (error) {
    return { status: undefined, statusError: error as Error };
  }
}
