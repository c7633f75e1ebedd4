import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { wantsWatch, watchAfter, watchFlags } from './follow-up.ts';
import { patchWorkload } from './patch-workload.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface RestartOptions extends WorkloadSelection {
  fieldManager: string;
  output: ResultOutput;
  watch: boolean;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** `kctl rollout restart`: new pods from the same template, by the strategy of the workload. */
export const restartCommand = defineCommand<RestartOptions>({
  flags: [
    ...selectionFlags,
    fieldManagerFlag('kubectl-rollout'),
    ...watchFlags,
    ...printFlags(objectFormats.join(', ')),
  ],
  complete: (invocation) => ({
    ...readSelection(invocation),
    fieldManager: String(invocation.flags['field-manager']),
    output: readResultOutput(invocation.flags),
    watch: wantsWatch(invocation.flags),
  }),
  async run({ fieldManager, output, watch, ...selection }, context) {
    const changed: Workload[] = [];
    const printer = await resultPrinter(output, 'none', context.io);
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const restartedAt = `${new Date().toISOString().slice(0, 19)}Z`;
      checkRestart(workload, restartedAt);
      const body = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } };
      const patched = await patchWorkload(workload, cluster, { type: 'strategic', body }, { fieldManager });
      printer.print(patched.resource, patched.object, 'restarted');
      changed.push(patched);
    });
    return watch ? watchAfter(changed, context) : undefined;
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

/** `error: deployments.apps "web" is already paused`: how verbs say that an object does not allow them. */
export function refusal({ resource, object }: Workload, reason: string): KctlError {
  const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
  return new KctlError('input', `error: ${name} ${JSON.stringify(object.metadata.name)} ${reason}`);
}
