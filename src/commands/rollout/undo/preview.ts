import type { Cluster } from '../../../kube/cluster.ts';
import { currentRevision, type RevisionRecord } from '../../../store/rollout/diff/revision.ts';
import type { CommandContext } from '../../command.ts';
import { diffPrinter } from '../diff/style.ts';
import { diffLines } from '../diff/text.ts';
import type { WorldOptions } from '../diff/world.ts';
import { compare } from '../diff.ts';
import { type Rollback, rollBack } from './rollback.ts';

/**
 * Shows what a rollback would change, as the server would have it: the template is the one of its dry run, with what
 * admission makes of it. @throws ApiStatusError where the server would refuse
 */
export async function previewRollback(
  rollback: Rollback,
  { cluster, world, context }: { cluster: Cluster; world: WorldOptions; context: CommandContext },
): Promise<void> {
  const { workload, history, target } = rollback;
  const rehearsed = await rollBack(rollback, cluster, 'server');
  const after: RevisionRecord = { ...target, template: rehearsed.object.spec?.template ?? target.template };
  const current = currentRevision(workload.object, history);
  const before = current ?? presentRecord(rollback);
  const diff = await compare(workload, [before, after], history, { cluster, world, context });
  const print = await diffPrinter(context.io);
  const lines = diffLines(diff, { now: cluster.transport.now(), current: before.revision });
  print([...lines, 'The server accepts it (dry run).']);
}

/** A template that its controller has not made a revision of yet. */
function presentRecord({ workload: { object }, history }: Rollback): RevisionRecord {
  const revision = (history.at(-1)?.revision ?? 0) + 1;
  return { revision, changeCause: '', template: object.spec?.template ?? {}, keeper: object };
}
