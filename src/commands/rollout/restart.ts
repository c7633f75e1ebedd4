import { KctlError } from '../../lib/errors.ts';
import { changingWorkloads, refusal } from './change-workloads.ts';
import type { Workload } from './workloads.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** `kctl rollout restart`: new pods from the same template, by the strategy of the workload. */
export const restartCommand = changingWorkloads({
  done: 'restarted',
  ends: true,
  patch(workload) {
    const restartedAt = `${new Date().toISOString().slice(0, 19)}Z`;
    checkRestart(workload, restartedAt);
    return { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } };
  },
});

function checkRestart(workload: Workload, restartedAt: string): void {
  const { kind, spec } = workload.object;
  if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
    throw refusal(workload, 'restarting is not supported');
  if (kind === 'Deployment' && spec?.paused) {
    throw refusal(workload, "can't restart paused deployment (run rollout resume first)");
  }
  if (spec?.template?.metadata?.annotations?.[RESTARTED_AT] === restartedAt) {
    throw new KctlError(
      'input',
      `failed to create patch for ${workload.object.metadata.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
    );
  }
}
