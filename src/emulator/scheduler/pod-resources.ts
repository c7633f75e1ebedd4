import type { KubeObject } from '../../api/meta.ts';
import { quantityValue } from '../../lib/quantity.ts';
import type { Fields } from '../runtime/fields.ts';

/** Amounts by resource name: CPU in millicores, everything else in its own unit. */
export type Amounts = Record<string, number>;

interface ContainerLike {
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
  for (const [name, value] of Object.entries(more)) into[name] = (into[name] ?? 0) + sign * value;
}

/** What a pod claims on its node: the larger of its containers together and its greediest init step, plus overhead (sidecars run through both). */
export function requestsOf(pod: KubeObject): Amounts {
  const { containers = [], initContainers = [], overhead } = pod['spec'] as Fields;
  const total: Amounts = {};
  for (const container of containers as ContainerLike[]) add(total, amounts(container.resources?.requests));
  const sidecars: Amounts = {};
  const peaks: Amounts = {};
  for (const container of initContainers as ContainerLike[]) {
    const own = amounts(container.resources?.requests);
    if (container.restartPolicy === 'Always') add(sidecars, own);
    const step: Amounts = { ...sidecars };
    if (container.restartPolicy !== 'Always') add(step, own);
    for (const [name, value] of Object.entries(step)) peaks[name] = Math.max(peaks[name] ?? 0, value);
  }
  add(total, sidecars);
  for (const [name, value] of Object.entries(peaks)) total[name] = Math.max(total[name] ?? 0, value);
  add(total, amounts(overhead));
  return total;
}

export interface HostPort {
  port: number;
  ip: string;
  protocol: string;
}

export function hostPortsOf(pod: KubeObject): HostPort[] {
  return (pod['spec'].containers as ContainerLike[]).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP = '0.0.0.0', protocol = 'TCP' }) =>
      hostPort ? [{ port: hostPort, ip: hostIP || '0.0.0.0', protocol }] : [],
    ),
  );
}

/** 0.0.0.0 takes the port on every address. */
export function portsClash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
}
