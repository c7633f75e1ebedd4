import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { Taint } from '../scheduler/affinity.ts';
import { type StatusCondition, withCondition } from './conditions.ts';
import { type ControlContext, type Controller, ownKey } from './controller.ts';
import { isFinished, isReady } from './pods.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'node-controller';
const LEASES = 'leases.coordination.k8s.io';
/** A node that was not heard of for so long is not known to be well (kube-controller-manager --node-monitor-grace-period). */
const GRACE_MS = 50_000;
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

const OVERSLEPT_MS = 10_000;

interface Heard {
  renewTime: string;
  atMs: number;
  isWell: boolean;
}

/** The taints that follow the Ready condition. */
const taintFor: Readonly<Record<string, string>> = {
  False: 'node.kubernetes.io/not-ready',
  Unknown: 'node.kubernetes.io/unreachable',
};
const managed = new Set([...Object.values(taintFor), UNSCHEDULABLE]);

const readiness = (node: KubeObject): StatusCondition | undefined =>
  node['status']?.conditions?.find((condition: StatusCondition) => condition.type === 'Ready');

/**
 * Judges nodes by their leases: one that is silent becomes Unknown, is tainted, and its pods count as
 * not ready (kubernetes pkg/controller/nodelifecycle). What a lease says is compared with when it was
 * seen to change here, so that a cluster that slept does not take all its nodes for dead.
 */
export function nodeLifecycleController(context: ControlContext): Controller {
  const seen = new Map<string, Heard>();
  return {
    name: COMPONENT,
    watches: {
      nodes: (event) => {
        if (event.type === 'DELETED') seen.delete(event.object.metadata.name!);
        return event.type === 'DELETED' ? [] : ownKey(event, 'nodes');
      },
    },
    reconcile: async (name) => {
      let node = context.lister.get<KubeObject>('nodes', undefined, name);
      if (!node || !readiness(node)) return undefined;
      const left = silenceLeft(context, seen, name);
      if (left !== undefined && left <= 0 && readiness(node)!.status !== 'Unknown') {
        node = await markUnknown(context, node);
      }
      await syncTaints(context, node);
      return left !== undefined && left > 0 ? left : undefined;
    },
  };
}

/** Milliseconds until the node's silence is too long; undefined where it has no lease. */
function silenceLeft(context: ControlContext, seen: Map<string, Heard>, name: string): Again {
  const lease = context.lister.get<KubeObject>(LEASES, 'kube-node-lease', name);
  const renewTime: string | undefined = lease?.['spec']?.renewTime;
  if (!renewTime) return undefined;
  const now = context.clock.now();
  const last = seen.get(name);
  // A look that comes far too late means that this process slept, and the nodes with it.
  const overslept = last !== undefined && now > last.atMs + GRACE_MS + OVERSLEPT_MS && last.isWell;
  let atMs = last?.atMs ?? now;
  if (overslept) atMs = now;
  // Looked at rarely: a lease that was renewed in between was heard of when it says so.
  else if (last && last.renewTime !== renewTime) atMs = Math.min(Math.max(Date.parse(renewTime), atMs), now);
  const left = atMs + GRACE_MS - now;
  seen.set(name, { renewTime, atMs, isWell: left > 0 });
  return left;
}

async function markUnknown(context: ControlContext, node: KubeObject): Promise<KubeObject> {
  const now = timestamp(context.clock);
  const name = node.metadata.name!;
  const unknown = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  const conditions = node['status'].conditions.map((condition: StatusCondition) => ({
    ...condition,
    ...unknown,
    lastTransitionTime: now,
  }));
  const written = await context.client.updateStatus<KubeObject>('nodes', {
    ...node,
    status: { ...node['status'], conditions },
  });
  const message = `Node ${name} status is now: NodeNotReady`;
  context.recorder.record(node, { type: 'Normal', reason: 'NodeNotReady', message, component: COMPONENT });
  for (const pod of context.lister.list<KubeObject>('pods')) {
    if (pod['spec'].nodeName === name && isReady(pod) && !isFinished(pod)) await markUnready(context, pod, now);
  }
  return written;
}

async function markUnready(context: ControlContext, pod: KubeObject, now: string): Promise<void> {
  const conditions = withCondition(pod['status'].conditions, { type: 'Ready', status: 'False' }, now);
  await context.client.updateStatus('pods', { ...pod, status: { ...pod['status'], conditions } });
  const event = { type: 'Warning' as const, reason: 'NodeNotReady', message: 'Node is not ready' };
  context.recorder.record(pod, { ...event, component: COMPONENT });
}

async function syncTaints(context: ControlContext, node: KubeObject): Promise<void> {
  const present: Taint[] = node['spec']?.taints ?? [];
  const kept = (key: string, effect: string): Taint =>
    present.find((taint) => taint.key === key && taint.effect === effect) ?? {
      key,
      effect,
      timeAdded: timestamp(context.clock),
    };
  const wanted: Taint[] = present.filter(({ key }) => !managed.has(key));
  const key = taintFor[readiness(node)!.status];
  if (key) {
    wanted.push(kept(key, 'NoSchedule'));
    // Where no node is well, the fault is more likely to be here: nothing is evicted.
    if (isAnyReady(context)) wanted.push(kept(key, 'NoExecute'));
  }
  if (node['spec']?.unschedulable) wanted.push(kept(UNSCHEDULABLE, 'NoSchedule'));
  const order = (taints: readonly Taint[]) => [...taints].map((taint) => `${taint.key} ${taint.effect}`).sort();
  if (jsonEqual(order(present), order(wanted))) return;
  await context.client.update('nodes', { ...node, spec: { ...node['spec'], taints: wanted } });
}

const isAnyReady = (context: ControlContext): boolean =>
  context.lister.list<KubeObject>('nodes').some((node) => readiness(node)?.status === 'True');
