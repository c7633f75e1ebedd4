import { readForwardWishes } from '../../store/forwards/forward-words.ts';
import { type CommandContext, defineCommand, type FlagSpec, type FlagValues } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import type { ForwardsOptions } from './forwards-options.ts';

/** Of `pf` and `pf up`. */
export const forwardFlags: readonly FlagSpec[] = [
  { name: 'open', type: 'bool', default: false, describe: 'Open the URLs in the browser.' },
  {
    name: 'background',
    type: 'bool',
    default: false,
    describe: 'Keep the forwards in a process of their own, which outlives this shell.',
  },
  {
    name: 'host-names',
    type: 'bool',
    default: false,
    describe: 'Give each a loopback address of its own, and names in the hosts file where that is allowed.',
  },
  {
    name: 'on-ready',
    type: 'string',
    default: '',
    describe: 'Command line to run once the ports are open, with KCTL_URL, KCTL_HOST and KCTL_PORT in its environment.',
  },
  {
    name: 'address',
    type: 'stringSlice',
    default: ['localhost'],
    describe: 'Addresses to listen on, separated by commas: IP addresses or localhost.',
  },
  {
    name: 'keep-as',
    type: 'string',
    default: '',
    hidden: true,
    describe: 'Of the process in the background: its name.',
  },
];

/** What the flags of `forwardFlags` say. */
export function readForwardFlags(flags: FlagValues): Omit<ForwardsOptions, 'wishes' | 'set'> {
  return {
    open: flags.open === true,
    background: flags.background === true,
    hostNames: flags['host-names'] === true,
    onReady: String(flags['on-ready'] ?? ''),
    addresses: flags.address as readonly string[],
    keeperId: String(flags['keep-as'] ?? ''),
  };
}

/** Loaded when it runs: what `pf list` says must not wait for what forwards need. */
export async function run(options: ForwardsOptions, context: CommandContext): Promise<void> {
  const { runForwards } = await import('./run-forwards.ts');
  return runForwards(options, context);
}

/** `kctl pf web db=5433:5432`: finds the objects, their ports and free local ones, prints the URLs and forwards until Ctrl-C. */
export const pfCommand = defineCommand<ForwardsOptions>({
  flags: forwardFlags,
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length === 0) {
      throw usageError('say what to forward to: a name, or TYPE/NAME, and a port if need be', `${tool} ${commandPath}`);
    }
    return { ...readForwardFlags(flags), wishes: readForwardWishes(args), set: '' };
  },
  run,
});
