import type { KubeObject } from '../../api/meta.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { type ControlContext, type Controller, keyOf } from '../controllers/controller.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import { LOAD } from '../runtime/load.ts';
import { usageOf } from '../runtime/usage.ts';
import { LOOK_MS, lowMessage, PressureMemory, tellPressure, type Usage, victimOf } from './eviction.ts';
import type { Kubelet } from './kubelet.ts';
import { isDown, underPressure } from './node-facts.ts';

/** How a kubelet is set that nobody has set (kubelet/apis/config: evictionHard, memory.available). */
const THRESHOLD = 100 * 1024 ** 2;

/** Only what somebody told of a pod takes more than it asked for. */
const TOLD = ['kctl.dev/memory-usage', LOAD.memory];
const isTold = ({ metadata }: KubeObject): boolean => TOLD.some((name) => metadata.annotations?.[name] !== undefined);

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

/**
 * Nodes whose pods use up their memory: the kubelet says so, and sends pods away, one at a time, until it has enough
 * (kubelet/eviction). Nodes on which nobody was told to use anything are not looked at.
 */
export function pressureController(context: ControlContext, kubelet: () => Kubelet): Controller {
  const memory = new PressureMemory();
  return {
    name: 'kubelet-eviction',
    watches: {
      pods: ({ object, type }) => {
        const node: string | undefined = object['spec'].nodeName;
        return node && type !== 'DELETED' && isTold(object) && !isFinished(object) ? [node] : [];
      },
      nodes: ({ object, type, previous }) =>
        type === 'ADDED' && !previous && underPressure(object, 'MemoryPressure') ? [object.metadata.name!] : [],
    },
    reconcile: (name) => lookAt(context, kubelet(), name, memory),
  };
}

async function lookAt(context: ControlContext, kubelet: Kubelet, name: string, memory: PressureMemory): Promise<Again> {
  const { lister, clock, recorder } = context;
  const node = lister.get<KubeObject>('nodes', undefined, name);
  const pods = kubelet.podsOn(name).filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp);
  const wasShort = node !== undefined && underPressure(node, 'MemoryPressure');
  if (!node || !(wasShort || pods.some(isTold))) {
    memory.forget(name);
    return undefined;
  }
  if (isDown(node)) return LOOK_MS;
  const now = clock.now();
  const usages = pods.map((pod) => memoryOf(pod, now));
  const capacity = quantityValue(node['status']?.capacity?.memory ?? '0');
  const available = Math.max(capacity - usages.reduce((sum, { bytes }) => sum + bytes, 0), 0);
  const isShort = available < THRESHOLD;
  const tells = memory.tells(name, now, isShort, wasShort);
  if (tells !== wasShort) await tellPressure(context, node, 'MemoryPressure', tells);
  if (!isShort) return LOOK_MS;
  const message = 'Attempting to reclaim memory';
  recorder.record(node, { type: 'Warning', reason: 'EvictionThresholdMet', message, component: 'kubelet', host: name });
  const victim = victimOf(usages);
  if (victim) kubelet.evict(keyOf(victim.pod), lowMessage(victim, 'memory', { threshold: THRESHOLD, available }));
  return LOOK_MS;
}
