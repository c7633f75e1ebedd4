import type { KubeObject } from '../../api/meta.ts';
import type { Sink, SourceState } from '../../api/source.ts';
import { Observable } from '../observable.ts';
import { systemTiming, type Timing } from '../timing.ts';
import { rolloutEstimate } from './estimate.ts';
import { rolloutFailures } from './failures.ts';
import { reduceRollout } from './reducer.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { emptyRollout, type RolloutEvent, type RolloutKind, type RolloutState } from './state.ts';
import { rolloutStatusMessage } from './status.ts';
import { rolloutTree } from './tree.ts';
import { unknownImages } from './wants.ts';

const FLUSH_MS = 100;
/** What a rollout can be followed without, by those who may not read it. */
const besides: ReadonlySet<RolloutKind> = new Set(['event', 'budget']);

function without<Value>(map: ReadonlyMap<RolloutKind, Value>, kind: RolloutKind): Map<RolloutKind, Value> {
  const next = new Map(map);
  next.delete(kind);
  return next;
}

/** A rollout that is being followed: feed `sink(kind)` from reflectors, read snapshots. */
export class RolloutStore extends Observable<RolloutSnapshot> {
  readonly #timing: Timing;
  readonly #tap: (event: RolloutEvent) => void;
  #state: RolloutState = emptyRollout;
  #listed: ReadonlySet<RolloutKind> = new Set();
  #sourceError: Error | undefined;
  #unread: ReadonlyMap<RolloutKind, string> = new Map();
  #timer: { cancel(): void } | undefined;

  /** @param tap told of everything that is taken up, in order */
  constructor(timing: Timing = systemTiming, tap: (event: RolloutEvent) => void = () => {}) {
    super({
      version: 0,
      state: emptyRollout,
      tree: undefined,
      status: undefined,
      statusError: undefined,
      failures: [],
      estimate: undefined,
      listed: new Set(),
      unread: new Map(),
      sourceError: undefined,
    });
    this.#timing = timing;
    this.#tap = tap;
  }

  dispatch(event: RolloutEvent): void {
    this.#tap(event);
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
        if (state.phase === 'synced' && this.#unread.has(kind)) this.#unread = without(this.#unread, kind);
        if (state.phase !== 'failed') return;
        if (besides.has(kind)) {
          this.#unread = new Map(this.#unread).set(kind, state.error?.message ?? 'the watch failed');
          this.#wake();
          return;
        }
        this.#sourceError = state.error ?? new Error(`the ${kind} watch failed`);
        this.#wake();
      },
    };
  }

  /** Images of the workload and of what is shown that nobody asked the facts of yet. */
  unknownImages(): string[] {
    return unknownImages(this.#state);
  }

  /** Computes the picture anew and tells readers, now. Also for the passing of time. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const state = this.#state;
    const now = this.#timing.now();
    const tree = rolloutTree(state, now);
    const told = statusOf(state);
    this.publish({
      version: this.getSnapshot().version + 1,
      state,
      tree,
      ...told,
      failures: tree ? rolloutFailures(state, tree, now) : [],
      estimate: tree && !told.status?.done ? rolloutEstimate(state, tree, now) : undefined,
      listed: this.#listed,
      unread: this.#unread,
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
