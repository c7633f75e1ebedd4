import type { Estimate } from './estimate.ts';
import type { RolloutFailure } from './failure.ts';
import type { RolloutKind, RolloutState } from './state.ts';
import type { RolloutStatus } from './status.ts';
import type { RolloutTree } from './tree.ts';

export interface RolloutSnapshot {
  version: number;
  state: RolloutState;
  /** Undefined until the workload was seen. */
  tree: RolloutTree | undefined;
  status: RolloutStatus | undefined;
  /** Why there is no status line: the rollout failed, or its strategy has none. */
  statusError: Error | undefined;
  failures: readonly RolloutFailure[];
  /** When it will be done, and what holds it; undefined where nothing tells, or nothing is left. */
  estimate: Estimate | undefined;
  /** Kinds of which a whole list has come; before that, what is missing may only be late. */
  listed: ReadonlySet<RolloutKind>;
  /** Kinds that may not be read and why; what hangs on them is not told. */
  unread: ReadonlyMap<RolloutKind, string>;
  /** A source that cannot go on by itself. */
  sourceError: Error | undefined;
}
