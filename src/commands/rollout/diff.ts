import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { currentRevision, type RevisionRecord } from '../../store/rollout/diff/revision.ts';
import { diffRevisions, type RevisionDiff } from '../../store/rollout/diff/revision-diff.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { readResultOutput } from '../shared/result-printer.ts';
import { chooseRevisions, parseRange, type RevisionRange } from './diff/range.ts';
import { diffPrinter } from './diff/style.ts';
import { diffLines } from './diff/text.ts';
import { diffWorld, type WorldOptions } from './diff/world.ts';
import { readWorldOptions, registryFlags } from './registry-flags.ts';
import { revisionHistory } from './revision-history.ts';
import { forEachWorkload, readSelection, selectionFlags, type Workload, type WorkloadSelection } from './workloads.ts';

interface DiffOptions extends WorkloadSelection {
  range: RevisionRange;
  world: WorldOptions;
  output: ResultOutput;
}

/** `kctl rollout diff`: what changed between two revisions, and what it costs nodes to get there. */
export const diffCommand = defineCommand<DiffOptions>({
  flags: [
    ...selectionFlags,
    {
      name: 'revision',
      type: 'string',
      default: '',
      describe: 'Which to compare: a..b; a (to the present one); ..b (from the one before). Default: the last change.',
    },
    ...registryFlags,
    ...printFlags(objectFormats.join(', ')),
  ],
  complete: (invocation) => ({
    ...readSelection(invocation),
    range: parseRange(String(invocation.flags.revision)),
    world: readWorldOptions(invocation.flags),
    output: readResultOutput(invocation.flags),
  }),
  async run({ range, world, output, ...selection }, context) {
    const { io } = context;
    const found: RevisionDiff[] = [];
    const print = await diffPrinter(io);
    await forEachWorkload(selection, context, async (workload, cluster) => {
      const history = await revisionHistory(workload, cluster);
      const current = currentRevision(workload.object, history);
      const chosen = chooseRevisions(range, history, current, nameOf(workload));
      const diff = await compare(workload, chosen, history, { cluster, world, context });
      if (output.format.name === '') {
        const lines = diffLines(diff, { now: cluster.transport.now(), current: current?.revision });
        print(found.length > 0 ? ['', ...lines] : lines);
      }
      found.push(diff);
    });
    if (output.format.name === '' || found.length === 0) return;
    const { objectPrinter } = await import('../shared/object-printer.ts');
    io.stdout.write((await objectPrinter(output, io))(asObject(found)));
  },
});

export const nameOf = ({ object }: Workload): string => `${object.kind.toLowerCase()} "${object.metadata.name}"`;

/** Two revisions of a workload, with all that a cluster and registries say of them. */
export async function compare(
  { object }: Workload,
  [before, after]: readonly [RevisionRecord, RevisionRecord],
  history: readonly RevisionRecord[],
  { cluster, world, context }: { cluster: Cluster; world: WorldOptions; context: CommandContext },
): Promise<RevisionDiff> {
  const { namespace = '' } = object.metadata;
  const keepers = history.map(({ keeper }) => keeper);
  const seen = diffWorld(cluster, after.template, namespace, world, context);
  const work = diffRevisions(object, before, after, keepers, seen);
  const what = () => `the layers of images, revision ${before.revision} to ${after.revision}`;
  return context.io.progress ? context.io.progress.during(what, work) : work;
}

/** As `-o` prints it: one comparison, or a list of several. */
function asObject(diffs: readonly RevisionDiff[]): KubeObject {
  const objects = diffs.map(({ workload, ...rest }) => ({
    ...{ apiVersion: 'kctl.dev/v1', kind: 'RolloutDiff' },
    metadata: { name: workload.name, namespace: workload.namespace },
    workload: workload.kind,
    ...rest,
  }));
  const [only] = objects;
  if (!only) throw new KctlError('internal', 'nothing was compared');
  const list = { apiVersion: 'kctl.dev/v1', kind: 'RolloutDiffList', metadata: {}, items: objects };
  return JSON.parse(JSON.stringify(objects.length === 1 ? only : list)) as KubeObject;
}
