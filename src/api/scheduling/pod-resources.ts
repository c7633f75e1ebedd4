import { quantityValue } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';

/** Amounts by resource name: CPU in millicores, everything else in its own unit. */
export type Amounts = Record<string, number>;

interface ContainerLike {
  name?: string;
  restartPolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  ports?: { hostPort?: number; hostIP?: string; protocol?: string }[];
}

const parsed = new Map<string, number>();

/** Few different texts occur, thousands of times each. */
function amount(resource: string, text: string | number): number {
  const id = `${resource} ${text}`;
  let value = parsed.get(id);
  if (value === undefined) {
    const scale = resource === 'cpu' ? 1000 : 1;
    value = Math.ceil(quantityValue(text) * scale);
    if (parsed.size > 2000) parsed.clear();
    parsed.set(id, value);
  }
  return value;
}

export function amounts(quantities: Record<string, string> | undefined): Amounts {
  return Object.fromEntries(Object.entries(quantities ?? {}).map(([name, text]) => [name, amount(name, text)]));
}

export function add(into: Amounts, more: Amounts, sign = 1): void {
  for (const name in more) into[name] = (into[name] ?? 0) + sign * more[name]!;
}

/** A container that says nothing counts as so much where nodes are compared (pkg/scheduler/util/pod_resources.go). */
const UNSPECIFIED: Readonly<Amounts> = { cpu: 100, memory: 200 * 1024 * 1024 };

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

interface Given {
  name?: string;
  resources?: { requests?: Record<string, string> };
  allocatedResources?: Record<string, string>;
}

function most(...all: readonly Amounts[]): Amounts {
  const result: Amounts = {};
  for (const one of all)
    for (const name in one) result[name] = Math.max(result[name] ?? Number.NEGATIVE_INFINITY, one[name]!);
  return result;
}

/**
 * What counts of a pod that may have been resized: what it asks for, what its kubelet has granted and what it has now,
 * whichever is more; what it asks for in vain does not count (component-helpers resource.determineEffectiveRequests).
 * Undefined for one whose spec was never changed, as most are.
 */
function givenOf({
  metadata,
  status,
}: KubeObject): ((asked: Amounts, given: Given | undefined) => Amounts) | undefined {
  if ((metadata.generation ?? 1) <= 1 || !status) return undefined;
  const pending = (status.conditions ?? []).find(({ type }: { type: string }) => type === 'PodResizePending');
  const isInVain = pending?.reason === 'Infeasible';
  return (asked, given) =>
    given?.resources
      ? most(isInVain ? {} : asked, amounts(given.resources.requests), amounts(given.allocatedResources))
      : asked;
}

/**
 * What a pod claims on its node: the larger of its containers together and its greediest init step, plus overhead
 * (sidecars run through both); requests of the whole pod replace those of its containers
 * (component-helpers resource.PodRequests).
 */
export function requestsOf(pod: KubeObject): Amounts {
  return sum(pod, (container) => amounts(container.resources?.requests));
}

/** The same with an assumed size for containers that name none: what LeastAllocated compares. */
export function assumedRequestsOf(pod: KubeObject): Amounts {
  const whole = pod['spec'].resources?.requests ?? {};
  return sum(pod, (container) => {
    const own = amounts(container.resources?.requests);
    for (const name in UNSPECIFIED) if (!(name in whole)) own[name] ??= UNSPECIFIED[name]!;
    return own;
  });
}

function sum(pod: KubeObject, requestsOfContainer: (container: ContainerLike) => Amounts): Amounts {
  const { containers = [], initContainers = [], overhead, resources } = pod['spec'];
  const effective = givenOf(pod);
  const statuses: Given[] = effective
    ? [...(pod['status'].containerStatuses ?? []), ...(pod['status'].initContainerStatuses ?? [])]
    : [];
  const claimOf = (container: ContainerLike): Amounts => {
    const asked = requestsOfContainer(container);
    return (
      effective?.(
        asked,
        statuses.find(({ name }) => name === container.name),
      ) ?? asked
    );
  };
  const total: Amounts = {};
  for (const container of containers as ContainerLike[]) add(total, claimOf(container));
  const sidecars: Amounts = {};
  const peaks: Amounts = {};
  for (const container of initContainers as ContainerLike[]) {
    const own = container.restartPolicy === 'Always' ? claimOf(container) : requestsOfContainer(container);
    if (container.restartPolicy === 'Always') add(sidecars, own);
    const step: Amounts = { ...sidecars };
    if (container.restartPolicy !== 'Always') add(step, own);
    for (const name in step) peaks[name] = Math.max(peaks[name] ?? 0, step[name]!);
  }
  add(total, sidecars);
  for (const name in peaks) total[name] = Math.max(total[name] ?? 0, peaks[name]!);
  const whole = amounts(resources?.requests);
  for (const [name, value] of Object.entries(effective?.(whole, pod['status']) ?? whole)) {
    if (!(name in whole)) continue;
    if (name === 'cpu' || name === 'memory' || isHugePages(name)) total[name] = value;
  }
  if (overhead) add(total, amounts(overhead));
  return total;
}

export interface HostPort {
  port: number;
  ip: string;
  protocol: string;
}

/** Ports of sidecars are taken for as long as the pod lives, as those of its containers. */
export function hostPortsOf(pod: KubeObject): HostPort[] {
  const { containers = [], initContainers = [] } = pod['spec'];
  const sidecars = (initContainers as ContainerLike[]).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(containers as ContainerLike[]), ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ port: hostPort, ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP' }] : [],
    ),
  );
}

/** 0.0.0.0 takes the port on every address. */
export function portsClash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
}
