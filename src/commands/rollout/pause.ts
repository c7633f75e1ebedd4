import { changingWorkloads, refusal } from './change-workloads.ts';
import type { Workload } from './workloads.ts';

interface Pausing {
  /** What the deployment is to be. */
  paused: boolean;
  already: string;
  unsupported: string;
}

/** `kctl rollout pause`: changes of the template wait until it is resumed. */
export const pauseCommand = changingWorkloads({
  done: 'paused',
  ends: false,
  patch: pausing({ paused: true, already: 'is already paused', unsupported: 'pausing is not supported' }),
});

/** `kctl rollout resume`. */
export const resumeCommand = changingWorkloads({
  done: 'resumed',
  ends: true,
  patch: pausing({ paused: false, already: 'is not paused', unsupported: 'resuming is not supported' }),
});

function pausing({ paused, already, unsupported }: Pausing): (workload: Workload) => unknown {
  return (workload) => {
    const { kind, spec } = workload.object;
    if (kind !== 'Deployment') throw refusal(workload, unsupported);
    if ((spec?.paused === true) === paused) throw refusal(workload, already);
    // null takes the field away, which is what "not paused" looks like in a deployment as written.
    return { spec: { paused: paused ? true : null } };
  };
}
