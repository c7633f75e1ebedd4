import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { resourcePath } from '../../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { listPages } from '../../../kube/list.ts';
import { KctlError } from '../../../lib/errors.ts';
import { containerView } from '../../../store/logs/container-view.ts';
import { LineMerger } from '../../../store/logs/line-merger.ts';
import type { LogContainer, LogNote } from '../../../store/logs/log-source.ts';
import { readWhole } from '../../../store/logs/read-whole.ts';
import { type FollowOptions, logOpener, receiver, timingOf } from './follow.ts';
import type { OutputItem } from './output.ts';
import { type PodQuery, podResource } from './queries.ts';

export interface ReadAllOptions extends Omit<FollowOptions, 'isEndless'> {
  previous: boolean;
  ignoreErrors: boolean;
  /** @param isFiltered there are pods, and none of them is meant */
  onNothing(isFiltered: boolean): void;
}

/**
 * Prints what is there of the logs, merged by time. All are read at once, each as fast as its lines are used.
 * @returns the exit code: 1 where a log could not be read
 */
export async function readAll(options: ReadAllOptions): Promise<number> {
  const { queries, output, most, signal, previous } = options;
  const merger = new LineMerger<OutputItem>({
    isStrict: true,
    write: (items) => output.write(items),
    timing: timingOf(queries[0]!.cluster),
  });
  const pods = await podsOf(queries, signal);
  const all = pods.flatMap((found) => logsOf(found, options));
  const logs = all.filter(({ isThere }) => isThere);
  for (const { of, pod, isThere, reason } of all) {
    if (isThere || previous) continue;
    output.say({ text: `· ${output.source(of, pod).who} has no log yet${reason && `: ${reason}`}`, weight: 'quiet' });
  }
  if (all.length === 0) options.onNothing(pods.length > 0);
  if (logs.length > most) {
    throw new KctlError('usage', `these are ${logs.length} logs, and ${most} are read at a time`, {
      hint: '--max-log-requests allows more; patterns, -l and --where choose fewer',
    });
  }
  // All queues first: nothing may be written before every log has shown where it begins.
  const jobs = logs.map(({ of, pod, cluster }) => {
    const queue = merger.source();
    const open = logOpener(cluster, options.insecureSkipTlsVerifyBackend);
    return { of, pod, open, cluster, queue, to: receiver(output.source(of, pod), queue, isAboutConnection) };
  });
  const ends = await Promise.all(
    jobs.map(async ({ of, pod, open, cluster, queue, to }) => {
      const end = await readWhole(
        { ...of, ...options.start, follow: false, previous },
        { open, receiver: to, timing: timingOf(cluster), signal },
      );
      const isGone = 'error' in end && wentAway(pod, end.error);
      if (isGone) output.say({ text: `· ${output.source(of, pod).who} is being deleted: no log`, weight: 'quiet' });
      else if ('error' in end && !signal.aborted) to.note({ kind: 'refused', error: end.error });
      queue.end();
      return isGone ? 'ended' : end.how;
    }),
  );
  signal.throwIfAborted();
  await merger.drain();
  return ends.every((how) => how === 'ended') || options.ignoreErrors ? 0 : 1;
}

const isAboutConnection = ({ kind }: LogNote) => kind === 'lost' || kind === 'back';

/** Nothing failed where a pod was on its way out as it was listed, or went between that and the reading. */
function wentAway({ metadata }: KubeObject, error: unknown): boolean {
  return isApiError(error, 'NotFound') || (metadata.deletionTimestamp !== undefined && error instanceof ApiStatusError);
}

interface FoundPod {
  pod: KubeObject;
  cluster: Cluster;
  context: string;
}

interface FoundLog extends FoundPod {
  of: LogContainer;
  isThere: boolean;
  /** Why it is not. */
  reason: string;
}

function logsOf(found: FoundPod, { containers, previous }: ReadAllOptions): FoundLog[] {
  const { pod, context } = found;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return containers(pod).map((container) => {
    const { phase, instance, reason } = containerView(pod, container);
    const isThere = previous ? instance > 0 : phase !== 'waiting';
    const of = { namespace, pod: name, uid, container };
    return { ...found, of: context ? { ...of, context } : of, isThere, reason };
  });
}

/** Each pod once, by context, namespace and name. */
async function podsOf(queries: readonly PodQuery[], signal: AbortSignal): Promise<FoundPod[]> {
  const found = new Map<string, FoundPod>();
  for (const { cluster, context, scope, matches } of queries) {
    const fields = [scope.name ? `metadata.name=${scope.name}` : '', scope.fieldSelector ?? ''].filter(Boolean);
    const pages = listPages<KubeList>(cluster.transport, {
      path: resourcePath(podResource(), { namespace: scope.namespace }),
      query: { labelSelector: scope.labelSelector, fieldSelector: fields.join(',') || undefined },
      signal,
    });
    for await (const { items } of pages) {
      for (const pod of items) if (matches(pod)) found.set(`${context} ${pod.metadata.uid}`, { pod, cluster, context });
    }
  }
  const place = ({ pod: { metadata }, context }: FoundPod) => `${context}/${metadata.namespace}/${metadata.name}`;
  return [...found.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
