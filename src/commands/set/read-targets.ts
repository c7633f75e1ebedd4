import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, Invocation } from '../command.ts';
import { readObjectSelection } from '../shared/select-objects.ts';
import { findTargets, localRefused, type SetTarget } from './targets.ts';
import { readWriteOptions, refuseLocalServerDryRun, type WriteOptions } from './update.ts';

interface Targets {
  write: WriteOptions;
  targets: readonly SetTarget[];
  /** Nothing was asked of a cluster. */
  isLocal: boolean;
}

/**
 * What a `set` with `--all` is to change, and how it is written. The order of the checks is kubectl's.
 * @throws KctlError in kubectl's words, ErrorList
 */
export async function readTargets(
  args: Invocation['args'],
  flags: Invocation['flags'],
  context: CommandContext,
): Promise<Targets> {
  const write = readWriteOptions(flags, context.io);
  const all = flags.all === true;
  const given = await readObjectSelection(args, { flags: { ...flags, all: false } });
  if (given.local && args.length > 0) throw localRefused();
  const targets = await findTargets({ ...given, nameOptional: all }, context);
  refuseLocalServerDryRun(given.local, write.dryRun);
  if (all && given.selector !== '') throw new KctlError('usage', 'cannot set --all and --selector at the same time');
  return { write, targets, isLocal: given.local };
}
