import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Lister } from '../client.ts';
import type { Clock } from '../clock.ts';
import { keyOf } from '../controllers/controller.ts';
import { badRequest, failure, notFound } from '../errors.ts';
import { connectPort } from '../network/responders.ts';
import { allContainers, type ContainerSpec } from '../runtime/container.ts';
import type { Written } from './disk-usage.ts';
import type { ImageOf } from './exec/container/container.ts';
import type { ContainerRooms, RoomContext, RunningContainer } from './exec/index.ts';
import type { Kubelet } from './kubelet.ts';
import { streamKept } from './logs/kept-stream.ts';
import type { LoggedRun } from './logs/lines.ts';
import { findRun, loggedRun, runsOf } from './logs/logged-run.ts';
import { streamLog } from './logs/stream.ts';
import { MainStarts } from './main-starts.ts';
import type { LogOptions, NodeApi } from './node-api.ts';

interface NodeApiContext {
  lister: Lister;
  clock: Clock;
  kubelet: Kubelet;
  /** Uniform in [0, 1). */
  random: () => number;
  issueToken?: RoomContext['issueToken'];
  api?: RoomContext['api'];
  /** The folder in which claims keep their contents; without one they go with the process. */
  volumes?: { folder: string; report: (error: unknown) => void } | undefined;
  /** Where the files of real images are read; without it, containers have none of them. */
  imageStore?: RoomContext['imageStore'];
  diskOf: NodeApi['disk'];
  /** Somebody writes to the disk of a node. */
  wrote?: ((node: string) => void) | undefined;
}

/** What the control plane asks of it, beside what the API does. */
interface OpenNode {
  close(): Promise<void>;
  saveVolumes(): Promise<void>;
  /** What a pod has really written; undefined where nobody was in it. */
  writtenBy(pod: KubeObject): Written | undefined;
}

