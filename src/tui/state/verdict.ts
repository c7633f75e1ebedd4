import type { KubeObject } from '../../api/meta.ts';
import { podStatus } from '../../api/pod-status.ts';
import { rolloutStatusMessage } from '../../store/rollout/status.ts';

/** How an object is doing, as far as waiting for it goes. */
export interface Verdict {
  kind: 'ready' | 'failed' | 'ended' | 'waiting';
  /** Why, in the cluster's own words; '' where the kind says it all. */
  why: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** States of containers that do not mend by themselves soon. */
const broken =
  /^(?:Init:)?(?:CrashLoopBackOff|ErrImage\w*|ImagePullBackOff|InvalidImageName|Create\w*Error|RunContainerError|Error|OOMKilled|Evicted)$/;

const conditionsOf = ({ status }: KubeObject): readonly Condition[] => status?.conditions ?? [];
const held = (object: KubeObject, ...types: string[]) =>
  conditionsOf(object).find(({ type, status }) => types.includes(type) && status === 'True');

function podVerdict(pod: KubeObject): Verdict {
  const { status } = podStatus(pod);
  const phase: string | undefined = pod.status?.phase;
  if (phase === 'Succeeded') return { kind: 'ended', why: status };
  if (phase === 'Failed' || broken.test(status)) return { kind: 'failed', why: status };
  return held(pod, 'Ready') ? { kind: 'ready', why: '' } : { kind: 'waiting', why: status };
}

function workloadVerdict(object: KubeObject): Verdict {
  try {
    const { done, message } = rolloutStatusMessage(object);
    return { kind: done ? 'ready' : 'waiting', why: done ? '' : message };
  } catch (error) {
    return { kind: 'failed', why: (error as Error).message };
  }
}

function jobVerdict(job: KubeObject): Verdict {
  const failed = held(job, 'Failed');
  if (failed) return { kind: 'failed', why: failed.message ?? failed.reason ?? '' };
  return held(job, 'Complete') ? { kind: 'ended', why: '' } : { kind: 'waiting', why: '' };
}

const byKind: Readonly<Record<string, (object: KubeObject) => Verdict>> = {
  Pod: podVerdict,
  Deployment: workloadVerdict,
  StatefulSet: workloadVerdict,
  DaemonSet: workloadVerdict,
  Job: jobVerdict,
};

/**
 * How `object` is doing: pods, workloads and jobs by what their kinds have, all others by the conditions that most
 * controllers set (Ready, Available, Complete, Failed). Undefined for what has neither: only its changes can be told.
 */
export function verdictOf(object: KubeObject): Verdict | undefined {
  const own = byKind[object.kind];
  if (own) return own(object);
  if (object.status?.phase === 'Bound' || object.status?.phase === 'Active') return { kind: 'ready', why: '' };
  const known = conditionsOf(object).some(({ type }) => /^(?:Ready|Available|Complete|Succeeded|Failed)$/.test(type));
  if (!known) return undefined;
  const failed = held(object, 'Failed');
  if (failed) return { kind: 'failed', why: failed.message ?? failed.reason ?? '' };
  if (held(object, 'Complete', 'Succeeded')) return { kind: 'ended', why: '' };
  return held(object, 'Ready', 'Available') ? { kind: 'ready', why: '' } : { kind: 'waiting', why: '' };
}
