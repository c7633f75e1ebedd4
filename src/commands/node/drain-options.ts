import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { chunkSizeFlag, dryRunFlag, previewFlag, selectorFlag } from '../shared/print-flags.ts';
import { type DryRun, parseDryRun } from '../shared/write-flags.ts';
import type { NodeSelection } from './nodes.ts';

export interface DrainOptions {
  selection: NodeSelection;
  dryRun: DryRun;
  force: boolean;
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  disableEviction: boolean;
  /** Seconds; below 0 each pod has its own. */
  gracePeriod: number;
  /** Milliseconds; 0 is without end. */
  timeout: number;
  podSelector: string;
  /** Show what would become of each pod and touch none. */
  preview: boolean;
  /** Seconds; pods that are deleted for longer are not waited for. 0 waits for all. */
  skipWaitForDelete: number;
}

export const drainFlags: readonly FlagSpec[] = [
  chunkSizeFlag,
  {
    name: 'delete-emptydir-data',
    type: 'bool',
    default: false,
    describe: 'Also take pods with emptyDir volumes; their data is lost.',
  },
  {
    name: 'disable-eviction',
    type: 'bool',
    default: false,
    describe: 'Delete the pods instead of evicting them: disruption budgets are not asked.',
  },
  dryRunFlag,
  { name: 'force', type: 'bool', default: false, describe: 'Also take pods that no controller will bring back.' },
  {
    name: 'grace-period',
    type: 'int',
    default: -1,
    describe: 'Seconds that each pod has to stop; below 0 the pod says how many.',
  },
  {
    name: 'ignore-daemonsets',
    type: 'bool',
    default: false,
    describe: 'Leave pods of daemon sets where they are instead of giving up.',
  },
  { name: 'pod-selector', type: 'string', default: '', describe: 'Label query: only these pods of the node.' },
  previewFlag,
  selectorFlag,
  {
    name: 'skip-wait-for-delete-timeout',
    type: 'int',
    default: 0,
    describe: 'Do not wait for pods that were deleted more than so many seconds ago; 0 waits.',
  },
  { name: 'timeout', type: 'duration', default: '0s', describe: 'When to give up; 0 is never.' },
];

export function readDrainOptions(invocation: Invocation, { io }: CommandContext): DrainOptions {
  const { flags, given } = invocation;
  return {
    selection: {
      args: invocation.args,
      selector: String(flags.selector),
      selectorGiven: given.has('selector'),
      chunkSize: Number(flags['chunk-size']),
    },
    dryRun: parseDryRun(flags, io),
    force: flags.force === true,
    ignoreDaemonSets: flags['ignore-daemonsets'] === true,
    deleteEmptyDirData: flags['delete-emptydir-data'] === true,
    disableEviction: flags['disable-eviction'] === true,
    gracePeriod: Number(flags['grace-period']),
    timeout: parseGoDuration(String(flags.timeout)),
    podSelector: String(flags['pod-selector']),
    preview: flags.preview === true,
    skipWaitForDelete: Number(flags['skip-wait-for-delete-timeout']),
  };
}

/** @throws KctlError `usage` */
export function checkPodSelector(podSelector: string): void {
  try {
    parseLabelSelector(podSelector);
  } catch (error) {
    const message = '--pod-selector=<pod_selector> must be a valid label selector';
    throw new KctlError('usage', message, { cause: error });
  }
}
