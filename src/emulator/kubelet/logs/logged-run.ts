import type { KubeObject } from '../../../api/meta.ts';
import type { Lister } from '../../client.ts';
import type { ContainerRuntime, ContainerSpec } from '../../runtime/container.ts';
import type { Fields } from '../../runtime/fields.ts';
import { isTold, outcomeOf } from '../../runtime/outcomes.ts';
import { isSilent } from '../../runtime/scripts.ts';
import { told } from '../../runtime/told.ts';
import { type LoggedRun, lastLines } from './lines.ts';
import { profileFor, silent } from './profiles.ts';
import { readScript, scriptText } from './script.ts';

export interface RunTimes {
  startedAt: number;
  finishedAt: number | undefined;
  exitCode: number | undefined;
  run: number;
}

/** The runs that a status knows of: the present (or last) one, and the one before. */
export function runsOf(
  pod: KubeObject,
  container: ContainerSpec,
): {
  current: RunTimes | undefined;
  previous: RunTimes | undefined;
  waiting: { reason?: string; message?: string } | undefined;
  /** When the one that runs now began. */
  running: number | undefined;
} {
  const statuses: Fields[] = [
    ...(pod['status']?.initContainerStatuses ?? []),
    ...(pod['status']?.containerStatuses ?? []),
    ...(pod['status']?.ephemeralContainerStatuses ?? []),
  ];
  const status = statuses.find(({ name }) => name === container.name);
  const ended = (state: Fields, run: number): RunTimes | undefined =>
    state?.terminated && {
      startedAt: Date.parse(state.terminated.startedAt),
      finishedAt: Date.parse(state.terminated.finishedAt),
      exitCode: state.terminated.exitCode,
      run,
    };
  const restarts: number = status?.restartCount ?? 0;
  const running = status?.state?.running;
  const current = running
    ? { startedAt: Date.parse(running.startedAt), finishedAt: undefined, exitCode: undefined, run: restarts }
    : ended(status?.state, restarts);
  // While a crashed container waits, its last run is the one to read.
  const last = ended(status?.lastState, current ? restarts - 1 : restarts);
  return {
    current: current ?? last,
    previous: last,
    waiting: status?.state?.waiting,
    running: running ? Date.parse(running.startedAt) : undefined,
  };
}

export function findRun(
  lister: Lister,
  pod: KubeObject,
  container: ContainerSpec,
  startedAt: number,
): LoggedRun | undefined {
  const { current, previous } = runsOf(pod, container);
  const same = [current, previous].find((run) => run?.startedAt === startedAt);
  return same && loggedRun(lister, pod, container, same);
}

/** How the log of a run is made up, where nothing of ours ran in it. */
export function loggedRun(lister: Lister, pod: KubeObject, container: ContainerSpec, times: RunTimes): LoggedRun {
  const isInit = (pod['spec'].initContainers ?? []).some(({ name }: ContainerSpec) => name === container.name);
  const kind = isInit ? (container.restartPolicy === 'Always' ? 'sidecar' : 'init') : 'app';
  const isBatch = pod['spec'].restartPolicy !== 'Always' || kind === 'init';
  const source = {
    seed: `${pod.metadata.uid} ${container.name} ${times.startedAt}`,
    pod: pod.metadata.name!,
    image: container.image,
    startedAt: times.startedAt,
  };
  // A nap says nothing, unless annotations want a story of their own.
  const script = scriptText(lister, pod, container.name);
  const isQuiet = !isTold(pod, kind, container.name) && isSilent(container);
  const { lastWords } = outcomeOf(pod, container, kind, times.run);
  return {
    source,
    profile: script === undefined ? (isQuiet ? silent : profileFor(container.image, isBatch)) : silent,
    ...(script === undefined ? {} : { script: readScript(script) }),
    // Status times are whole seconds; a run that began and ended in one second still has its lines.
    finishedAt: times.finishedAt === undefined ? undefined : Math.max(times.finishedAt, times.startedAt + 1000),
    lastWords:
      times.finishedAt === undefined
        ? []
        : endOf(pod, container.name, times.exitCode ?? 0, isQuiet || script !== undefined ? [] : lastWords, isBatch),
  };
}

function endOf(
  pod: KubeObject,
  container: string,
  exitCode: number,
  known: readonly string[] | undefined,
  isBatch: boolean,
): readonly string[] {
  const words = told(pod, container, 'last-words');
  if (words) return words.trimEnd().split('\n');
  if (known) return known;
  if (exitCode === 0) return [isBatch ? 'done' : 'shutting down'];
  if (exitCode === 137) return ['signal: killed'];
  return ['FATAL unhandled error, the process ends', `exit status ${exitCode}`];
}

/** How much of a log goes into a termination message, and of a message into a status (kubelet/container/runtime.go). */
export const MESSAGE_LINES = 80;
const LOG_BYTES = 2048;

/** The end of what was said, as far as there is room for it in a status. */
export function endOfLog(lines: readonly string[]): string | undefined {
  const bytes = Buffer.from(lines.join(''));
  return bytes.length === 0 ? undefined : bytes.subarray(Math.max(bytes.length - LOG_BYTES, 0)).toString();
}

/** What a simulated container leaves in its termination message: it writes none, but its log may stand in for it. */
export function simulatedMessage(
  lister: Lister,
  pod: KubeObject,
  { spec, startedAt, restarts }: ContainerRuntime,
  exitCode: number,
  now: number,
): string | undefined {
  if (spec.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return undefined;
  const times = { startedAt: Math.floor((startedAt ?? now) / 1000) * 1000, finishedAt: now, exitCode, run: restarts };
  const lines = lastLines(loggedRun(lister, pod, spec, times), MESSAGE_LINES, 0, now + 1000);
  return endOfLog(lines.map(({ text }) => `${text}\n`));
}
