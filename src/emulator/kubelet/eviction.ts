import type { KubeObject } from '../../api/meta.ts';
import { priorityOf } from '../../api/scheduling/node-info.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { timestamp } from '../clock.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import type { ControlContext } from '../controllers/controller.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import { type Pressure, pressureFacts } from './node-facts.ts';

/** How often a kubelet looks, and for how long it tells of what it saw (eviction monitoringInterval, evictionPressureTransitionPeriod). */
export const LOOK_MS = 10_000;
const TRANSITION_MS = 300_000;
/** Pods that the cluster cannot do without are never sent away (kubelet/types, IsCriticalPod). */
const CRITICAL = 2_000_000_000;

/** What a pod takes of something that the node is short of. */
export interface Usage {
  pod: KubeObject;
  containers: readonly { spec: ContainerSpec; bytes: number }[];
  bytes: number;
  requested: number;
}

/** As resource.Quantity shows bytes: in the largest unit that leaves no rest. */
export function bytesText(bytes: number): string {
  let [value, step] = [bytes, 0];
  while (value !== 0 && value % 1024 === 0 && step < 4) {
    value /= 1024;
    step++;
  }
  return `${value}${['', 'Ki', 'Mi', 'Gi', 'Ti'][step]}`;
}

/** Who goes first: those that take more than they asked for, the less important, and those that take the most of that (eviction/helpers.go, rankMemoryPressure, rankDiskPressureFunc). */
const byBlame = (a: Usage, b: Usage): number =>
  Number(b.bytes > b.requested) - Number(a.bytes > a.requested) ||
  priorityOf(a.pod) - priorityOf(b.pod) ||
  b.bytes - b.requested - (a.bytes - a.requested);

/** Whom the node sends away next; undefined: all that is there has to stay. */
export const victimOf = <T extends Usage>(usages: readonly T[]): T | undefined =>
  usages.filter(({ pod }) => mayGo(pod)).sort(byBlame)[0];

export const mayGo = (pod: KubeObject): boolean => priorityOf(pod) < CRITICAL;

/** Why a pod goes, in the kubelet's words (eviction/helpers.go, evictionMessage). */
export function lowMessage(
  { containers }: Usage,
  resource: 'memory' | 'ephemeral-storage',
  { threshold, available }: { threshold: number; available: number },
): string {
  const blamed = containers.flatMap(({ spec, bytes }) => {
    const request = spec.resources?.requests?.[resource] ?? '0';
    return bytes > quantityValue(request)
      ? [
          `Container ${spec.name} was using ${bytesText(bytes)}, request is ${request}, has larger consumption of ${resource}. `,
        ]
      : [];
  });
  const met = `Threshold quantity: ${bytesText(threshold)}, available: ${bytesText(available)}. `;
  return `The node was low on resource: ${resource}. ${met}${blamed.join('')}`;
}

/** Says in the node's status, and once in an event, that it is short of something, or no longer. */
export async function tellPressure(
  { client, clock, recorder }: ControlContext,
  node: KubeObject,
  type: Pressure,
  isShort: boolean,
): Promise<void> {
  const name = node.metadata.name!;
  const now = timestamp(clock);
  const { status, reason, message } = pressureFacts(type, isShort);
  const news = { type, status, lastHeartbeatTime: now, lastTransitionTime: now, reason, message };
  const known: StatusCondition[] = node['status']?.conditions ?? [];
  const conditions = known.map((one) => (one.type === type ? news : one));
  await client.updateStatus('nodes', { ...node, status: { ...node['status'], conditions } });
  const said = reason.replace('Kubelet', 'Node');
  const line = `Node ${name} status is now: ${said}`;
  recorder.record(node, { type: 'Normal', reason: said, message: line, component: 'kubelet', host: name });
}

/** Since when nodes are short of something, and until when they say so. */
export class PressureMemory {
  /** When a node was last short (ms). */
  readonly #lastShort = new Map<string, number>();

  /** Whether the node says that it is short: also for a while after it was. */
  tells(name: string, now: number, isShort: boolean, wasTold: boolean): boolean {
    // One that an earlier process left so was short just now, as far as this one knows.
    if (isShort || (wasTold && !this.#lastShort.has(name))) this.#lastShort.set(name, now);
    return isShort || now - (this.#lastShort.get(name) ?? Number.NEGATIVE_INFINITY) < TRANSITION_MS;
  }

  forget(name: string): void {
    this.#lastShort.delete(name);
  }
}
