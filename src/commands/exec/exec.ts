import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagSpec, type Invocation } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readOneManifest, readOneObject } from '../shared/one-object.ts';
import { containerToJoin } from '../shared/pod-containers.ts';
import { attachablePod } from '../shared/workload-pods.ts';
import { refuseEnded } from './run-in-pod.ts';
import { endAsKubectl, sessionStreams, sizesOf, withRawTerminal } from './terminal.ts';

interface ExecOptions {
  resource: string;
  filenames: readonly string[];
  command: readonly string[];
  container: string;
  stdin: boolean;
  tty: boolean;
  quiet: boolean;
  podTimeout: number;
}

/** `-c`, `-i`, `-t` and `-q`, which exec and attach share. */
export const sessionFlags: readonly FlagSpec[] = [
  {
    name: 'container',
    short: 'c',
    type: 'string',
    default: '',
    describe: 'The container; without it, the default one.',
  },
  { name: 'pod-running-timeout', type: 'duration', default: '1m0s', describe: 'How long to wait for a pod to exist.' },
  { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print nothing but the output of the session.' },
  { name: 'stdin', short: 'i', type: 'bool', default: false, describe: 'Pass the standard input to the container.' },
  { name: 'tty', short: 't', type: 'bool', default: false, describe: 'The standard input is a terminal.' },
];

/** @throws KctlError `usage` for a time that is none. */
export function readPodTimeout(flags: Invocation['flags'], commandLine: string): number {
  const timeout = parseGoDuration(String(flags['pod-running-timeout']));
  if (timeout > 0) return timeout;
  throw usageError('--pod-running-timeout must be higher than zero', commandLine);
}

/** `kctl exec`: a command in a container, with the user's streams. */
export const execCommand = defineCommand<ExecOptions>({
  takesCommand: true,
  flags: [
    ...sessionFlags,
    {
      name: 'filename',
      short: 'f',
      type: 'stringSlice',
      default: [],
      describe: 'File that names the resource to run in.',
    },
  ],
  complete({ args, afterDash, flags }, { tool, commandPath }): ExecOptions {
    const filenames = flags.filename as readonly string[];
    if (afterDash === undefined && (args.length > 1 || (args.length > 0 && filenames.length > 0))) {
      throw usageError(
        'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead',
        `${tool} ${commandPath}`,
      );
    }
    return {
      resource: args[0] ?? '',
      filenames,
      // Words between the name and `--` were never part of the command.
      command: afterDash ?? [],
      container: String(flags.container),
      stdin: flags.stdin === true,
      tty: flags.tty === true,
      quiet: flags.quiet === true,
      podTimeout: readPodTimeout(flags, `${tool} ${commandPath}`),
    };
  },
  validate({ resource, filenames, command }) {
    if (resource === '' && filenames.length === 0) {
      throw new KctlError('usage', 'pod, type/name or --filename must be specified');
    }
    if (command.length === 0) throw new KctlError('usage', 'you must specify at least one command for the container');
  },
  async run(options, context) {
    const cluster = await context.connect();
    const pod = await findPod(options, context);
    refuseEnded(pod, 'exec into');
    const { io, signal } = context;
    const note = (line: string) => !options.quiet && io.stderr.write(line);
    const container = options.container || containerToJoin(pod, '', note).name;
    const { raw, stdin, stdout, stderr } = sessionStreams(io, options);
    endAsKubectl(context, options.stdin);
    const { runRemoteCommand } = await import('../../kube/streams/remote-command.ts');
    const sizes = raw ? sizesOf(io.stdout) : undefined;
    await withRawTerminal(raw ? io.stdin : undefined, () =>
      runRemoteCommand(cluster.transport, {
        namespace: pod.metadata.namespace ?? cluster.namespace,
        pod: pod.metadata.name ?? '',
        container,
        subresource: 'exec',
        command: options.command,
        ...(stdin ? { stdin } : {}),
        stdout,
        ...(raw ? {} : { stderr }),
        tty: raw,
        ...(sizes ? { sizes } : {}),
        signal,
      }),
    );
  },
});

async function findPod({ resource, filenames, podTimeout }: ExecOptions, context: CommandContext) {
  const cluster = await context.connect();
  const several = 'cannot exec into multiple objects at a time';
  const object =
    filenames.length > 0
      ? await readOneManifest(filenames, cluster, context, several)
      : await readOneObject([resource], cluster, context);
  return attachablePod(object, cluster, podTimeout, context.signal);
}
