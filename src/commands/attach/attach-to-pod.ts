import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { endAsKubectl, sessionStreams, sizesOf, withRawTerminal } from '../exec/terminal.ts';
import { containerToJoin, isEphemeral } from '../shared/pod-containers.ts';

export interface AttachOptions {
  /** '' takes the default one. */
  container: string;
  stdin: boolean;
  tty: boolean;
  quiet: boolean;
  /** The words that attach again, for the message at the end; default `TOOL attach`. */
  commandLine?: string;
}

/**
 * Joins what runs in a container until it ends. The container's own terminal decides whether the
 * session has one.
 * @throws KctlError with the exit code of the container where the server tells it
 */
export async function attachToPod(
  cluster: Cluster,
  pod: KubeObject,
  options: AttachOptions,
  context: CommandContext,
): Promise<void> {
  const { io, signal, tool } = context;
  const { quiet } = options;
  const container = choose(pod, options.container, (line) => !quiet && io.stderr.write(line));
  if (options.tty && !container.tty && !quiet) {
    io.stderr.write(`error: Unable to use a TTY - container ${container.name} did not allocate one\n`);
  }
  // A container that was started with a terminal speaks as one.
  const { raw, stdin, stdout, stderr } = sessionStreams(io, { ...options, tty: container.tty === true });
  endAsKubectl(context, options.stdin);
  // A size that differs makes programs draw their screen again.
  const sizes = raw ? sizesOf(io.stdout, ({ width, height }) => [{ width: width + 1, height: height + 1 }]) : undefined;
  if (!quiet) io.stderr.write("If you don't see a command prompt, try pressing enter.\n");
  const { runRemoteCommand } = await import('../../kube/streams/remote-command.ts');
  await withRawTerminal(raw ? io.stdin : undefined, () =>
    runRemoteCommand(cluster.transport, {
      namespace: pod.metadata.namespace ?? cluster.namespace,
      pod: pod.metadata.name ?? '',
      container: container.name,
      subresource: 'attach',
      ...(stdin ? { stdin } : {}),
      stdout,
      ...(raw ? {} : { stderr }),
      tty: raw,
      ...(sizes ? { sizes } : {}),
      signal,
    }),
  );
  if (quiet || !options.stdin || !raw || pod.spec?.restartPolicy !== 'Always') return;
  const again = `'${options.commandLine ?? `${tool} attach`} ${pod.metadata.name} -c ${container.name} -i -t'`;
  io.stdout.write(
    isEphemeral(pod, container.name)
      ? `Session ended, the ephemeral container will not be restarted but may be reattached using ${again} if it is still running\n`
      : `Session ended, resume using ${again} command when the pod is running\n`,
  );
}

function choose(pod: KubeObject, wanted: string, note: (line: string) => void) {
  try {
    return containerToJoin(pod, wanted, note);
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    throw new KctlError(error.code, `cannot attach to the container: ${error.message}`, { cause: error });
  }
}
