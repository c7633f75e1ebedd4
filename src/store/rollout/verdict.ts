import { formatGoDuration } from '../../lib/duration.ts';
import type { RolloutFailure } from './failure.ts';
import type { RolloutSnapshot } from './snapshot.ts';

/** How a watched rollout ended: 0 done, 1 failed with the reason. */
export interface Verdict {
  code: 0 | 1;
  message: string;
  /** What failed it, where something of the rollout did. */
  failure?: RolloutFailure;
}

/** How long nothing may move where the workload sets no deadline of its own: the API's default for deployments. */
const DEFAULT_DEADLINE_S = 600;

/** A failure in one sentence, with the pod that has it. */
export function failureText({ message, pod, pods = 1 }: RolloutFailure): string {
  if (!pod) return message;
  return `pod "${pod}"${pods > 1 ? ` and ${pods - 1} more` : ''}: ${message}`;
}

/**
 * Decides when to stop watching: done, deleted, failed for good, paused, or without any movement for
 * the progress deadline. Holds the time of the last movement.
 */
export class RolloutJudge {
  #moved: number;
  #picture = '';

  /** @param now ms, as all of these: by the wall or by the cluster, but always by the same */
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
    const final = snapshot.failures.find((failure) => failure.final);
    if (final && listed.has('pod') && listed.has('revision'))
      return { ...failed(sentence(snapshot, final)), failure: final };
    if (snapshot.statusError && listed.has('pod') && listed.has('revision'))
      return failed(snapshot.statusError.message);
    const name = `${tree.kind.toLowerCase()} "${tree.name}"`;
    if (tree.paused) return failed(`${name} is paused; resume it to let the rollout go on`);
    return this.#stalled(snapshot, now, name);
  }

  #stalled({ tree, status, state, failures }: RolloutSnapshot, now: number, name: string): Verdict | undefined {
    const picture = JSON.stringify([status?.message, tree?.totals, state.workload?.metadata.generation]);
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#moved = now;
    }
    const deadline = (state.workload?.spec?.progressDeadlineSeconds ?? DEFAULT_DEADLINE_S) * 1000;
    // The deployment controller reports its own deadline, and some time must be left for that.
    const patience = tree?.kind === 'Deployment' ? deadline + 60_000 : deadline;
    if (now - this.#moved < patience) return undefined;
    const cause = failures[0] ? `; ${failureText(failures[0])}` : '';
    return failed(`${name} made no progress for ${formatGoDuration(patience)}${cause}`);
  }
}

/** A deadline is told with what was known to hold the rollout up. */
function sentence({ failures }: RolloutSnapshot, final: RolloutFailure): string {
  const cause = final.code === 'deadline' ? failures.find(({ code }) => code !== 'deadline') : undefined;
  return cause ? `${final.message}; ${failureText(cause)}` : failureText(final);
}

function failed(message: string): Verdict {
  return { code: 1, message };
}
