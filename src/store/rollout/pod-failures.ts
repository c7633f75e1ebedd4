import type { KubeObject } from '../../api/meta.ts';
import { conditionOf } from './conditions.ts';
import type { Finding } from './failure.ts';
import type { PodNode } from './pod-progress.ts';
import { noticeOf, type RolloutState } from './state.ts';
import { mountPatience, schedulePatience } from './why-words.ts';

const SANDBOX_PATIENCE_MS = 60_000;
const GATE_PATIENCE_MS = 120_000;
const NODE_PATIENCE_MS = 60_000;
/** How much later than its grace a pod may go. */
const LEAVING_PATIENCE_MS = 60_000;
/** A pod that failed as a whole is replaced by another, which may fare better. */
const FAILED_PATIENCE_MS = 60_000;

/** What keeps a pod from running its containers at all: no node, no volumes, no network, or it has to go and does not. */
export function podSetupFailures(pod: PodNode, object: KubeObject, state: RolloutState, now: number): Finding[] {
  if (pod.stage === 'terminating') return leaving(pod, object, state);
  if (pod.stage === 'failed') return failed(object);
  if (!pod.node) return unplaced(pod, object, state);
  const down = nodeDown(pod, state);
  if (down.length > 0) return down;
  if (pod.containers.some(({ state: is }) => is === 'running')) return gates(object);
  return [...volumes(pod, object, state, now), ...sandbox(pod, state, now)];
}

function unplaced(pod: PodNode, object: KubeObject, state: RolloutState): Finding[] {
  const condition = conditionOf(object, 'PodScheduled');
  if (condition?.status !== 'False') return [];
  const since = Date.parse(condition.lastTransitionTime ?? pod.createdAt);
  if (condition.reason === 'SchedulingGated') {
    const gatesOf: { name: string }[] = object.spec?.schedulingGates ?? [];
    const names = gatesOf.map(({ name }) => name).join(', ');
    return [
      { code: 'gate', message: `scheduling gates hold the pod back: ${names}`, since, patienceMs: GATE_PATIENCE_MS },
    ];
  }
  if (condition.reason !== 'Unschedulable') return [];
  const message = (condition.message ?? '').replace(/ no new claims to deallocate,/, '');
  const grows = noticeOf(state, pod.uid, ['TriggeredScaleUp']) !== undefined;
  const claims = claimTrouble(object, state);
  return [
    {
      code: claims ? 'volume' : 'unschedulable',
      message: claims ? `the pod waits for its volume: ${claims}` : `the pod finds no node: ${message}`,
      since,
      patienceMs: claims ? mountPatience(claims) : schedulePatience(message, grows),
    },
  ];
}

/** What is said of claims of the pod that get no volume. */
function claimTrouble(object: KubeObject, state: RolloutState): string | undefined {
  const volumesOf: { persistentVolumeClaim?: { claimName: string } }[] = object.spec?.volumes ?? [];
  const names = new Set(volumesOf.flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : [])));
  if (names.size === 0) return undefined;
  for (const notices of state.notices.values()) {
    for (const { kind, name, warning, message } of notices.values()) {
      if (kind === 'PersistentVolumeClaim' && warning && names.has(name)) return `claim "${name}": ${message}`;
    }
  }
  return undefined;
}

function nodeDown(pod: PodNode, state: RolloutState): Finding[] {
  const node = state.nodes.get(pod.node);
  const ready = node && conditionOf(node, 'Ready');
  if (!ready || ready.status === 'True') return [];
  const why = ready.message || ready.reason || 'it does not report';
  const since = Date.parse(ready.lastTransitionTime ?? '') || 0;
  return [{ code: 'node', message: `node "${pod.node}" is not ready: ${why}`, since, patienceMs: NODE_PATIENCE_MS }];
}

/** Told last within this, it still is the case: kubelets try again every few seconds to two minutes. */
const FRESH_MS = 150_000;

function volumes(pod: PodNode, object: KubeObject, state: RolloutState, now: number): Finding[] {
  const notice = noticeOf(state, pod.uid, ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']);
  if (!notice || object.status?.containerStatuses?.some((one: { started?: boolean }) => one.started)) return [];
  if (now - Date.parse(notice.at) > FRESH_MS) return [];
  const message = notice.message.replace(/ : /g, ': ');
  const finding = { code: 'volume', message: `a volume cannot be mounted: ${message}` } as const;
  return [{ ...finding, since: Date.parse(notice.since), patienceMs: mountPatience(message) }];
}

function sandbox(pod: PodNode, state: RolloutState, now: number): Finding[] {
  const notice = noticeOf(state, pod.uid, ['FailedCreatePodSandBox', 'NetworkNotReady']);
  if (!notice || now - Date.parse(notice.at) > FRESH_MS) return [];
  const message = `the node cannot set the pod up: ${notice.message}`;
  return [{ code: 'sandbox', message, since: Date.parse(notice.since), patienceMs: SANDBOX_PATIENCE_MS }];
}

function gates(object: KubeObject): Finding[] {
  const ready = conditionOf(object, 'ContainersReady');
  const wanted: { conditionType: string }[] = object.spec?.readinessGates ?? [];
  const open = wanted.filter(({ conditionType }) => conditionOf(object, conditionType)?.status !== 'True');
  if (open.length === 0 || ready?.status !== 'True') return [];
  const names = open.map(({ conditionType }) => conditionType).join(', ');
  const since = Date.parse(ready.lastTransitionTime ?? '') || 0;
  return [{ code: 'gate', message: `readiness gate ${names} is not True`, since, patienceMs: GATE_PATIENCE_MS }];
}

function failed(object: KubeObject): Finding[] {
  const { reason = 'Failed', message } = object.status ?? {};
  const since = Date.parse(object.status?.startTime ?? object.metadata.creationTimestamp ?? '') || 0;
  const text = `the pod failed: ${reason}${message ? `: ${message}` : ''}`;
  return [{ code: 'pod', message: text, since, patienceMs: FAILED_PATIENCE_MS }];
}

/** A pod that is to go and stays: its node is silent, or somebody's finalizer holds it. */
function leaving(pod: PodNode, object: KubeObject, state: RolloutState): Finding[] {
  // The time stamp of a deletion has the grace in it.
  const since = Date.parse(object.metadata.deletionTimestamp ?? '');
  const node = state.nodes.get(pod.node);
  const ready = node && conditionOf(node, 'Ready');
  const { finalizers } = object.metadata;
  const why = finalizers?.length
    ? `finalizers keep it: ${finalizers.join(', ')}`
    : ready && ready.status !== 'True'
      ? `its node "${pod.node}" is not ready`
      : undefined;
  if (!why) return [];
  return [
    { code: 'stuck-old', message: `pod "${pod.name}" does not go: ${why}`, since, patienceMs: LEAVING_PATIENCE_MS },
  ];
}
