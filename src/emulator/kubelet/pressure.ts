import type { KubeObject } from '../../api/meta.ts';
import { priorityOf } from '../../api/scheduling/node-info.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { timestamp } from '../clock.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import { type ControlContext, type Controller, keyOf } from '../controllers/controller.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import { LOAD } from '../runtime/load.ts';
import { usageOf } from '../runtime/usage.ts';
import type { Kubelet } from './kubelet.ts';
import { isDown, underPressure } from './node-facts.ts';

/** How a kubelet is set that nobody has set (kubelet/apis/config: evictionHard, evictionPressureTransitionPeriod). */
const THRESHOLD = 100 * 1024 ** 2;
const LOOK_MS = 10_000;
const TRANSITION_MS = 300_000;
/** Pods that the cluster cannot do without are never sent away (kubelet/types, IsCriticalPod). */
const CRITICAL = 2_000_000_000;

/** Only what somebody told of a pod takes more than it asked for. */
const TOLD = ['kctl.dev/memory-usage', LOAD.memory];
const isTold = ({ metadata }: KubeObject): boolean => TOLD.some((name) => metadata.annotations?.[name] !== undefined);

/** As resource.Quantity shows bytes: in the largest unit that leaves no rest. */
export function bytesText(bytes: number): string {
  let [value, step] = [bytes, 0];
  while (value !== 0 && value % 1024 === 0 && step < 4) {
    value /= 1024;
    step++;
  }
  return `${value}${['', 'Ki', 'Mi', 'Gi', 'Ti'][step]}`;
}

interface Usage {
  pod: KubeObject;
  containers: readonly { spec: ContainerSpec; bytes: number }[];
  bytes: number;
  requested: number;
}

function memoryOf(pod: KubeObject, now: number): Usage {
  const specs: ContainerSpec[] = [...pod['spec'].containers, ...(pod['spec'].initContainers ?? [])];
  const statuses: { name: string; state?: { running?: unknown } }[] = [
    ...(pod['status']?.containerStatuses ?? []),
    ...(pod['status']?.initContainerStatuses ?? []),
  ];
  const containers = specs
    .filter(({ name }) => statuses.find((one) => one.name === name)?.state?.running)
    .map((spec) => ({ spec, bytes: usageOf(pod, spec, now).memory }));
  const bytes = containers.reduce((sum, one) => sum + one.bytes, 0);
  return { pod, containers, bytes, requested: requestsOf(pod)['memory'] ?? 0 };
}

/** Who goes first: those that take more than they asked for, the less important, and those that take the most of that (eviction/helpers.go, rankMemoryPressure). */
const byBlame = (a: Usage, b: Usage): number =>
  Number(b.bytes > b.requested) - Number(a.bytes > a.requested) ||
  priorityOf(a.pod) - priorityOf(b.pod) ||
  b.bytes - b.requested - (a.bytes - a.requested);

function messageOf({ containers }: Usage, available: number): string {
  const blamed = containers.flatMap(({ spec, bytes }) => {
    const request = spec.resources?.requests?.['memory'] ?? '0';
    return bytes > quantityValue(request)
      ? [
          `Container ${spec.name} was using ${bytesText(bytes)}, request is ${request}, has larger consumption of memory. `,
        ]
      : [];
  });
  const met = `Threshold quantity: ${bytesText(THRESHOLD)}, available: ${bytesText(available)}. `;
  return `The node was low on resource: memory. ${met}${blamed.join('')}`;
}

/**
 * Nodes whose pods use up their memory: the kubelet says so, and sends pods away, one at a time, until it has enough
 * (kubelet/eviction). Nodes on which nobody was told to use anything are not looked at.
 */
export function pressureController(context: ControlContext, kubelet: () => Kubelet): Controller {
  /** When a node was last short of memory (ms). */
  const lastShort = new Map<string, number>();
  return {
    name: 'kubelet-eviction',
    watches: {
      pods: ({ object, type }) => {
        const node: string | undefined = object['spec'].nodeName;
        return node && type !== 'DELETED' && isTold(object) && !isFinished(object) ? [node] : [];
      },
      nodes: ({ object, type, previous }) =>
        type === 'ADDED' && !previous && underPressure(object) ? [object.metadata.name!] : [],
    },
    reconcile: (name) => lookAt(context, kubelet(), name, lastShort),
  };
}

async function lookAt(
  context: ControlContext,
  kubelet: Kubelet,
  name: string,
  lastShort: Map<string, number>,
): Promise<Again> {
  const { lister, clock, recorder } = context;
  const node = lister.get<KubeObject>('nodes', undefined, name);
  const pods = kubelet.podsOn(name).filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp);
  const wasShort = node !== undefined && underPressure(node);
  if (!node || !(wasShort || pods.some(isTold))) {
    lastShort.delete(name);
    return undefined;
  }
  if (isDown(node)) return LOOK_MS;
  const now = clock.now();
  const usages = pods.map((pod) => memoryOf(pod, now));
  const capacity = quantityValue(node['status']?.capacity?.memory ?? '0');
  const available = Math.max(capacity - usages.reduce((sum, { bytes }) => sum + bytes, 0), 0);
  const isShort = available < THRESHOLD;
  if (isShort || (wasShort && !lastShort.has(name))) lastShort.set(name, now);
  const tells = isShort || now - (lastShort.get(name) ?? Number.NEGATIVE_INFINITY) < TRANSITION_MS;
  if (tells !== wasShort) await tell(context, node, tells);
  if (!isShort) return LOOK_MS;
  const message = 'Attempting to reclaim memory';
  recorder.record(node, { type: 'Warning', reason: 'EvictionThresholdMet', message, component: 'kubelet', host: name });
  const victim = usages.filter(({ pod }) => priorityOf(pod) < CRITICAL).sort(byBlame)[0];
  if (victim) kubelet.evict(keyOf(victim.pod), messageOf(victim, available));
  return LOOK_MS;
}

async function tell({ client, clock, recorder }: ControlContext, node: KubeObject, isShort: boolean): Promise<void> {
  const name = node.metadata.name!;
  const now = timestamp(clock);
  const news = {
    type: 'MemoryPressure',
    status: isShort ? 'True' : 'False',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: isShort ? 'KubeletHasInsufficientMemory' : 'KubeletHasSufficientMemory',
    message: `kubelet has ${isShort ? 'in' : ''}sufficient memory available`,
  };
  const known: StatusCondition[] = node['status']?.conditions ?? [];
  const conditions = known.map((one) => (one.type === news.type ? news : one));
  await client.updateStatus('nodes', { ...node, status: { ...node['status'], conditions } });
  const reason = isShort ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory';
  const message = `Node ${name} status is now: ${reason}`;
  recorder.record(node, { type: 'Normal', reason, message, component: 'kubelet', host: name });
}
