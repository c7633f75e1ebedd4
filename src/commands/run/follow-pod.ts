import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { streamLogs } from '../../kube/logs.ts';
import { KctlError } from '../../lib/errors.ts';
import { attachToPod } from '../attach/attach-to-pod.ts';
import type { CommandContext, FlagValues } from '../command.ts';
import { containerToJoin } from '../shared/pod-containers.ts';
import { podHasEnded, podHasSucceeded, podIsReady, waitForPod } from './wait-for-pod.ts';

interface FollowOptions {
  flags: FlagValues;
  podTimeout: number;
}

/**
 * Attaches to a pod that was just made. Where its containers are not started again it is waited for their end.
 * @returns the exit code, that of the container where kubectl hands it on
 * @throws KctlError in kubectl's words
 */
export async function followPod(
  pod: KubeObject,
  { flags, podTimeout }: FollowOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<number> {
  const wait = (until: Parameters<typeof waitForPod>[2]) =>
    waitForPod(cluster, pod, until, { timeout: podTimeout, signal: context.signal });
  const running = await wait(podIsReady);
  if (podHasEnded(running)) await printLog(running, cluster, context);
  else await attachOrRead(running, flags, cluster, context);

  const restart = String(flags.restart);
  if (flags['leave-stdin-open'] === true || (restart !== 'Never' && restart !== 'OnFailure')) return 0;
  const ended = await wait(restart === 'Never' ? podHasEnded : podHasSucceeded);
  return exitCodeOf(ended);
}

/** What cannot be attached to can still be read. */
async function attachOrRead(
  pod: KubeObject,
  flags: FlagValues,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  try {
    await attachToPod(
      cluster,
      pod,
      {
        container: '',
        stdin: flags.stdin === true,
        tty: flags.tty === true,
        quiet: flags.quiet === true,
        commandLine: `${context.tool} attach`,
      },
      context,
    );
  } catch (error) {
    if (!(error instanceof KctlError) || context.signal.aborted) throw error;
    context.io.stderr.write(
      `warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${error.message}\n`,
    );
    await printLog(pod, cluster, context);
  }
}

async function printLog(pod: KubeObject, cluster: Cluster, { io, signal }: CommandContext): Promise<void> {
  const { name: container } = containerToJoin(pod, '', (line) => io.stderr.write(line));
  const { namespace = cluster.namespace, name = '' } = pod.metadata;
  const log = await streamLogs(cluster.transport, { namespace, pod: name, container, signal });
  await pipeline(log, io.stdout, { end: false });
}

function exitCodeOf({ metadata, status }: KubeObject): number {
  const pod = `pod ${metadata.namespace}/${metadata.name}`;
  if (status.phase === 'Succeeded') return 0;
  if (status.phase !== 'Failed') throw new KctlError('api', `${pod} left in phase ${status.phase}`);
  const { exitCode = 0, reason = '', message = '' } = status.containerStatuses?.[0]?.state?.terminated ?? {};
  if (exitCode === 0) throw new KctlError('api', `${pod} failed with unknown exit code`);
  throw new KctlError('api', `${pod} terminated (${reason})${message && `\n${message.trimEnd()}`}`, {
    exitCode,
    prefix: '',
  });
}
