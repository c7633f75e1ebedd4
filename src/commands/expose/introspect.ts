import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';

/** What is known of the service: given by flags, or read from the object. */
export interface Found {
  selector: string;
  /** Numbers, with commas between several. */
  port: string;
  labels: string;
}

/** Resources that a service can stand in front of. */
export const exposable: ReadonlySet<string> = new Set([
  'replicationcontrollers',
  'services',
  'pods',
  'deployments.apps',
  'replicasets.apps',
]);

/** `a=b,c=d`. */
export function labelText(labels: Readonly<Record<string, string>> = {}): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** The labels by which the pods behind the object are found. @throws KctlError where they are no plain labels */
export function selectorText(object: KubeObject): string {
  const refusal = (why: string) =>
    new KctlError('usage', `couldn't retrieve selectors via --selector flag or introspection: ${why}`);
  const { kind, spec, metadata } = object;
  if (kind === 'ReplicationController') return labelText(spec.selector);
  if (kind === 'Pod') {
    if (Object.keys(metadata.labels ?? {}).length === 0) {
      throw refusal('the pod has no labels and cannot be exposed');
    }
    return labelText(metadata.labels);
  }
  if (kind === 'Service') {
    if (!spec.selector) throw refusal('the service has no pod selector set');
    return labelText(spec.selector);
  }
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  if (Object.keys(matchLabels).length === 0) {
    throw refusal(`invalid ${kind.toLowerCase()}: no selectors, therefore cannot be exposed`);
  }
  if (matchExpressions.length > 0) {
    const shown = (matchExpressions as { key: string; operator: string; values?: string[] }[])
      .map(({ key, operator, values = [] }) => `{Key:${key} Operator:${operator} Values:[${values.join(' ')}]}`)
      .join(' ');
    throw refusal(`couldn't convert expressions - "[${shown}]" to map-based selector format`);
  }
  return labelText(matchLabels);
}

interface Port {
  number: number;
  protocol: string;
}

/** The ports of a service, or those of all containers. */
function portsOf({ kind, spec }: KubeObject): Port[] {
  if (kind === 'Service') {
    const ports = (spec.ports ?? []) as { port: number; protocol?: string }[];
    return ports.map(({ port, protocol }) => ({ number: port, protocol: protocol || 'TCP' }));
  }
  const pod = kind === 'Pod' ? spec : spec.template?.spec;
  const containers = (pod?.containers ?? []) as { ports?: { containerPort: number; protocol?: string }[] }[];
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol }) => ({ number: containerPort, protocol: protocol || 'TCP' })),
  );
}

/** Each number once, in order, with commas between them. */
export function portsText(object: KubeObject): string {
  return [...new Set(portsOf(object).map(({ number }) => number))].join(',');
}

/** Which protocols a port has, by its number. */
export function protocolsOf(object: KubeObject): ReadonlyMap<string, readonly string[]> {
  const byPort = Map.groupBy(portsOf(object), ({ number }) => String(number));
  return new Map([...byPort].map(([port, ports]) => [port, ports.map(({ protocol }) => protocol)]));
}
