import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import type { Clock } from '../clock.ts';
import { badRequest, notFound, unavailable } from '../errors.ts';
import { connectPort } from '../network/responders.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import type { Fields } from '../runtime/fields.ts';
import { outcomeOf } from '../runtime/outcomes.ts';
import type { Kubelet } from './kubelet.ts';
import type { LoggedRun } from './logs/lines.ts';
import { profileFor } from './logs/profiles.ts';
import { streamLog } from './logs/stream.ts';
import type { LogOptions, NodeApi } from './node-api.ts';

interface NodeApiContext {
  lister: Lister;
  clock: Clock;
  kubelet: Kubelet;
}

const PODS = { group: '', plural: 'pods' };
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Answers for the kubelets from the pods' status and the log profiles: nothing of it is stored. */
export function createNodeApi({ lister, clock }: NodeApiContext): NodeApi {
  const podOf = (namespace: string, name: string): KubeObject => {
    const pod = lister.get('pods', namespace, name);
    if (!pod) throw notFound(PODS, name);
    return pod;
  };
  return {
    async logs(namespace, name, options, signal) {
      const pod = podOf(namespace, name);
      const container = chooseContainer(pod, options.container);
      if (!pod['spec'].nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
      const run = runOf(pod, container, options);
      const current = (): LoggedRun | undefined => {
        const now = lister.get('pods', namespace, name);
        if (now?.metadata.uid !== pod.metadata.uid || !now) return undefined;
        const same = findRun(now, container, run.source.startedAt);
        return same ?? { ...run, finishedAt: run.finishedAt ?? clock.now() - 1 };
      };
      return streamLog(clock, run, current, options, signal);
    },
    async connect(namespace, name, port): Promise<Duplex> {
      const pod = podOf(namespace, name);
      if (pod['status']?.phase !== 'Running') {
        throw badRequest(`unable to forward port because pod is not running. Current status=${pod['status']?.phase}`);
      }
      return connectPort(pod, port, () => clock.now());
    },
    async exec() {
      throw unavailable('commands in containers are not served yet');
    },
    async attach() {
      throw unavailable('streams of containers are not served yet');
    },
  };
}

const containersOf = (pod: KubeObject): ContainerSpec[] => [
  ...(pod['spec'].initContainers ?? []),
  ...pod['spec'].containers,
];

function chooseContainer(pod: KubeObject, wanted: string | undefined): ContainerSpec {
  const name = pod.metadata.name!;
  const all = containersOf(pod);
  if (wanted) {
    const found = all.find((container) => container.name === wanted);
    if (!found) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return found;
  }
  const preferred = all.find((container) => container.name === pod.metadata.annotations?.[DEFAULT_CONTAINER]);
  if (all.length === 1) return all[0]!;
  if (preferred) return preferred;
  const names = (list: ContainerSpec[]) => list.map((container) => container.name).join(' ');
  const init: ContainerSpec[] = pod['spec'].initContainers ?? [];
  const extra = init.length > 0 ? ` or one of the init containers: [${names(init)}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names(pod['spec'].containers)}]${extra}`,
  );
}

interface RunTimes {
  startedAt: number;
  finishedAt: number | undefined;
  exitCode: number | undefined;
  run: number;
}

/** The runs that a status knows of: the present (or last) one, and the one before. */
function runsOf(
  pod: KubeObject,
  container: ContainerSpec,
): {
  current: RunTimes | undefined;
  previous: RunTimes | undefined;
  waiting: { reason?: string; message?: string } | undefined;
} {
  const statuses: Fields[] = [
    ...(pod['status']?.initContainerStatuses ?? []),
    ...(pod['status']?.containerStatuses ?? []),
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
  return { current: current ?? last, previous: last, waiting: status?.state?.waiting };
}

const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: 'trying and failing to pull image',
  ImagePullBackOff: 'trying and failing to pull image',
  ErrImageNeverPull: 'image pull policy is Never and the image is not present',
  InvalidImageName: 'image name is not valid',
};

function runOf(pod: KubeObject, container: ContainerSpec, options: LogOptions): LoggedRun {
  const { current, previous, waiting } = runsOf(pod, container);
  const chosen = options.previous ? previous : current;
  if (chosen) return loggedRun(pod, container, chosen);
  const subject = `container "${container.name}" in pod "${pod.metadata.name}"`;
  if (options.previous) throw badRequest(`previous terminated ${subject} not found`);
  const reason = waiting?.reason ?? 'ContainerCreating';
  throw badRequest(`${subject} is waiting to start: ${waitingWords[reason] ?? reason}`);
}

function findRun(pod: KubeObject, container: ContainerSpec, startedAt: number): LoggedRun | undefined {
  const { current, previous } = runsOf(pod, container);
  const same = [current, previous].find((run) => run?.startedAt === startedAt);
  return same && loggedRun(pod, container, same);
}

function loggedRun(pod: KubeObject, container: ContainerSpec, times: RunTimes): LoggedRun {
  const isInit = (pod['spec'].initContainers ?? []).some(({ name }: ContainerSpec) => name === container.name);
  const kind = isInit ? (container.restartPolicy === 'Always' ? 'sidecar' : 'init') : 'app';
  const isBatch = pod['spec'].restartPolicy !== 'Always' || kind === 'init';
  const source = {
    seed: `${pod.metadata.uid} ${container.name} ${times.startedAt}`,
    pod: pod.metadata.name!,
    image: container.image,
    startedAt: times.startedAt,
  };
  const { lastWords } = outcomeOf(pod, container, kind, times.run);
  return {
    source,
    profile: profileFor(container.image, isBatch),
    // Status times are whole seconds; a run that began and ended in one second still has its lines.
    finishedAt: times.finishedAt === undefined ? undefined : Math.max(times.finishedAt, times.startedAt + 1000),
    lastWords: times.finishedAt === undefined ? [] : endOf(pod, times.exitCode ?? 0, lastWords, isBatch),
  };
}

const LAST_WORDS = 'kctl.dev/last-words';

function endOf(
  pod: KubeObject,
  exitCode: number,
  known: readonly string[] | undefined,
  isBatch: boolean,
): readonly string[] {
  const told = pod.metadata.annotations?.[LAST_WORDS];
  if (told) return told.trimEnd().split('\n');
  if (known) return known;
  if (exitCode === 0) return [isBatch ? 'done' : 'shutting down'];
  if (exitCode === 137) return ['signal: killed'];
  return ['FATAL unhandled error, the process ends', `exit status ${exitCode}`];
}
