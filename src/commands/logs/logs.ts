import type { V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../kube/cluster.ts';
import { streamLogs } from '../../kube/logs.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { allContainers, containerToRead } from '../shared/pod-containers.ts';
import { copyLog } from './copy.ts';
import { completeLogs, type LogsOptions, logsFlags, validateLogs } from './options.ts';
import { ownLogsFlags } from './own-flags.ts';
import { findPods } from './pods.ts';

/** One log: a container of a pod. */
interface LogSource {
  namespace: string;
  pod: string;
  container: string;
}

/** `kctl logs`: what containers wrote, now and, with `-f`, from now on. */
export const logsCommand = defineCommand<LogsOptions>({
  flags: [...logsFlags, ...ownLogsFlags],
  complete: completeLogs,
  validate: validateLogs,
  async run(options, context) {
    if (options.many) return (await import('./many/run.ts')).runMany(options, options.many, context);
    const cluster = await context.connect();
    const pods = await findPods(options, cluster, context);
    const sources = pods.flatMap((pod) => logSources(pod, options, cluster, context));
    if (!options.follow || sources.length < 2) {
      for (const source of sources) await printLog(source, options, cluster, context);
      return;
    }
    if (sources.length > options.maxLogRequests) {
      throw new KctlError(
        'usage',
        `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${options.maxLogRequests}, use --max-log-requests to increase the limit`,
      );
    }
    await Promise.all(sources.map((source) => printLog(source, options, cluster, context)));
  },
});

function logSources(pod: V1Pod, options: LogsOptions, cluster: Cluster, { io }: CommandContext): LogSource[] {
  const where = { namespace: pod.metadata?.namespace ?? cluster.namespace, pod: pod.metadata?.name ?? '' };
  if (options.allContainers) return allContainers(pod).map((container) => ({ ...where, container }));
  const container = containerToRead(pod, options.container, (line) => io.stderr.write(line), {
    quiet: options.allPods,
  });
  return [{ ...where, container }];
}

async function printLog(
  source: LogSource,
  options: LogsOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const { follow, previous, timestamps, tailLines, sinceSeconds, sinceTime, limitBytes, insecureSkipTlsVerifyBackend } =
    options;
  const wanted = {
    follow,
    previous,
    timestamps,
    tailLines,
    sinceSeconds,
    sinceTime,
    limitBytes,
    insecureSkipTlsVerifyBackend,
  };
  const given = Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== undefined && value !== false),
  );
  try {
    const log = await streamLogs(cluster.transport, { ...source, ...given, signal });
    await copyLog(log, io.stdout, options.prefix ? `[pod/${source.pod}/${source.container}] ` : '');
  } catch (error) {
    if (!options.ignoreErrors || signal.aborted) throw error;
    io.stdout.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
