import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { currentRevision } from '../../store/rollout/diff/revision.ts';
import { defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';
import { refusal } from './change-workloads.ts';
import { wantsWatch, watchAfter, watchFlags } from './follow-up.ts';
import { patchWorkload } from './patch-workload.ts';
import { type PromoteTarget, parseTarget, promotePlan } from './promote/plan.ts';
import { revisionHistory } from './revision-history.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface PromoteOptions extends WorkloadSelection {
  target: PromoteTarget;
  dryRun: DryRun;
  fieldManager: string;
  output: ResultOutput;
  watch: boolean;
  /** ms; 0 is without limit. */
  timeout: number;
}

/** `kctl rollout promote`: what waits by a pause or a partition goes on, all of it or by a step. */
export const promoteCommand = defineCommand<PromoteOptions>({
  flags: [
    ...selectionFlags,
    {
      name: 'to',
      type: 'string',
      default: '',
      describe: 'Go on until so many pods (5, 25%) have the new revision, and hold the others back.',
    },
    { name: 'full', type: 'bool', default: false, describe: 'Hold back none.' },
    {
      name: 'timeout',
      type: 'duration',
      default: '0s',
      describe: 'How long to wait for a step of a deployment; it is paused again then. 0 is without limit.',
    },
    dryRunFlag,
    fieldManagerFlag('kubectl-rollout'),
    ...watchFlags,
    ...printFlags(objectFormats.join(', ')),
  ],
  complete: (invocation, { io }) => ({
    ...readSelection(invocation),
    target: parseTarget(String(invocation.flags.to), invocation.flags.full === true),
    dryRun: parseDryRun(invocation.flags, io),
    fieldManager: String(invocation.flags['field-manager']),
    output: readResultOutput(invocation.flags),
    watch: wantsWatch(invocation.flags),
    timeout: parseGoDuration(String(invocation.flags.timeout)),
  }),
  validate({ watch, dryRun }) {
    if (watch && dryRun !== 'none') throw new KctlError('usage', '--watch has nothing to watch after a dry run');
  },
  async run({ target, dryRun, fieldManager, output, watch, timeout, ...selection }, context) {
    const { io, signal } = context;
    const printer = await resultPrinter(output, dryRun, io);
    const changed: Workload[] = [];
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const plan = promotePlan(workload.object, target, (reason) => refusal(workload, reason));
      if (plan.does === 'step' && dryRun === 'none') {
        if (!printer.wantsObjects) printer.print(workload.resource, workload.object, plan.says);
        const { stepDeployment } = await import('./promote/step.ts');
        const stepped = await stepDeployment(workload, cluster, { pods: plan.pods, fieldManager, timeout, signal });
        const has = stepped.object.status?.updatedReplicas ?? 0;
        // Whether they do their work is another question, and the one that the next step hangs on.
        const history = await revisionHistory(stepped, cluster);
        const ready = currentRevision(stepped.object, history)?.keeper['status']?.readyReplicas ?? 0;
        const says = `promoted: ${has} of ${plan.of} pods are new (${ready} ready so far), paused again`;
        printer.print(stepped.resource, stepped.object, says);
        return;
      }
      const spec =
        plan.does === 'partition'
          ? { updateStrategy: { rollingUpdate: { partition: plan.partition } } }
          : { paused: null };
      const patched = await patchWorkload(
        workload,
        cluster,
        { type: 'strategic', body: { spec } },
        { dryRun, fieldManager },
      );
      printer.print(patched.resource, patched.object, plan.says);
      changed.push(patched);
    });
    return watch ? watchAfter(changed, context) : undefined;
  },
});
