import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { selectorOf, selectorOfMap } from '../../lib/label-selector.ts';
import type { ForwardPort } from './supervisor.ts';

/** What is forwarded to, and which pods stand for it. */
export interface ForwardTarget {
  resource: ResourceInfo;
  object: KubeObject;
  /** Scope of the pods that serve it. */
  pods: { namespace: string; name?: string; labelSelector?: string };
  /** False for a pod: when it goes, there is nothing to move to. */
  mayMove: boolean;
}

/** @throws KctlError `input` where no pods stand behind the object */
export function targetOf(resource: ResourceInfo, object: KubeObject): ForwardTarget {
  const { namespace = 'default', name = '' } = object.metadata;
  if (resource.kind === 'Pod') return { resource, object, pods: { namespace, name }, mayMove: false };
  const labelSelector = podSelector(object);
  if (labelSelector === undefined) {
    const why =
      object.kind === 'Service'
        ? `service "${name}" has no selector, so no pods stand behind it`
        : `${resource.singular} "${name}" has no pods to forward to`;
    throw new KctlError('input', why);
  }
  return { resource, object, pods: { namespace, labelSelector }, mayMove: true };
}

/** Labels that tell the pods of one owner apart, or their versions. */
const OF_ONE_VERSION = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]);

/**
 * As `targetOf`, for forwards that outlive their pod: where that has an owner which makes pods of other names,
 * another pod of the same labels takes over, else one of the same name.
 */
export function lastingTarget(resource: ResourceInfo, object: KubeObject): ForwardTarget {
  const target = targetOf(resource, object);
  if (target.mayMove) return target;
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller)?.kind ?? '';
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([key]) => !OF_ONE_VERSION.has(key));
  if (!['ReplicaSet', 'DaemonSet'].includes(owner) || labels.length === 0) return { ...target, mayMove: true };
  const labelSelector = selectorOfMap(Object.fromEntries(labels)).toString();
  return { ...target, pods: { namespace: target.pods.namespace, labelSelector }, mayMove: true };
}

function podSelector(object: KubeObject): string | undefined {
  const selector = object.spec?.selector;
  if (!selector || Object.keys(selector).length === 0) return undefined;
  const isPlainMap = object.kind === 'Service' || object.kind === 'ReplicationController';
  return (isPlainMap ? selectorOfMap(selector) : selectorOf(selector)).toString() || undefined;
}

export interface ContainerPort {
  name?: string;
  protocol?: string;
  containerPort: number;
}

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
}

/** Container ports of a pod or a pod template's spec, in order. */
export function containerPorts(spec: KubeObject['spec']): ContainerPort[] {
  return (spec?.containers ?? []).flatMap((container: { ports?: ContainerPort[] }) => container.ports ?? []);
}

/**
 * Reads `[LOCAL:]REMOTE`; `:REMOTE` takes any free local port. REMOTE is a number or a name; for a
 * service it is the service's port, which leads to the target port in the pod.
 */
export function readForwardPort(text: string, { object }: ForwardTarget): ForwardPort {
  const parts = text.split(':');
  const remoteText = parts.at(-1) ?? '';
  if (parts.length > 2 || remoteText === '') throw new KctlError('usage', `invalid port format '${text}'`);
  const isNumber = /^\d+$/.test(remoteText);
  if (isNumber) checkPort(remoteText, 'remote', text);
  const remote = object.kind === 'Service' ? throughService(object, remoteText) : throughPod(remoteText);
  const servicePort = object.kind === 'Service' ? findServicePort(object, remoteText).port : undefined;
  const localText = parts.length === 2 ? parts[0]! : undefined;
  if (localText !== undefined) {
    if (localText !== '' && !/^\d+$/.test(localText)) {
      throw new KctlError('usage', `error parsing local port '${localText}': invalid syntax`);
    }
    return { local: localText === '' ? 0 : checkPort(localText, 'local', text), remote };
  }
  // Without LOCAL the same number is used; that of a named port is known once there is a pod.
  const local = isNumber ? Number(remoteText) : (servicePort ?? 0);
  return { local, remote };
}

