import type { CommandContext, FlagSpec, FlagValues, Invocation } from '../command.ts';
import type { Workload } from './workloads.ts';

/** Not kubectl's: what has been begun is watched to its end. */
export const watchFlags: readonly FlagSpec[] = [
  {
    name: 'watch',
    type: 'bool',
    default: false,
    describe: 'Then watch the rollout to its end, as `rollout watch` does; the exit code is its result.',
    own: true,
  },
  { name: 'live', type: 'bool', default: false, describe: 'The same as --watch.', own: true, hidden: true },
];

export const wantsWatch = ({ watch, live }: FlagValues): boolean => watch === true || live === true;

/** Runs `rollout watch` for workloads that a verb has just changed. */
export async function watchAfter(workloads: readonly Workload[], context: CommandContext): Promise<number | undefined> {
  if (workloads.length === 0) return undefined;
  const { watchCommand } = await import('./watch.ts');
  const defaults = watchCommand.flags.map(({ name, default: value }) => [name, value] as const);
  const invocation: Invocation = {
    args: workloads.map(
      ({ resource, object }) =>
        `${resource.plural}${resource.group ? `.${resource.group}` : ''}/${object.metadata.name}`,
    ),
    afterDash: undefined,
    flags: Object.fromEntries(defaults),
    given: new Set(),
  };
  const watching = { ...context, commandPath: 'rollout watch' };
  const options = await watchCommand.complete(invocation, watching);
  watchCommand.validate?.(options, watching);
  return (await watchCommand.run(options, watching)) ?? undefined;
}