const PODS = { group: '', plural: 'pods' };
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Answers for the kubelets from the pods' status and the log profiles: nothing of it is stored. */
export function createNodeApi({
  lister,
  clock,
  kubelet,
  random,
  issueToken,
  api,
  volumes,
  imageStore,
  diskOf,
  wrote,
}: NodeApiContext): NodeApi & OpenNode {
  const podOf = (namespace: string, name: string): KubeObject => {
    const pod = lister.get('pods', namespace, name);
    if (!pod) throw notFound(PODS, name);
    return pod;
  };
  /** How a run stands now; undefined once its pod is gone. */
  const currentOf = (pod: KubeObject, container: ContainerSpec, run: LoggedRun) => (): LoggedRun | undefined => {
    const now = lister.get('pods', pod.metadata.namespace, pod.metadata.name!);
    if (now?.metadata.uid !== pod.metadata.uid || !now) return undefined;
    const same = findRun(lister, now, container, run.source.startedAt);
    return same ?? { ...run, finishedAt: run.finishedAt ?? clock.now() - 1 };
  };
  const imageOf: ImageOf = (pod, of) => {
    if (typeof of === 'string') return kubelet.imagesOf(pod['spec'].nodeName)?.find(of);
    const { name, image } = of;
    const runtime = kubelet.runtimeOf(keyOf(pod));
    const id = runtime && allContainers(runtime).find(({ spec }) => spec.name === name)?.imageId;
    const images = kubelet.imagesOf(pod['spec'].nodeName);
    return (id && images?.find(id)) || images?.find(image);
  };
  // Most clusters never see an exec: what answers one is loaded by the first.
  let opened: Promise<ContainerRooms> | undefined;
  let known: ContainerRooms | undefined;
  const rooms = (): Promise<ContainerRooms> => {
    opened ??= import('./exec/index.ts').then((exec) => {
      known = new exec.ContainerRooms({
        volumes: volumes && exec.volumeFiles(volumes.folder, volumes.report),
        lister,
        clock,
        random,
        issueToken,
        api,
        imageOf,
        imageStore,
        wrote,
        endContainer: (namespace, pod, container, exitCode) =>
          kubelet.endContainer(`${namespace}/${pod}`, container, exitCode),
      });
      return known;
    });
    return opened;
  };
  const mains = new MainStarts(rooms);
  kubelet.interpret(mains);
  /** What the main process really said, where one of ours ran. */
  const keptLog = async (pod: KubeObject, container: ContainerSpec, { source }: LoggedRun) => {
    await mains.begun(pod, container);
    return (await opened)?.logOf(pod, container.name, source.startedAt);
  };
  return {
    async close() {
      (await opened)?.close();
    },
    async saveVolumes() {
      (await opened)?.saveVolumes();
    },
    writtenBy: (pod) => known?.writtenBy(pod),
    pulls(node) {
      const now = clock.now();
      return { node, now: new Date(now).toISOString(), pulls: kubelet.imagesOf(node)?.pulls(now) ?? [] };
    },
    disk: diskOf,
    async logs(namespace, name, options, signal) {
      const pod = podOf(namespace, name);
      const container = chooseContainer(pod, options.container);
      if (!pod['spec'].nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
      const run = runOf(lister, pod, container, options);
      const kept = await keptLog(pod, container, run);
      if (kept) return streamKept(kept, clock.now(), options, signal);
      return streamLog(clock, run, currentOf(pod, container, run), options, signal);
    },
    async connect(namespace, name, port): Promise<Duplex> {
      const pod = podOf(namespace, name);
      if (pod['status']?.phase !== 'Running') {
        throw badRequest(`unable to forward port because pod is not running. Current status=${pod['status']?.phase}`);
      }
      const isReal = (one: ContainerSpec) => imageOf(pod, one)?.simulated === false;
      const isOpen = opened !== undefined || servesMounts(pod) || pod['spec'].containers.some(isReal);
      const known = isOpen ? await rooms() : undefined;
      await known?.pagesReady(pod);
      return connectPort(pod, port, () => clock.now(), {
        pageOf: known && ((...about) => known.page(...about)),
        exposed: (...about) => imageOf(...about)?.run?.ports,
      });
    },
    async exec(namespace, name, options, streams, signal) {
      const running = runningContainer(kubelet, podOf(namespace, name), options.container);
      if (options.command.length === 0) throw badRequest('you must specify at least one command for the container');
      return (await rooms()).exec(running, options, streams, signal);
    },
    async attach(namespace, name, options, streams, signal) {
      const running = runningContainer(kubelet, podOf(namespace, name), options.container);
      await mains.begun(running.pod, running.container);
      const gone = new AbortController();
      const leave = AbortSignal.any([signal, gone.signal]);
      const run = runOf(lister, running.pod, running.container, {});
      const lines = streamLog(
        clock,
        run,
        currentOf(running.pod, running.container, run),
        { follow: true, tailLines: 0 },
        leave,
      );
      try {
        return await (await rooms()).attach(running, options, streams, signal, lines);
      } finally {
        gone.abort();
      }
    },
  };
}

/** Some of its files are not those of the image. */
const servesMounts = (pod: KubeObject): boolean =>
  (pod['spec'].containers as ContainerSpec[]).some(({ volumeMounts, lifecycle }) =>
    Boolean(lifecycle?.postStart || volumeMounts?.some(({ mountPath }) => !mountPath.startsWith('/var/run/secrets/'))),
  );

const containersOf = (pod: KubeObject): ContainerSpec[] => [
  ...(pod['spec'].initContainers ?? []),
  ...pod['spec'].containers,
  ...(pod['spec'].ephemeralContainers ?? []),
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
  if (pod['spec'].containers.length === 1) return pod['spec'].containers[0];
  if (preferred) return preferred;
  const names = (list: ContainerSpec[]) => list.map((container) => container.name).join(' ');
  const init: ContainerSpec[] = pod['spec'].initContainers ?? [];
  const extra = init.length > 0 ? ` or one of the init containers: [${names(init)}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names(pod['spec'].containers)}]${extra}`,
  );
}

/** @throws ApiStatusError in the words of API server and kubelet where nobody can be sent in */
function runningContainer(kubelet: Kubelet, pod: KubeObject, wanted: string | undefined): RunningContainer {
  const name = pod.metadata.name!;
  const container = chooseContainer(pod, wanted);
  if (!pod['spec'].nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  const startedAt = runsOf(pod, container).running;
  if (startedAt === undefined) {
    throw new ApiStatusError(failure(404, 'NotFound', `container not found (${JSON.stringify(container.name)})`, {}));
  }
  const runtime = kubelet.runtimeOf(`${pod.metadata.namespace}/${name}`);
  const facts = runtime && allContainers(runtime).find(({ spec }) => spec.name === container.name)?.facts;
  return { pod, container, startedAt, facts };
}

const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: 'trying and failing to pull image',
  ImagePullBackOff: 'trying and failing to pull image',
  ErrImageNeverPull: 'image pull policy is Never and the image is not present',
  InvalidImageName: 'image name is not valid',
};

function runOf(lister: Lister, pod: KubeObject, container: ContainerSpec, options: LogOptions): LoggedRun {
  const { current, previous, waiting } = runsOf(pod, container);
  const chosen = options.previous ? previous : current;
  if (chosen) return loggedRun(lister, pod, container, chosen);
  const subject = `container "${container.name}" in pod "${pod.metadata.name}"`;
  if (options.previous) throw badRequest(`previous terminated ${subject} not found`);
  const reason = waiting?.reason ?? 'ContainerCreating';
  throw badRequest(`${subject} is waiting to start: ${waitingWords[reason] ?? reason}`);
}
