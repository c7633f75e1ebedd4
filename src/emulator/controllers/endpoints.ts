import type { KubeObject } from '../../api/meta.ts';
import { selectorOfMap } from '../../lib/label-selector.ts';
import { jsonEqual } from '../registry/equal.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from './controller.ts';
import { randomSuffix } from './names.ts';
import { controllerReference, deleteIfThere } from './ownership.ts';
import { isFinished, isReady, isTerminating } from './pods.ts';
import type { Again } from './work-queue.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const MANAGED_BY = 'endpointslice-controller.k8s.io';
const PER_SLICE = 100;
const LEGACY_LIMIT = 1000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

interface SlicePort {
  name: string;
  port?: number | null;
  protocol: string;
  appProtocol?: string;
}

interface Backend {
  pod: KubeObject;
  ports: SlicePort[];
  ready: boolean;
  serving: boolean;
}

/** EndpointSlices, and the older Endpoints beside them, of every Service that has a selector. */
export function endpointsController(context: ControlContext): Controller {
  const servicesOf = (pod: KubeObject): string[] =>
    context.lister
      .list('services', pod.metadata.namespace)
      .filter((service) => selects(service, pod))
      .map(keyOf);
  return {
    name: 'endpointslice-controller',
    watches: {
      services: ownKey,
      pods: ({ type, object, previous }) => {
        if (type === 'MODIFIED' && previous && jsonEqual(facts(object), facts(previous))) return [];
        return new Set([...servicesOf(object), ...(previous ? servicesOf(previous) : [])]);
      },
      // Somebody changed or removed what is ours: it is put right.
      [SLICES]: ({ object }) => {
        const service = object.metadata.labels?.['kubernetes.io/service-name'];
        const isOurs = object.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === MANAGED_BY;
        return service && isOurs ? [`${object.metadata.namespace}/${service}`] : [];
      },
      endpoints: (event) => (event.type === 'DELETED' ? [keyOf(event.object)] : []),
    },
    concurrency: 2,
    patience: (key) => patienceFor(endpointCount(context.lister.get('endpoints', ...splitKey(key)))),
    reconcile: (key) => reconcile(context, key),
  };
}

function endpointCount(endpoints: KubeObject | undefined): number {
  const subsets: { addresses?: unknown[]; notReadyAddresses?: unknown[] }[] = endpoints?.['subsets'] ?? [];
  return subsets.reduce(
    (sum, { addresses, notReadyAddresses }) => sum + (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0),
    0,
  );
}

/** Most status writes of a pod do not touch what its endpoints depend on. */
function facts(pod: KubeObject): unknown[] {
  const status = pod['status'] ?? {};
  return [
    pod.metadata.labels,
    pod.metadata.deletionTimestamp,
    pod['spec'].nodeName,
    status.podIP,
    status.phase,
    isReady(pod),
  ];
}

function selects(service: KubeObject, pod: KubeObject): boolean {
  const selector: Record<string, string> | undefined = service['spec'].selector;
  if (!selector || Object.keys(selector).length === 0) return false;
  return Object.entries(selector).every(([name, value]) => pod.metadata.labels?.[name] === value);
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const [namespace, name] = splitKey(key);
  const service = context.lister.get('services', namespace, name);
  const slices = context.lister
    .list(SLICES, namespace)
    .filter(
      (slice) =>
        slice.metadata.labels?.['kubernetes.io/service-name'] === name &&
        slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === MANAGED_BY,
    );
  // The collector removes the slices of a service that is gone; the older Endpoints have no owner.
  if (!service) return removeLegacy(context, namespace, name);
  const selector = service['spec'].selector;
  if (!selector || Object.keys(selector).length === 0 || service['spec'].type === 'ExternalName') return undefined;
  if (service.metadata.deletionTimestamp) return undefined;
  const backends = backendsOf(context, service);
  await syncSlices(context, service, slices, backends);
  await syncLegacy(context, service, backends);
  return undefined;
}

