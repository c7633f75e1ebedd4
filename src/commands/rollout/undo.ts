import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, previewFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';
import type { WorldOptions } from './diff/world.ts';
import { wantsWatch, watchAfter, watchFlags } from './follow-up.ts';
import { readWorldOptions, registryFlags } from './registry-flags.ts';
import { findRollback, type Rollback, rollBack, rollbackText, whySkipped } from './undo/rollback.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface UndoOptions extends WorkloadSelection {
  /** 0 is the revision before the present one. */
  toRevision: number;
  dryRun: DryRun;
  output: ResultOutput;
  preview: boolean;
  interactive: boolean;
  watch: boolean;
  world: WorldOptions;
}

/** `kctl rollout undo`: back to an earlier revision. */
export const undoCommand = defineCommand<UndoOptions>({
  flags: [
    ...selectionFlags,
    { name: 'to-revision', type: 'int', default: 0, describe: 'The revision to go back to; 0 is the one before.' },
    dryRunFlag,
    previewFlag,
    {
      name: 'interactive',
      short: 'i',
      type: 'bool',
      default: false,
      describe: 'Show what would change, and ask before it does; in protected contexts a terminal always asks.',
      own: true,
    },
    ...watchFlags,
    ...registryFlags,
    ...printFlags(objectFormats.join(', ')),
  ],
  complete: (invocation, { io }) => ({
    ...readSelection(invocation),
    toRevision: Number(invocation.flags['to-revision']),
    dryRun: parseDryRun(invocation.flags, io),
    output: readResultOutput(invocation.flags),
    preview: invocation.flags.preview === true,
    interactive: invocation.flags.interactive === true,
    watch: wantsWatch(invocation.flags),
    world: readWorldOptions(invocation.flags),
  }),
  validate({ interactive, preview, dryRun, watch }, { io, tool }) {
    if (preview && (interactive || watch)) throw new KctlError('usage', '--preview changes nothing that could follow');
    if (watch && dryRun !== 'none') throw new KctlError('usage', '--watch has nothing to watch after a dry run');
    if (interactive && (!io.stdin.isTTY || !io.stdout.isTTY)) {
      throw new KctlError('usage', 'nobody can be asked here: nothing was changed', {
        hint: `'${tool} rollout undo --preview' shows what would change.`,
      });
    }
  },
  async run({ toRevision, dryRun, output, preview, watch, world, ...selection }, context) {
    const printer = await resultPrinter(output, dryRun, context.io);
    const changed: Workload[] = [];
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const rollback = await findRollback(workload, cluster, toRevision);
      const print = (result: string) => printer.print(workload.resource, workload.object, result);
      if (dryRun === 'client') return print(rollbackText(rollback));
      const skipped = whySkipped(rollback);
      if (skipped !== undefined) return print(skipped);
      const asks = selection.interactive || (await isAskedFor(cluster, dryRun, context));
      if (preview || asks) {
        const { previewRollback } = await import('./undo/preview.ts');
        await previewRollback(rollback, { cluster, world, context });
        if (preview) return void context.io.stdout.write('Nothing was changed.\n');
        if (!(await agreed(rollback, context))) return void context.io.stdout.write('Nothing was changed.\n');
      }
      await rollBack(rollback, cluster, dryRun);
      print('rolled back');
      changed.push(workload);
    });
    return watch ? watchAfter(changed, context) : undefined;
  },
});

/** A protected context has had its name typed, without sight of what changes; `--confirm-context` has said it all. */
async function isAskedFor(
  { contextName }: Cluster,
  dryRun: DryRun,
  { io, tool, globals }: CommandContext,
): Promise<boolean> {
  if (dryRun !== 'none' || tool === 'kubectl' || !io.stdin.isTTY || !io.stdout.isTTY) return false;
  if (globals['confirm-context']) return false;
  const [{ isProtected }, { readSettings }] = await Promise.all([
    import('../../settings/protected.ts'),
    import('../../settings/settings.ts'),
  ]);
  return isProtected(contextName, readSettings(io.env).protected ?? []);
}

async function agreed({ target }: Rollback, { io, signal }: CommandContext): Promise<boolean> {
  const { readLine } = await import('../shared/protected-contexts.ts');
  io.stdout.write(`Go back to revision ${target.revision}? (y/n): `);
  return /^y(es)?$/i.test(await readLine(io, signal));
}
