import type { KubeObject } from '../../../api/meta.ts';
import { selectorOfMap } from '../../../lib/label-selector.ts';
import { jsonEqual } from '../../registry/equal.ts';
import { type ControlContext, type KeysFor, keyOf } from '../controller.ts';
import { isFinished, isReady, isTerminating } from '../pods.ts';

export interface SlicePort {
  name: string;
  port?: number | null;
  protocol: string;
  appProtocol?: string;
}

/** A pod that a service selects. */
export interface Backend {
  pod: KubeObject;
  ports: SlicePort[];
  ready: boolean;
  serving: boolean;
}

/** Whether the service's endpoints follow from its selector: without one somebody else keeps them, and an ExternalName has none. */
export function hasSelector(service: KubeObject): boolean {
  const { selector, type } = service['spec'];
  return type !== 'ExternalName' && Object.keys(selector ?? {}).length > 0;
}

function selects(service: KubeObject, pod: KubeObject): boolean {
  const selector: Record<string, string> | undefined = service['spec'].selector;
  if (!selector || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([name, value]) => pod.metadata.labels?.[name] === value);
}

/** Most status writes of a pod do not touch what its endpoints depend on. */
function facts(pod: KubeObject): unknown[] {
  const status = pod['status'] ?? {};
  return [
    pod.metadata.labels,
    pod.metadata.deletionTimestamp,
    pod['spec'].nodeName,
    status.podIPs ?? status.podIP,
    isFinished(pod),
    isReady(pod),
  ];
}

/** The services to look at when a pod changes: those that select it, or did. */
export function servicesOfPod(context: ControlContext): KeysFor {
  const servicesOf = (pod: KubeObject): string[] =>
    context.lister
      .list('services', pod.metadata.namespace)
      .filter((service) => selects(service, pod))
      .map(keyOf);
  return ({ type, object, previous }) => {
    if (type !== 'MODIFIED' || !previous) return servicesOf(object);
    if (jsonEqual(facts(object), facts(previous))) return [];
    const now = servicesOf(object);
    if (jsonEqual(object.metadata.labels, previous.metadata.labels)) return now;
    return new Set([...now, ...servicesOf(previous)]);
  };
}

export function backendsOf(context: ControlContext, service: KubeObject): Backend[] {
  const selector = selectorOfMap(service['spec'].selector);
  return context.lister
    .list('pods', service.metadata.namespace)
    .filter((pod) => selector.matches(pod.metadata.labels ?? {}) && pod['status']?.podIP && !isFinished(pod))
    .map((pod) => {
      const serving = isReady(pod);
      const ready = service['spec'].publishNotReadyAddresses === true || (serving && !isTerminating(pod));
      return { pod, ports: portsOf(service, pod), ready, serving };
    });
}

/** The service's ports on this pod: a named target port is looked up in the pod's own containers. */
function portsOf(service: KubeObject, pod: KubeObject): SlicePort[] {
  const ports: SlicePort[] = [];
  for (const port of service['spec'].ports ?? []) {
    const number = typeof port.targetPort === 'string' ? namedPort(pod, port) : (port.targetPort ?? port.port);
    if (number === undefined) continue;
    ports.push({
      name: port.name ?? '',
      port: number,
      protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
    });
  }
  return ports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function namedPort(pod: KubeObject, port: { targetPort: string; protocol?: string }): number | undefined {
  const sidecars = (pod['spec'].initContainers ?? []).filter(
    (container: KubeObject) => container['restartPolicy'] === 'Always',
  );
  for (const container of [...pod['spec'].containers, ...sidecars]) {
    for (const candidate of container.ports ?? []) {
      const sameProtocol = (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP');
      if (candidate.name === port.targetPort && sameProtocol) return candidate.containerPort;
    }
  }
  return undefined;
}

/** A pod is known by its host name within the service that it names as its subdomain. */
export const hostnameIn = (service: KubeObject, { spec }: KubeObject): { hostname?: string } =>
  spec.hostname && spec.subdomain === service.metadata.name ? { hostname: spec.hostname } : {};

/** The pod's addresses of one family. */
export function addressesOf({ status }: KubeObject, family: string): string[] {
  const all: string[] = status.podIPs?.length ? status.podIPs.map(({ ip }: { ip: string }) => ip) : [status.podIP];
  return all.filter((ip) => familyOf(ip) === family);
}

export const familyOf = (ip: string): 'IPv4' | 'IPv6' => (ip.includes(':') ? 'IPv6' : 'IPv4');

export const referenceTo = ({ metadata }: KubeObject): Record<string, unknown> => ({
  kind: 'Pod',
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
});
