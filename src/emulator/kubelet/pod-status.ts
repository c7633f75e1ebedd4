import type { KubeObject } from '../../api/meta.ts';
import { qosClass } from '../../api/pod-qos.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import { secondText } from '../clock.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import type { ContainerRuntime, PodRuntime } from '../runtime/container.ts';
import { isOver } from './pod-engine.ts';
import { restartTrigger } from './pod-restart.ts';
import { isReadyAt, verdictsOf } from './probes/index.ts';
import { IN_PROGRESS, PENDING, resizeConditions } from './resize.ts';
import { mayRestartAll, willRestart } from './restart-policy.ts';

const containerUri = (id: string): string => `containerd://${id}`;

function terminatedState(run: NonNullable<ContainerRuntime['last']>): Record<string, unknown> {
  return {
    terminated: {
      exitCode: run.exitCode,
      reason: run.reason ?? (run.exitCode === 0 ? 'Completed' : 'Error'),
      ...(run.message ? { message: run.message } : {}),
      ...(run.isRemoved
        ? { startedAt: null, finishedAt: null }
        : {
            startedAt: secondText(run.startedAt),
            finishedAt: secondText(run.finishedAt),
            containerID: containerUri(run.containerId),
          }),
    },
  };
}

/** In a pod with init containers whatever has not begun yet is told to wait for them (kubernetes kubelet_pods.go, convertToAPIContainerStatuses). */
function stateOf(container: ContainerRuntime, hasInit: boolean): Record<string, unknown> {
  const { stage, last, problem } = container;
  if (stage === 'running') return { running: { startedAt: secondText(container.startedAt!) } };
  const couldNotStart = stage === 'exited' && problem?.reason === 'RunContainerError';
  if ((stage === 'exited' || stage === 'done') && last && !couldNotStart) return terminatedState(last);
  const backsOff = problem && !['image', 'pulling', 'config', 'create', 'start', 'waiting'].includes(stage);
  if (backsOff) return { waiting: { reason: problem.reason, message: problem.message } };
  // While it is tried again, what went wrong last stays visible.
  if (problem && stage === 'pulling') return { waiting: { reason: problem.reason, message: problem.message } };
  return { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
}

function isContainerStarted(pod: KubeObject, container: ContainerRuntime, now: number): boolean {
  return container.stage === 'running' && container.kind !== 'ephemeral' && now >= verdictsOf(pod, container).startedAt;
}

function isContainerReady(pod: KubeObject, container: ContainerRuntime, now: number): boolean {
  if (container.kind === 'init') return container.stage === 'done' && container.last?.exitCode === 0;
  // Nobody sends anything to an ephemeral container.
  if (container.stage !== 'running' || container.kind === 'ephemeral') return false;
  return isReadyAt(verdictsOf(pod, container), now);
}

function shownImage(image: string): string {
  try {
    return canonicalReference(parseReference(image));
  } catch {
    return image;
  }
}

function containerStatus(
  pod: KubeObject,
  container: ContainerRuntime,
  hasInit: boolean,
  now: number,
): Record<string, unknown> {
  const { spec, stage, last } = container;
  const isEnded = stage === 'exited' || stage === 'done';
  const id = stage === 'running' ? container.containerId : last?.containerId;
  const { resources, volumeMounts } = spec;
  const state = stateOf(container, hasInit);
  const held = stage === 'running' ? (container.held ?? resources) : resources;
  return {
    name: spec.name,
    state,
    lastState: last && (!isEnded || 'waiting' in state) ? terminatedState(last) : {},
    ready: isContainerReady(pod, container, now),
    restartCount: container.restarts,
    // What was pulled is told of a container that was made from it (kubernetes kubelet_pods.go, convertToAPIContainerStatuses).
    image: id && container.imageId ? shownImage(spec.image) : spec.image,
    imageID: (id && container.imageId) || '',
    ...(id ? { containerID: containerUri(id) } : {}),
    started: isContainerStarted(pod, container, now),
    ...(resources?.requests ? { allocatedResources: resources.requests } : {}),
    ...(held && Object.keys(held).length > 0 ? { resources: held } : {}),
    ...(volumeMounts?.length
      ? {
          volumeMounts: volumeMounts.map((mount) => ({
            ...mount,
            ...(mount.readOnly ? { recursiveReadOnly: 'Disabled' } : {}),
          })),
        }
      : {}),
  };
}

/** Kubernetes getPhase: what counts is whether containers will run again. */
function phaseOf(pod: KubeObject, runtime: PodRuntime): string {
  if (runtime.failure) return 'Failed';
  if (isOver(runtime)) {
    const failedInit = runtime.init.some(({ kind, last }) => kind === 'init' && last && last.exitCode !== 0);
    return !failedInit && runtime.app.every(({ last }) => last?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  if (!isInitialized(runtime)) return 'Pending';
  const hasRun = ({ stage, last }: ContainerRuntime) => stage === 'running' || last !== undefined;
  const lives = runtime.app.some(hasRun) && runtime.app.every((one) => hasRun(one) || willRestart(pod, one));
  return lives && runtime.app.every(hasRun) ? 'Running' : 'Pending';
}

const isInitialized = ({ init }: PodRuntime): boolean =>
  init.every(({ kind, stage, last }) =>
    kind === 'sidecar' ? stage === 'running' || last !== undefined : stage === 'done' && last?.exitCode === 0,
  );

export interface StatusWorld {
  now: number;
  hostIP: string;
}

/** The pod's whole status, from its runtime; conditions keep their transition times while they do not change. */
export function podStatus(pod: KubeObject, runtime: PodRuntime, { now, hostIP }: StatusWorld): Record<string, unknown> {
  const hasInit = runtime.init.length > 0;
  const phase = phaseOf(pod, runtime);
  const isEnded = phase === 'Succeeded' || phase === 'Failed';
  const hasSandbox = now >= runtime.sandboxReadyAt && !isEnded;
  const isReady = isInitialized(runtime);
  const maySurprise = mayRestartAll(pod);
  // Who begins anew in place stays initialized.
  const initialized = isReady || (maySurprise && isTrue(pod, 'Initialized'));
  const services = [...runtime.app, ...runtime.init.filter(({ kind }) => kind === 'sidecar')];
  const unready = services.filter((container) => !isContainerReady(pod, container, now)).map(({ spec }) => spec.name);
  const ready = why(
    isEnded ? (phase === 'Succeeded' ? 'done' : 'failed') : unready.length > 0 ? 'unready' : 'ok',
    unready,
  );
  const gates: { conditionType: string }[] = pod['spec'].readinessGates ?? [];
  const known: StatusCondition[] = pod['status']?.conditions ?? [];
  const openGates = gates.flatMap(({ conditionType }) => openGate(conditionType, known) ?? []);
  const podReady =
    ready.status === 'True' && openGates.length > 0
      ? { status: 'False', reason: 'ReadinessGatesNotReady', message: openGates.join(', ') }
      : ready;
  const pendingInit = runtime.init.filter(
    ({ kind, stage, last }) => kind === 'init' && !(stage === 'done' && last?.exitCode === 0),
  );
  const conditions: Record<string, Record<string, unknown>> = {
    PodReadyToStartContainers: { status: hasSandbox ? 'True' : 'False' },
    Initialized: initialized
      ? { status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : {
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${pendingInit.map(({ spec }) => spec.name).join(' ')}]`,
        },
    Ready: podReady,
    ContainersReady: ready,
    PodScheduled: { status: 'True' },
    ...(runtime.eviction === undefined || runtime.eviction.isOwnDoing
      ? {}
      : { DisruptionTarget: { status: 'True', reason: 'TerminationByKubelet', message: runtime.eviction.message } }),
    ...(maySurprise ? { AllContainersRestarting: restarting(runtime, phase) } : {}),
  };
  const { generation } = pod.metadata;
  const stamped = Object.entries(conditions).map(([type, condition]) => {
    const before = known.find((one) => one.type === type);
    return {
      type,
      ...(generation ? { observedGeneration: generation } : {}),
      status: condition['status'],
      lastProbeTime: null,
      lastTransitionTime:
        before?.status === condition['status'] ? (before?.lastTransitionTime ?? secondText(now)) : secondText(now),
      ...(condition['reason'] ? { reason: condition['reason'] } : {}),
      ...(condition['message'] ? { message: condition['message'] } : {}),
    };
  });
  const others = known.filter(({ type }) => !(type in conditions) && type !== PENDING && type !== IN_PROGRESS);
  const hasIP = now >= runtime.sandboxReadyAt;
  const ip = pod['spec'].hostNetwork ? hostIP : runtime.ip;
  return {
    ...(generation ? { observedGeneration: generation } : {}),
    phase,
    conditions: [...stamped, ...others, ...resizeConditions(runtime, isEnded)],
    ...(runtime.failure ?? {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(hasIP ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: secondText(runtime.createdAt),
    ...(hasInit ? { initContainerStatuses: runtime.init.map((one) => containerStatus(pod, one, hasInit, now)) } : {}),
    containerStatuses: runtime.app.map((one) => containerStatus(pod, one, hasInit, now)),
    ...(runtime.ephemeral.length > 0
      ? { ephemeralContainerStatuses: runtime.ephemeral.map((one) => containerStatus(pod, one, hasInit, now)) }
      : {}),
    ...(runtime.resources ? { resources: runtime.resources, allocatedResources: runtime.resources.requests } : {}),
    qosClass: pod['status']?.qosClass ?? qosClass(pod),
    ...(pod['status']?.resourceClaimStatuses ? { resourceClaimStatuses: pod['status'].resourceClaimStatuses } : {}),
  };
}

const isTrue = ({ status }: KubeObject, condition: string): boolean =>
  ((status?.conditions ?? []) as StatusCondition[]).some(({ type, status: is }) => type === condition && is === 'True');

/** The condition AllContainersRestarting (status/generate.go). */
function restarting(runtime: PodRuntime, phase: string): Record<string, unknown> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!restartTrigger(runtime)) return { status: 'False' };
  return {
    status: 'True',
    reason: 'RestartAllContainersStarted',
    message: 'container exited with restart policy rule',
  };
}

/** Why a readiness gate is not open, in the words of status/generate.go; undefined: it is. */
function openGate(type: string, known: readonly StatusCondition[]): string | undefined {
  const found = known.find((one) => one.type === type);
  if (!found) return `corresponding condition of pod readiness gate ${JSON.stringify(type)} does not exist.`;
  if (found.status === 'True') return undefined;
  return `the status of pod readiness gate ${JSON.stringify(type)} is not "True", but ${found.status}`;
}

/** Status, reason and message of Ready and ContainersReady. */
function why(
  what: 'ok' | 'unready' | 'done' | 'failed',
  unready: readonly string[],
): { status: string; reason?: string; message?: string } {
  const table = {
    ok: { status: 'True' },
    unready: {
      status: 'False',
      reason: 'ContainersNotReady',
      message: `containers with unready status: [${unready.join(' ')}]`,
    },
    done: { status: 'False', reason: 'PodCompleted' },
    failed: { status: 'False', reason: 'PodFailed' },
  } as const;
  return table[what];
}
