import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagSpec } from '../command.ts';
import { readWorldOptions, registryFlags } from './registry-flags.ts';
import { type WatchSettings, watchWorkloads } from './watch-workloads.ts';
import { readSelection, selectionFlags, selectWorkloads, type Workload, type WorkloadSelection } from './workloads.ts';

interface WatchOptions extends WorkloadSelection, WatchSettings {
  /** A recording to show again; '' watches a cluster. */
  replay: string;
  speed: number;
}

/** What watching takes, besides what is watched. */
const recordFlag: FlagSpec = {
  name: 'record',
  type: 'string',
  default: '',
  describe: 'Write down all that comes, as JSON lines without secrets, for --replay. The file must be new.',
  own: true,
};

/** `kctl rollout watch`: a live tree until every rollout is done (0) or one will not be (1, with the reason). */
export const watchCommand = defineCommand<WatchOptions>({
  flags: [
    ...selectionFlags,
    { name: 'timeout', type: 'duration', default: '0s', describe: 'How long to watch; 0 is until it is decided.' },
    recordFlag,
    { name: 'replay', type: 'string', default: '', describe: 'Show a recorded watch again, without a cluster.' },
    { name: 'speed', type: 'string', default: '1', describe: 'How many times faster a replay goes on a terminal.' },
    ...registryFlags,
  ],
  complete(invocation) {
    const { flags } = invocation;
    const replay = String(flags.replay);
    const nothing = { args: [], filenames: [], kustomize: '', recursive: false, selector: '' };
    return {
      ...(replay === '' ? readSelection(invocation) : nothing),
      timeout: parseGoDuration(String(flags.timeout)),
      record: flags.record === '' ? undefined : String(flags.record),
      registries: readWorldOptions(flags),
      replay,
      speed: Number(flags.speed),
    };
  },
  validate({ speed, replay, record }) {
    if (!(speed > 0)) throw new KctlError('usage', '--speed must be a number above 0');
    if (replay !== '' && record !== undefined) throw new KctlError('usage', '--record and --replay exclude each other');
  },
  async run(options, context) {
    if (options.replay !== '') {
      const { replayWatch } = await import('./replay-watch.ts');
      return replayWatch(options.replay, options.speed, context);
    }
    await watchSelected(options, options, context);
  },
});

/** Watches all that is selected. @throws KctlError what of it cannot be had, or why it failed */
export async function watchSelected(
  selection: WorkloadSelection,
  settings: WatchSettings,
  context: CommandContext,
): Promise<void> {
  const cluster = await context.connect();
  const workloads: Workload[] = [];
  for await (const item of selectWorkloads(selection, cluster, context)) {
    if (item instanceof KctlError) throw item;
    workloads.push(item);
  }
  if (workloads.length > 0) await watchWorkloads(workloads, cluster, context, settings);
}