function backendsOf(context: ControlContext, service: KubeObject): Backend[] {
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

function endpointOf(service: KubeObject, { pod, ready, serving }: Backend): Record<string, unknown> {
  const { spec, status } = pod;
  return {
    addresses: [status.podIP],
    conditions: { ready, serving, terminating: isTerminating(pod) },
    ...(spec.hostname && spec.subdomain === service.metadata.name ? { hostname: spec.hostname } : {}),
    ...(spec.nodeName ? { nodeName: spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

const targetUid = (endpoint: { targetRef?: { uid?: string } }): string => endpoint.targetRef?.uid ?? '';

async function syncSlices(
  context: ControlContext,
  service: KubeObject,
  slices: readonly KubeObject[],
  backends: readonly Backend[],
): Promise<void> {
  const groups = new Map<string, { ports: SlicePort[]; endpoints: Record<string, unknown>[] }>();
  for (const backend of backends) {
    const id = JSON.stringify(backend.ports);
    const group = groups.get(id) ?? { ports: backend.ports, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(endpointOf(service, backend));
  }
  if (groups.size === 0) groups.set('', { ports: [], endpoints: [] });
  const spare = slices.filter((slice) => !slice.metadata.deletionTimestamp);
  for (const { ports, endpoints } of groups.values()) {
    for (let at = 0; at === 0 || at < endpoints.length; at += PER_SLICE) {
      const chunk = endpoints.slice(at, at + PER_SLICE);
      // A slice that has these ports is kept, so that watchers see a change and not a new object.
      const found = spare.findIndex((slice) => jsonEqual(slice['ports'] ?? [], ports));
      const existing =
        found >= 0 ? spare.splice(found, 1)[0]! : spare.length > 0 && groups.size === 1 ? spare.shift() : undefined;
      await putSlice(context, service, existing, ports, chunk);
    }
  }
  for (const slice of spare) await deleteIfThere(context, SLICES, slice);
}

async function putSlice(
  context: ControlContext,
  service: KubeObject,
  existing: KubeObject | undefined,
  ports: SlicePort[],
  endpoints: Record<string, unknown>[],
): Promise<void> {
  // Known endpoints keep their place.
  const places = new Map(
    (existing?.['endpoints'] ?? []).map((endpoint: object, at: number) => [targetUid(endpoint), at] as const),
  );
  const place = (endpoint: object): number =>
    (places.get(targetUid(endpoint)) as number | undefined) ?? Number.MAX_SAFE_INTEGER;
  const sorted = [...endpoints].sort((a, b) => place(a) - place(b));
  const labels = sliceLabels(service);
  if (existing) {
    if (
      jsonEqual(existing['endpoints'] ?? [], sorted) &&
      jsonEqual(existing['ports'] ?? [], ports) &&
      jsonEqual(existing.metadata.labels, labels)
    ) {
      return;
    }
    await context.client.update(SLICES, {
      ...existing,
      metadata: { ...existing.metadata, labels },
      endpoints: sorted,
      ports,
    });
    return;
  }
  await context.client.create(SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service.metadata.name}-${randomSuffix(context.random)}`,
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace!,
      labels,
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: sorted,
    ports,
  });
}

function sliceLabels(service: KubeObject): Record<string, string> {
  const headless = service['spec'].clusterIP === 'None';
  return {
    ...service.metadata.labels,
    'endpointslice.kubernetes.io/managed-by': MANAGED_BY,
    'kubernetes.io/service-name': service.metadata.name!,
    ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
  };
}

async function syncLegacy(context: ControlContext, service: KubeObject, backends: readonly Backend[]): Promise<void> {
  const { namespace, name } = service.metadata;
  const kept = backends.filter((backend) => backend.ready || !isTerminating(backend.pod)).slice(0, LEGACY_LIMIT);
  const groups = new Map<string, { ports: SlicePort[]; ready: object[]; notReady: object[] }>();
  for (const { pod, ports, ready } of kept) {
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, ready: [], notReady: [] };
    groups.set(id, group);
    const hostname = pod['spec'].hostname && pod['spec'].subdomain === name ? { hostname: pod['spec'].hostname } : {};
    const address = {
      ip: pod['status'].podIP,
      ...hostname,
      nodeName: pod['spec'].nodeName,
      targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    };
    (ready ? group.ready : group.notReady).push(address);
  }
  const subsets = [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports: ports.map(({ name: portName, ...port }) => (portName ? { name: portName, ...port } : port)),
  }));
  const labels: Record<string, string> = {
    ...service.metadata.labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(service['spec'].clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  const annotations = backends.length > LEGACY_LIMIT ? { [OVER_CAPACITY]: 'truncated' } : undefined;
  const stored = context.lister.get('endpoints', namespace, name!);
  if (!stored) {
    await context.client.create('endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: name!, namespace: namespace!, labels, ...(annotations ? { annotations } : {}) },
      ...(subsets.length > 0 ? { subsets } : {}),
    });
    return;
  }
  if (jsonEqual(stored['subsets'] ?? [], subsets) && jsonEqual(stored.metadata.labels, labels)) return;
  const { subsets: _before, ...rest } = stored;
  const { [OVER_CAPACITY]: _truncated, ...others } = stored.metadata.annotations ?? {};
  await context.client.update('endpoints', {
    ...rest,
    metadata: { ...stored.metadata, labels, annotations: { ...others, ...annotations } },
    ...(subsets.length > 0 ? { subsets } : {}),
  });
}

async function removeLegacy(context: ControlContext, namespace: string, name: string): Promise<Again> {
  const endpoints = context.lister.get('endpoints', namespace, name);
  if (endpoints?.metadata.labels?.['endpoints.kubernetes.io/managed-by'])
    await deleteIfThere(context, 'endpoints', endpoints);
  return undefined;
}
