import { KctlError } from '../../lib/errors.ts';
import { type Command, defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { wantsWatch, watchAfter, watchFlags } from './follow-up.ts';
import { patchWorkload } from './patch-workload.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface ChangeOptions extends WorkloadSelection {
  fieldManager: string;
  output: ResultOutput;
  watch: boolean;
}

interface WorkloadChange {
  /** What is printed behind the name. */
  done: string;
  /** Whether there is an end to be watched for. */
  ends: boolean;
  /**
   * The strategic patch for one workload.
   * @throws KctlError where the workload does not allow it: the others go on
   */
  patch(workload: Workload): unknown;
}

/** A verb of `rollout` that patches each workload that is named or selected. */
export function changingWorkloads({ done, ends, patch }: WorkloadChange): Command<ChangeOptions> {
  return defineCommand<ChangeOptions>({
    flags: [
      ...selectionFlags,
      fieldManagerFlag('kubectl-rollout'),
      ...(ends ? watchFlags : []),
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
        const body = patch(workload);
        const patched = await patchWorkload(workload, cluster, { type: 'strategic', body }, { fieldManager });
        printer.print(patched.resource, patched.object, done);
        changed.push(patched);
      });
      return watch ? watchAfter(changed, context) : undefined;
    },
  });
}

/** `error: deployments.apps "web" is already paused`: how verbs say that an object does not allow them. */
export function refusal({ resource, object }: Workload, reason: string): KctlError {
  const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
  return new KctlError('input', `error: ${name} ${JSON.stringify(object.metadata.name)} ${reason}`);
}
