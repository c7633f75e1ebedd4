import type { KubeObject } from '../../../api/meta.ts';
import { resourcePath } from '../../../api/resource.ts';
import type { Source } from '../../../api/source.ts';
import { isApiError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { streamLogs } from '../../../kube/logs.ts';
import { objectReflector } from '../../../kube/reflector.ts';
import { LineMerger, type MergeSource } from '../../../store/logs/line-merger.ts';
import type { LogContainer, LogNote, LogReceiver, LogStart, OpenLog } from '../../../store/logs/log-source.ts';
import { PodLogs } from '../../../store/logs/pod-logs.ts';
import type { StampedLine } from '../../../store/logs/stamped-line.ts';
import { Trouble } from '../../../store/logs/trouble.ts';
import type { Timing } from '../../../store/timing.ts';
import { labelled } from '../../shared/scopes.ts';
import type { LogOutput, OutputItem, OutputSource } from './output.ts';
import { type PodQuery, podResource } from './queries.ts';

export interface FollowOptions {
  queries: readonly PodQuery[];
  containers(pod: KubeObject): readonly string[];
  output: LogOutput;
  start: LogStart;
  most: number;
  isEndless: boolean;
  insecureSkipTlsVerifyBackend: boolean;
  signal: AbortSignal;
}

/** Waits a little for the logs that are there at the beginning, so that their past comes in order of time. */
const firstMs = 300;
const jobPollMs = 1000;

/** What every container says on its way. */
const usualReasons = new Set(['ContainerCreating', 'PodInitializing']);

/** Timers that keep the process: to come back after a while is a reason to stay. */
export const timingOf = ({ transport }: Cluster): Timing => ({
  now: () => transport.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
});

export const logOpener =
  (cluster: Cluster, insecureSkipTlsVerifyBackend: boolean): OpenLog =>
  ({ uid: _, context: __, ...request }) =>
    streamLogs(cluster.transport, { ...request, timestamps: true, insecureSkipTlsVerifyBackend });

/**
 * Follows the logs until they are over, where they ever are, or the signal aborts.
 * @throws what the server said where the pods could not be listed at all
 */
export async function followMany(options: FollowOptions): Promise<void> {
  const { queries, output, signal, isEndless } = options;
  const timing = timingOf(queries[0]!.cluster);
  const merger = new LineMerger<OutputItem>({
    isStrict: false,
    write: (items) => (signal.aborted ? undefined : output.write(items)),
    timing,
    firstMs,
  });
  const trouble = new Trouble((note) => output.say(note), timing);
  const over = Promise.withResolvers<void>();
  const stop = () => over.resolve();
  const begun = { count: 0, isAll: false };
  const onFailure = (context: string, error: Error | undefined) => {
    if (error && !begun.isAll) over.reject(labelled(error, context && `context "${context}"`));
    else trouble.set(`pods ${context}`, error);
  };
  const all: PodLogs[] = [];
  const isOver = () => all.every((logs) => logs.isOver);
  const onChange = () => {
    if (!begun.isAll && all.every(({ isListed }) => isListed)) {
      begun.isAll = true;
      const waiting = all.reduce((sum, logs) => sum + logs.waiting, 0);
      output.say({ text: opening(begun.count - waiting, isEndless), weight: 'quiet' });
    }
    if (!isEndless && isOver()) void whenJobsEnd(options, timing, isOver).then(stop, stop);
  };
  const byContext = Map.groupBy(queries, ({ context }) => context);
  for (const [context, [{ cluster }]] of byContext as Map<string, [PodQuery, ...PodQuery[]]>) {
    const logs = podLogs(cluster, context, options, { merger, trouble, begun, onFailure });
    logs.onChange = onChange;
    all.push(logs);
  }
  signal.addEventListener('abort', stop, { once: true });
  for (const [at, several] of [...byContext.values()].entries()) {
    for (const query of several) all[at]!.follow(filtered(query));
  }
  try {
    if (!signal.aborted) await over.promise;
  } finally {
    trouble.stop();
    for (const logs of all) logs.stop();
  }
  if (!signal.aborted) await merger.drain();
}

interface FollowParts {
  merger: LineMerger<OutputItem>;
  trouble: Trouble;
  /** How many logs there were at the beginning; `isAll` once all of them are known. */
  begun: { count: number; isAll: boolean };
  onFailure(context: string, error: Error | undefined): void;
}

/** The logs of one cluster. */
function podLogs(
  cluster: Cluster,
  context: string,
  { queries, output, signal, containers, start, most, isEndless, insecureSkipTlsVerifyBackend }: FollowOptions,
  { merger, trouble, begun, onFailure }: FollowParts,
): PodLogs {
  return new PodLogs({
    open: logOpener(cluster, insecureSkipTlsVerifyBackend),
    look: (of) => lookUp(of, cluster, signal),
    timing: timingOf(cluster),
    containers,
    receive(found, pod) {
      const of = context ? { ...found, context } : found;
      const isThere = !begun.isAll;
      begun.count++;
      const hides = (note: LogNote) =>
        trouble.takes(of, note) ||
        (isThere && note.kind === 'begun') ||
        (note.kind === 'waiting' && usualReasons.has(note.reason));
      return receiver(output.source(of, pod), merger.source(), hides);
    },
    start,
    most,
    // A job makes pods until it is done.
    isOnlyFirst: !isEndless && !queries.some(({ job }) => job),
    onWaiting(count) {
      const text = `! ${count} ${count === 1 ? 'log waits' : 'logs wait'} for another to end: ${most} are followed at a time (--max-log-requests)`;
      output.say({ text, weight: 'warn' });
    },
    onSource({ phase, error }) {
      onFailure(context, phase === 'stale' || phase === 'failed' ? error : undefined);
    },
  });
}

function opening(count: number, isEndless: boolean): string {
  if (count === 0) return isEndless ? '· no pod yet; those that come are followed' : '· no pod has a log to follow';
  return `· following ${count} ${count === 1 ? 'log' : 'logs'}${isEndless ? ', and those of pods that come' : ''}`;
}

function filtered({ cluster, scope, matches }: PodQuery): Source<KubeObject> {
  const reflector = objectReflector(cluster.transport, podResource(), scope);
  return {
    start: (sink) =>
      reflector.start({
        replace: (items, info) => sink.replace(items.filter(matches), info),
        change: (type, pod, info) => matches(pod) && sink.change(type, pod, info),
        state: (state) => sink.state(state),
      }),
    stop: () => reflector.stop(),
  };
}

export function receiver(
  source: OutputSource,
  queue: MergeSource<OutputItem>,
  hides: (note: LogNote) => boolean,
): LogReceiver {
  let key = '';
  return {
    lines(lines: readonly StampedLine[]) {
      key = lines.at(-1)!.key;
      return queue.push(lines.map((line) => ({ key: line.key, size: line.text.length, source, line })));
    },
    note(note) {
      if (!hides(note)) void queue.push([{ key, size: 0, source, note }]);
    },
    end: () => queue.end(),
  };
}

async function lookUp(
  { namespace, pod }: LogContainer,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    const path = resourcePath(podResource(), { namespace, name: pod });
    return await transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Between two pods of a job nothing runs, and more is to come. Resolves when the jobs are done; not before. */
async function whenJobsEnd(
  { queries, signal }: FollowOptions,
  timing: Timing,
  isStillOver: () => boolean,
): Promise<void> {
  for (const { job, cluster } of queries) {
    if (!job) continue;
    const path = `/apis/batch/v1/namespaces/${encodeURIComponent(job.metadata.namespace ?? '')}/jobs/${encodeURIComponent(job.metadata.name ?? '')}`;
    for (;;) {
      const { status } = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
      const conditions: { type: string; status: string }[] = status?.conditions ?? [];
      if (conditions.some(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'))) break;
      await new Promise<void>((resolve) => timing.after(jobPollMs, resolve));
      // A new pod came: its end asks again.
      if (!isStillOver()) return new Promise(() => undefined);
    }
  }
}
