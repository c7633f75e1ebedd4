import type { KubeObject } from '../../../api/meta.ts';
import { timestamp } from '../../clock.ts';
import type { StatusCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { isReady } from '../pods.ts';

const COMPONENT = 'node-controller';
/** What a node's silence puts in doubt; that its network is up is not the kubelet's to say. */
const IN_DOUBT = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

interface NodeCondition extends StatusCondition {
  lastHeartbeatTime?: string;
}

export const readiness = (node: KubeObject): NodeCondition | undefined =>
  node['status']?.conditions?.find((condition: NodeCondition) => condition.type === 'Ready');

/**
 * Writes that nothing is known of a node any more. Where it was ready until then, that is said of the node and its
 * pods count as not ready.
 * @returns the node as it is then
 */
export async function markUnknown(context: ControlContext, node: KubeObject): Promise<KubeObject> {
  const now = timestamp(context.clock);
  const known: NodeCondition[] = node['status']?.conditions ?? [];
  const wasReady = readiness(node)?.status === 'True';
  const conditions = known.map((condition) =>
    (IN_DOUBT as readonly string[]).includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : condition,
  );
  for (const type of IN_DOUBT) {
    if (known.some((condition) => condition.type === type)) continue;
    conditions.push({
      type,
      status: 'Unknown',
      lastHeartbeatTime: node.metadata.creationTimestamp!,
      lastTransitionTime: now,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
  }
  const written = await context.client.updateStatus<KubeObject>('nodes', {
    ...node,
    status: { ...node['status'], conditions },
  });
  if (wasReady) await tellOfLoss(context, written);
  return written;
}

async function tellOfLoss(context: ControlContext, node: KubeObject): Promise<void> {
  const name = node.metadata.name!;
  const message = `Node ${name} status is now: NodeNotReady`;
  context.recorder.record(node, { type: 'Normal', reason: 'NodeNotReady', message, component: COMPONENT });
  for (const pod of context.lister.list<KubeObject>('pods')) {
    if (pod['spec'].nodeName === name && isReady(pod)) await markPodUnready(context, pod);
  }
}

/** The other fields of the condition stay what the kubelet said last. */
export async function markPodUnready(context: ControlContext, pod: KubeObject): Promise<void> {
  const conditions = pod['status'].conditions.map((condition: StatusCondition) =>
    condition.type === 'Ready'
      ? { ...condition, status: 'False', lastTransitionTime: timestamp(context.clock) }
      : condition,
  );
  await context.client.updateStatus('pods', { ...pod, status: { ...pod['status'], conditions } });
  const event = { type: 'Warning' as const, reason: 'NodeNotReady', message: 'Node is not ready' };
  context.recorder.record(pod, { ...event, component: COMPONENT });
}
