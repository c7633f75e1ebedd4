import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { microTimestamp, timestamp } from '../clock.ts';
import { type ControlContext, type Controller, ownKey } from '../controllers/controller.ts';
import type { Again } from '../controllers/work-queue.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { Kubelet } from './kubelet.ts';
import {
  BOOTED,
  bootId,
  DECLARED,
  isDown,
  isOff,
  isUnknown,
  nodeConditions,
  nodeStatus,
  podRange,
} from './node-facts.ts';
import { PodRanges } from './pod-ranges.ts';
import type { Stages } from './stages/stages.ts';

const LEASES = 'leases.coordination.k8s.io';
const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
/**
 * A kubelet renews every 10 s, a quarter of the lease. Simulated nodes cannot fail to reach their API
 * server, so they renew as late as a lease that never lapses allows: a third of the writes on a
 * cluster that does nothing else.
 */
const RENEW_MS = 30_000;
/** As a kubelet's nodeStatusReportFrequency: without news, conditions are repeated every 5 minutes. */
const STATUS_MS = 300_000;
/** Pulls of one rollout end together; one write tells of all. */
const IMAGES_DELAY_MS = 10_000;

/** Gives each node its pod range and status: every Node object gets a simulated kubelet. */
export function nodeController(context: ControlContext, stages: Stages): Controller {
  const ranges = new PodRanges();
  const booting = new Set<string>();
  return {
    name: 'node-controller',
    watches: {
      nodes(event) {
        ranges.follow(event);
        if (isOff(event.previous) && !isDown(event.object)) booting.add(event.object.metadata.name!);
        return event.type === 'DELETED' ? [] : ownKey(event, 'nodes');
      },
    },
    reconcile: (name) => registerNode(context, name, { stages, ranges, booting }),
  };
}

async function registerNode(
  context: ControlContext,
  name: string,
  { stages, ranges, booting }: { stages: Stages; ranges: PodRanges; booting: Set<string> },
): Promise<Again> {
  const { client, lister, clock, recorder } = context;
  let node = lister.get('nodes', undefined, name);
  if (!node || node.metadata.deletionTimestamp) return undefined;
  if (!node['spec']?.podCIDR) {
    const range = podRange(ranges.lowestFree());
    node = await client.update<KubeObject>('nodes', {
      ...node,
      spec: { ...node['spec'], podCIDR: range, podCIDRs: [range] },
    });
  }
  const isBooting = booting.delete(name);
  const isKnown = node['status']?.nodeInfo?.kubeletVersion && node['status']?.conditions?.length;
  if ((isKnown && !isBooting) || (await stages.hold('nodes', node))) return undefined;
  if (isBooting) return boot(context, node);
  await client.updateStatus('nodes', { ...node, status: nodeStatus(node, timestamp(clock)) });
  recorder.record(node, {
    type: 'Normal',
    reason: 'Starting',
    message: 'Starting kubelet.',
    component: 'kubelet',
    host: name,
  });
  return undefined;
}

/** A machine that was off is on again: its pods find out by the time at which it came. */
async function boot({ client, clock, recorder }: ControlContext, node: KubeObject): Promise<Again> {
  const name = node.metadata.name!;
  const annotations = { ...node.metadata.annotations, [BOOTED]: timestamp(clock) };
  const marked = await client.update<KubeObject>('nodes', { ...node, metadata: { ...node.metadata, annotations } });
  const bootID = bootId(marked);
  const status = { ...marked['status'], nodeInfo: { ...marked['status'].nodeInfo, bootID } };
  await client.updateStatus('nodes', { ...marked, status });
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record(marked, { type, reason, message, component: 'kubelet', host: name });
  say('Normal', 'Starting', 'Starting kubelet.');
  say('Warning', 'Rebooted', `Node ${name} has been rebooted, boot id: ${bootID}`);
  return undefined;
}

/** Leases, heartbeats and image lists. One key for all nodes: one timer, however many they are. */
export function heartbeatController(
  context: ControlContext,
  kubelet: () => Kubelet,
  stages: Stages,
): Controller & { imagesChanged: (node: string, add: (key: string, ms: number) => void) => void } {
  // Nodes of an earlier process, or of a past that was lived through, are heard of at once.
  let lastStatus = Number.NEGATIVE_INFINITY;
  return {
    name: 'heartbeat',
    // A node that is back says so at once.
    watches: { nodes: ({ object, previous }) => (isDown(previous) && !isDown(object) ? ['heartbeat'] : []) },
    reconcile: async (key) => {
      if (key !== 'heartbeat') return writeImages(context, kubelet(), key.slice('images/'.length));
      const reports = context.clock.now() - lastStatus >= STATUS_MS;
      if (reports) lastStatus = context.clock.now();
      for (const node of context.lister.list<KubeObject>('nodes')) {
        if (isDown(node)) continue;
        await renewLease(context, node);
        if ((reports || isUnknown(node)) && !(await stages.hold('nodes', node))) await repeatConditions(context, node);
      }
      return RENEW_MS;
    },
    imagesChanged: (node, add) => add(`images/${node}`, IMAGES_DELAY_MS),
  };
}

async function renewLease(context: ControlContext, node: KubeObject): Promise<void> {
  const name = node.metadata.name!;
  const renewTime = microTimestamp(context.clock);
  const lease = context.lister.get(LEASES, LEASE_NAMESPACE, name);
  if (lease) {
    await context.client.update(LEASES, { ...lease, spec: { ...lease['spec'], renewTime } });
    return;
  }
  try {
    await context.client.create(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: LEASE_NAMESPACE,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid! }],
      },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    });
  } catch (error) {
    // A cluster without the namespace (nobody seeded it) has no leases.
    if (!isApiError(error, 'NotFound')) throw error;
  }
}

async function repeatConditions(context: ControlContext, stale: KubeObject): Promise<void> {
  const node = context.lister.get('nodes', undefined, stale.metadata.name!);
  if (!node) return;
  const conditions = nodeConditions(node['status']?.conditions ?? [], timestamp(context.clock));
  // Nodes of an older version have not said yet what they can.
  const declaredFeatures = node['status']?.declaredFeatures ?? [...DECLARED];
  await context.client.updateStatus('nodes', {
    ...node,
    status: { ...node['status'], declaredFeatures, conditions },
  });
}

async function writeImages(context: ControlContext, kubelet: Kubelet, name: string): Promise<Again> {
  const node = context.lister.get('nodes', undefined, name);
  const images = kubelet.imagesOf(name)?.status();
  if (!node || !images || jsonEqual(images, node['status']?.images)) return undefined;
  await context.client.updateStatus('nodes', { ...node, status: { ...node['status'], images } });
  return undefined;
}
