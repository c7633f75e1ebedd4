import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { parseFileSpec } from './file-spec.ts';
import { remoteSide } from './remote.ts';

interface CpOptions {
  args: readonly string[];
  container: string;
  noPreserve: boolean;
  retries: number;
}

/** `kctl cp`: files and directories to and from containers, by tar. */
export const cpCommand = defineCommand<CpOptions>({
  flags: [
    {
      name: 'container',
      short: 'c',
      type: 'string',
      default: '',
      describe: 'The container; without it, the default one.',
    },
    {
      name: 'no-preserve',
      type: 'bool',
      default: false,
      describe: 'Leave owners and permissions to the container.',
    },
    {
      name: 'retries',
      type: 'int',
      default: 0,
      describe: 'How often a copy from a container is taken up again where it broke off; below 0 without end.',
    },
  ],
  complete: ({ args, afterDash = [], flags }) => ({
    args: [...args, ...afterDash],
    container: String(flags.container),
    noPreserve: flags['no-preserve'] === true,
    retries: Number(flags.retries),
  }),
  validate({ args }) {
    if (args.length !== 2) throw new KctlError('usage', 'source and destination are required');
  },
  async run({ args, container, noPreserve, retries }, context) {
    const [source, target] = [parseFileSpec(args[0]!), parseFileSpec(args[1]!)];
    if (source.pod !== '' && target.pod !== '') {
      throw new KctlError('usage', 'one of src or dest must be a local file specification');
    }
    if (source.path === '' || target.path === '') throw new KctlError('usage', 'filepath can not be empty');
    const there = source.pod === '' ? target : source;
    if (there.pod === '') throw new KctlError('usage', 'one of src or dest must be a remote file specification');
    const cluster = await context.connect();
    const namespace = there.namespace || cluster.namespace;
    const remote = remoteSide(cluster, { namespace, pod: there.pod, container }, context);
    if (there === target) {
      const { copyToPod } = await import('./copy-to-pod.ts');
      await copyToPod({ source: source.path, target: target.path, noPreserve }, remote, context.io);
      return;
    }
    const { copyFromPod } = await import('./copy-from-pod.ts');
    const words = [there.namespace, there.pod, there.path].map((word) => JSON.stringify(word));
    const linkAdvice = `(consider using "${context.tool} exec -n ${words[0]} ${words[1]} -- tar cf - ${words[2]} | tar xf -")`;
    await copyFromPod({ source: source.path, target: target.path, retries, linkAdvice }, remote, context.io);
  },
});