/**
 * Refuses, in kubectl's order and words, ports that cannot be forwarded to this pod.
 * @throws KctlError `usage` or `input`
 */
export function checkForwardPorts(texts: readonly string[], object: KubeObject, pod: KubeObject): void {
  const pairs = texts.map((text) => {
    const [local = '', remote = local] = text.split(':');
    return { local: text.includes(':') ? local || '0' : local, remote };
  });
  const isService = object.kind === 'Service';
  const offered: ServicePort[] = isService
    ? (object.spec?.ports ?? [])
    : containerPorts(pod.spec).map((port) => ({ ...port, port: port.containerPort }));
  for (const { remote } of pairs) {
    const port = isNumber(remote) ? Number(remote) : namedNumber(object, pod, remote);
    const protocols = new Set(offered.filter((each) => each.port === port).map((each) => each.protocol ?? 'TCP'));
    if (protocols.has('UDP') && !protocols.has('TCP')) {
      throw new KctlError('usage', `UDP protocol is not supported for ${remote}`);
    }
  }
  if (isService) for (const { remote } of pairs) throughService(object, remote)(pod);
  for (const { local, remote } of pairs) {
    if (local !== remote || isNumber(local)) unsigned(local, 'local');
    if (isNumber(remote)) unsigned(remote, 'remote');
    if (/^0+$/.test(remote)) throw new KctlError('usage', 'remote port must be > 0');
  }
}

const isNumber = (text: string) => /^[+-]?\d+$/.test(text);

function namedNumber(object: KubeObject, pod: KubeObject, name: string): number {
  return object.kind === 'Service' ? findServicePort(object, name).port : namedPort(pod, name);
}

/** Go's words (strconv.ParseUint, 16 bits). */
function unsigned(text: string, which: string): void {
  const why = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 65_535 ? 'value out of range' : undefined;
  if (!why) return;
  const quoted = JSON.stringify(text);
  throw new KctlError('usage', `error parsing ${which} port '${text}': strconv.ParseUint: parsing ${quoted}: ${why}`);
}

function checkPort(text: string, which: string, whole: string): number {
  const port = Number(text);
  if (port > 65_535 || (which === 'remote' && port === 0)) {
    throw new KctlError('usage', `error parsing ${which} port '${text}' of '${whole}': value out of range`);
  }
  return port;
}

export function findServicePort(service: KubeObject, wanted: string): ServicePort {
  const ports: ServicePort[] = service.spec?.ports ?? [];
  const { name } = service.metadata;
  const found = ports.find((port) => String(port.port) === wanted) ?? ports.find((port) => port.name === wanted);
  if (found) return found;
  const has = ports.map((port) => `${port.port}${port.name ? ` (${port.name})` : ''}`).join(', ');
  throw new KctlError(
    'input',
    /^\d+$/.test(wanted)
      ? `Service ${name} does not have a service port ${wanted}`
      : `Service '${name}' does not have a named port '${wanted}'`,
    { hint: `Its ports: ${has || 'none'}` },
  );
}

function throughService(service: KubeObject, wanted: string): (pod: KubeObject) => number {
  const { port, targetPort } = findServicePort(service, wanted);
  // A headless service does not translate: its clients talk to the pod's own port.
  if (service.spec?.clusterIP === 'None' || targetPort === undefined || targetPort === 0) return () => port;
  return typeof targetPort === 'number' ? () => targetPort : (pod) => namedPort(pod, targetPort);
}

function throughPod(wanted: string): (pod: KubeObject) => number {
  return /^\d+$/.test(wanted) ? () => Number(wanted) : (pod) => namedPort(pod, wanted);
}

function namedPort(pod: KubeObject, name: string): number {
  const found = containerPorts(pod.spec).find((port) => port.name === name);
  if (!found) throw new KctlError('input', `Pod '${pod.metadata.name}' does not have a named port '${name}'`);
  return found.containerPort;
}
