import { type Command, defineCommand } from '../command.ts';
import { fieldManagerFlag } from '../shared/print-flags.ts';
import { patchWorkload } from './patch-workload.ts';
import { checkOutput, outputFlag, printResult } from './print-result.ts';
import { refusal } from './restart.ts';
import { forEachWorkload, readSelection, selectionFlags, type WorkloadSelection } from './workloads.ts';

interface PauseOptions extends WorkloadSelection {
  fieldManager: string;
  output: string;
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
    flags: [...selectionFlags, fieldManagerFlag('kubectl-rollout'), outputFlag],
    complete: (invocation) => ({
      ...readSelection(invocation),
      fieldManager: String(invocation.flags['field-manager']),
      output: String(invocation.flags.output),
    }),
    validate: ({ output }) => checkOutput(output),
    run: ({ fieldManager, output, ...selection }, context) =>
      forEachWorkload(selection, context, async (workload, cluster) => {
        const { kind, spec } = workload.object;
        if (kind !== 'Deployment') throw refusal(workload, verb.unsupported);
        if ((spec?.paused === true) === verb.paused) throw refusal(workload, verb.already);
        // null takes the field away, which is what "not paused" looks like in a deployment as written.
        const body = { spec: { paused: verb.paused ? true : null } };
        const patched = await patchWorkload(workload, cluster, { type: 'strategic', body }, { fieldManager });
        await printResult(patched, verb.done, output, context);
      }),
  });
}
