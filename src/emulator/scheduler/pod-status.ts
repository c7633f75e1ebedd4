import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { timestamp } from '../clock.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import type { ControlContext } from '../controllers/controller.ts';
import { deleteIfThere } from '../controllers/ownership.ts';

export const COMPONENT = 'default-scheduler';
/** Where it runs. */
const INSTANCE = `${COMPONENT}-kctl-control-plane`;

/** Longer notes are cut by who records them (pkg/scheduler/schedule_one.go, truncateMessage). */
const LONGEST_NOTE = 1024;

/** What the scheduler tells, and what it was doing. */
const tellings = {
  Scheduled: { type: 'Normal', action: 'Binding', isOnce: true },
  FailedScheduling: { type: 'Warning', action: 'Scheduling' },
  Preempted: { type: 'Normal', action: 'Preempting', isOnce: true },
} as const;

export function tell(
  { recorder }: ControlContext,
  pod: KubeObject,
  reason: keyof typeof tellings,
  message: string,
  related?: KubeObject,
): void {
  recorder.recordSeries(pod, {
    ...tellings[reason],
    reason,
    message: message.length > LONGEST_NOTE ? `${message.slice(0, LONGEST_NOTE - 4)} ...` : message,
    component: COMPONENT,
    instance: INSTANCE,
    ...(related ? { related } : {}),
  });
}

type Change = Pick<StatusCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The conditions with `next` in its place, or undefined where it says nothing new (pkg/api/v1/pod, UpdatePodCondition). */
function conditionsWith(pod: KubeObject, next: Change, now: string): StatusCondition[] | undefined {
  const known: StatusCondition[] = pod['status']?.conditions ?? [];
  const before = known.find(({ type }) => type === next.type);
  const observedGeneration = pod.metadata.generation;
  const isSame =
    before?.status === next.status &&
    before.reason === next.reason &&
    before.message === next.message &&
    before.observedGeneration === observedGeneration;
  if (isSame) return undefined;
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : undefined;
  const written: StatusCondition = {
    ...next,
    lastProbeTime: null,
    lastTransitionTime: lastTransitionTime ?? now,
    ...(observedGeneration ? { observedGeneration } : {}),
  };
  return before ? known.map((one) => (one === before ? written : one)) : [...known, written];
}

/**
 * Says in the pod why it was not placed.
 * @param nominated the node that is kept for it, '' for none any more, undefined where that stays as it is
 */
export async function tellRefused(
  { client, clock }: ControlContext,
  pod: KubeObject,
  reason: 'Unschedulable' | 'SchedulerError',
  message: string,
  nominated: string | undefined,
): Promise<void> {
  const change = { type: 'PodScheduled', status: 'False', reason, message } as const;
  const conditions = conditionsWith(pod, change, timestamp(clock));
  const { nominatedNodeName, ...status } = pod['status'] ?? {};
  const node = nominated ?? nominatedNodeName ?? '';
  if (!conditions && node === (nominatedNodeName ?? '')) return;
  const news = { ...(node ? { nominatedNodeName: node } : {}), ...(conditions ? { conditions } : {}) };
  await writeStatus(client, { ...pod, status: { ...status, ...news } });
}

async function writeStatus(client: ControlContext['client'], pod: KubeObject): Promise<void> {
  try {
    await client.updateStatus('pods', pod);
  } catch (error) {
    if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
  }
}

/** A less important pod makes room, within its grace period. */
export async function evict(
  context: ControlContext,
  victim: KubeObject,
  preemptor: KubeObject,
  node: string,
): Promise<void> {
  const { client, clock, lister } = context;
  const current = lister.get<KubeObject>('pods', victim.metadata.namespace, victim.metadata.name!);
  if (!current || current.metadata.uid !== victim.metadata.uid || current.metadata.deletionTimestamp) return;
  const message = `${COMPONENT}: preempting to accommodate a higher priority pod`;
  const change = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message } as const;
  const conditions = conditionsWith(current, change, timestamp(clock));
  if (conditions) await writeStatus(client, { ...current, status: { ...current['status'], conditions } });
  await deleteIfThere(context, 'pods', current);
  tell(context, current, 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`, preemptor);
}
