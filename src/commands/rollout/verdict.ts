import { formatGoDuration } from '../../lib/duration.ts';
import type { RolloutSnapshot } from '../../store/rollout/rollout-store.ts';

/** How a watched rollout ended: 0 done, 1 failed with the reason. */
export interface Verdict {
  code: 0 | 1;
  message: string;
}

/** How long nothing may move where the workload sets no deadline of its own: the API's default for deployments. */
const DEFAULT_DEADLINE_S = 600;

/**
 * Decides when to stop watching: done, deleted, failed for good, paused, or without any movement for
 * the progress deadline. Holds the time of the last movement.
 */
export class RolloutJudge {
  #moved: number;
  #picture = '';

  constructor(now: number) {
    this.#moved = now;
  }

  /** @returns undefined while there is something to wait for */
  judge(snapshot: RolloutSnapshot, now: number): Verdict | undefined {
    const { tree, status, listed } = snapshot;
    if (snapshot.sourceError) return failed(snapshot.sourceError.message);
    if (snapshot.state.deleted) return failed('the workload was deleted');
    if (!tree) return undefined;
    if (status?.done) return { code: 0, message: status.message };
    if (snapshot.statusError) return failed(snapshot.statusError.message);
    const final = snapshot.failures.find((failure) => failure.final);
    if (final && listed.has('pod') && listed.has('revision')) {
      return failed(final.pod ? `pod "${final.pod}": ${final.message}` : final.message);
    }
    const name = `${tree.kind.toLowerCase()} "${tree.name}"`;
    if (tree.paused) return failed(`${name} is paused; resume it to let the rollout go on`);
    return this.#stalled(snapshot, now, name);
  }

  #stalled({ tree, status, state }: RolloutSnapshot, now: number, name: string): Verdict | undefined {
    const picture = JSON.stringify([status?.message, tree?.totals, state.workload?.metadata.generation]);
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#moved = now;
    }
    const deadline = (state.workload?.spec?.progressDeadlineSeconds ?? DEFAULT_DEADLINE_S) * 1000;
    // The deployment controller reports its own deadline, and some time must be left for that.
    const patience = tree?.kind === 'Deployment' ? deadline + 60_000 : deadline;
    if (now - this.#moved < patience) return undefined;
    return failed(`${name} made no progress for ${formatGoDuration(patience)}`);
  }
}

function failed(message: string): Verdict {
  return { code: 1, message };
}
