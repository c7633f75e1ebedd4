import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Fields } from './fields.ts';

/** What the kubelet needs of a container's spec. */
export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: string;
  restartPolicy?: string;
  stdin?: boolean;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: Fields }[];
  envFrom?: Fields[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  readinessProbe?: Probe;
  startupProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { postStart?: Hook; preStop?: Hook };
  restartPolicyRules?: { action: string; exitCodes?: { operator: string; values?: number[] } }[];
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number };
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  resizePolicy?: { resourceName: string; restartPolicy: string }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** What the kubelet does when a container has started, or before it stops. */
export interface Hook {
  sleep?: { seconds: number };
  exec?: { command?: string[] };
  httpGet?: Fields;
  tcpSocket?: Fields;
}

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** A probe whose command is really run. Times are ms since the epoch. */
export interface LiveProbe {
  nextAt: number;
  /** What it said last, and how often in a row. */
  last: boolean | undefined;
  run: number;
  /** How the verdict has changed; of many changes the last. */
  flips: readonly { at: number; ok: boolean }[];
  isBusy: boolean;
}

export interface Probe {
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  terminationGracePeriodSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  httpGet?: Fields;
  tcpSocket?: { port: number | string };
  grpc?: Fields;
  exec?: { command?: string[] };
}

export type StageName =
  | 'waiting'
  | 'image'
  | 'pulling'
  | 'pull-failed'
  | 'pull-backoff'
  | 'bad-image'
  | 'config'
  | 'config-error'
  | 'create'
  | 'start'
  | 'running'
  | 'exited'
  | 'crash-backoff'
  | 'done';

/** One run of a container that has ended. */
interface Run {
  containerId: string;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  /** The kubelet ended it for a probe: another run follows whatever the exit code is. */
  isForced?: boolean | undefined;
  /** It was ended to be given what a resize grants. */
  isResize?: boolean | undefined;
  /** It was taken away, and nothing more is known of it. */
  isRemoved?: boolean | undefined;
  /** Where it is not told by the exit code: `OOMKilled`. */
  reason?: string | undefined;
  /** What it left in its termination message. */
  message?: string | undefined;
}

/** A simulated container: where it is in its stage table, and since when. Times are ms since the epoch. */
export interface ContainerRuntime {
  spec: ContainerSpec;
  kind: 'init' | 'sidecar' | 'app' | 'ephemeral';
  stage: StageName;
  since: number;
  /** Until when what is repeated in this stage has been said. */
  naggedAt: number;
  restarts: number;
  startedAt: number | undefined;
  containerId: string | undefined;
  imageId: string | undefined;
  /** Ids of the images that are mounted as volumes, as far as they are there. */
  volumeImageIds: string[];
  last: Run | undefined;
  /** Length of the present or next back-off. */
  crashBackoffMs: number;
  pullBackoffMs: number;
  pullEndsAt: number;
  pullStartedAt: number;
  /** The pull itself, without the wait for others (ms). */
  pullMs: number;
  /** Why the pull that is under way will fail, where a fault says so. */
  pullProblem: string | undefined;
  /** What the pull that is under way brings; undefined where it brings nothing. */
  pulled: ImageFacts | undefined;
  /** Set when the main process has ended by itself, by what somebody told it: when (ms), and its exit code. */
  exited: { at: number; code: number; reason?: string | undefined } | undefined;
  /** The simulated shell was asked to run it, and cannot: how it ends is told by the table of outcomes. */
  isDeclined: boolean;
  /** Probes that are really made in this run. */
  probing: Partial<Record<ProbeKind, LiveProbe>> | undefined;
  /** Set while the kubelet ends this run and the pod goes on: SIGTERM was sent, and what comes at the end of the grace. */
  stopping: { until: number; code: number; isResize?: boolean } | undefined;
  /** While a resize is under way: what it has until then. What it was granted is in its `spec`. */
  held: ContainerSpec['resources'];
  /** It takes another run to give it what it was granted. */
  resizeRestarts: boolean;
  /** What its environment was made of when it started. */
  facts: ReadonlyMap<string, KubeObject> | undefined;
  /** Why the runtime cannot start it; null: it can. Undefined before anybody has looked. */
  startProblem: string | null | undefined;
  /** Why the image or the configuration is refused. */
  problem: { reason: string; message: string } | undefined;
}

/** How far a resize of a pod has come (times in ms). */
export interface Resizing {
  /** The node has no room for it. */
  pending: { message: string; generation: number; since: number } | undefined;
  /** It was granted, and is being made. */
  progress: { generation: number; since: number; until: number; error?: string | undefined } | undefined;
}

export interface PodRuntime {
  uid: string;
  createdAt: number;
  sandboxReadyAt: number;
  ip: string;
  init: ContainerRuntime[];
  app: ContainerRuntime[];
  /** Those that `kubectl debug` adds to a pod that runs. */
  ephemeral: ContainerRuntime[];
  /** Set when the pod is told to stop: when its grace is over. */
  stopsAt: number | undefined;
  /** Set when the kubelet ended the pod for good. */
  failure: { reason: string; message: string } | undefined;
  /** What happened before this moment happened in an earlier process. */
  floor: number;
  mountWarned: boolean;
  /** Set when the node sends the pod away: why, and whether for a limit that the pod itself has broken. */
  eviction: { message: string; isOwnDoing: boolean } | undefined;
  /** What the pod as a whole was granted. */
  resources: ContainerSpec['resources'];
  resizing: Resizing;
}

export function newContainer(spec: ContainerSpec, kind: ContainerRuntime['kind'], now: number): ContainerRuntime {
  return {
    spec,
    kind,
    stage: 'waiting',
    since: now,
    naggedAt: now,
    restarts: 0,
    startedAt: undefined,
    containerId: undefined,
    imageId: undefined,
    volumeImageIds: [],
    last: undefined,
    crashBackoffMs: 0,
    pullBackoffMs: 0,
    pullEndsAt: 0,
    pullStartedAt: 0,
    pullMs: 0,
    pullProblem: undefined,
    pulled: undefined,
    exited: undefined,
    isDeclined: false,
    probing: undefined,
    stopping: undefined,
    held: undefined,
    startProblem: undefined,
    resizeRestarts: false,
    facts: undefined,
    problem: undefined,
  };
}

export function containersOf(pod: KubeObject, now: number): Pick<PodRuntime, 'init' | 'app' | 'ephemeral'> {
  const {
    initContainers = [],
    containers,
    ephemeralContainers = [],
  } = pod['spec'] as {
    initContainers?: ContainerSpec[];
    containers: ContainerSpec[];
    ephemeralContainers?: ContainerSpec[];
  };
  return {
    init: initContainers.map((spec) => newContainer(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init', now)),
    app: containers.map((spec) => newContainer(spec, 'app', now)),
    ephemeral: ephemeralContainers.map((spec) => newContainer(spec, 'ephemeral', now)),
  };
}

export const allContainers = (runtime: PodRuntime): ContainerRuntime[] => [
  ...runtime.init,
  ...runtime.app,
  ...runtime.ephemeral,
];

/** Containers whose share of the node may change while the pod runs. */
export const resizableOf = ({ init, app }: PodRuntime): ContainerRuntime[] => [...init, ...app];
