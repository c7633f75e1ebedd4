import { type Command, defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { wantsWatch, watchAfter, watchFlags } from './follow-up.ts';
import { patchWorkload } from './patch-workload.ts';
import { refusal } from './restart.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface PauseOptions extends WorkloadSelection {
  fieldManager: string;
  output: ResultOutput;
  watch: boolean;
}

/** `kctl rollout pause`: changes of the template wait until it is resumed. */
export const pauseCommand = pausing({
  paused: true,
  done: 'paused',
  already: 'is already paused',
  unsupported: 'pausing is not supported',
});

/** `kctl rollout resume`. */
export const resumeCommand = pausing({
  paused: false,
  done: 'resumed',
  already: 'is not paused',
  unsupported: 'resuming is not supported',
});

function pausing(verb: { paused: boolean; done: string; already: string; unsupported: string }): Command<PauseOptions> {
  return defineCommand<PauseOptions>({
    flags: [
      ...selectionFlags,
      fieldManagerFlag('kubectl-rollout'),
      // What is paused has no end to be watched for.
      ...(verb.paused ? [] : watchFlags),
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
        const { kind, spec } = workload.object;
        if (kind !== 'Deployment') throw refusal(workload, verb.unsupported);
        if ((spec?.paused === true) === verb.paused) throw refusal(workload, verb.already);
        // null takes the field away, which is what "not paused" looks like in a deployment as written.
        const body = { spec: { paused: verb.paused ? true : null } };
        const patched = await patchWorkload(workload, cluster, { type: 'strategic', body }, { fieldManager });
        printer.print(patched.resource, patched.object, verb.done);
        changed.push(patched);
      });
      return watch ? watchAfter(changed, context) : undefined;
    },
  });
}
