import type { KubeObject } from '../../../api/meta.ts';
import { jsonEqual } from '../../registry/equal.ts';
import { type ControlContext, type Controller, ownKey, patienceFor, splitKey } from '../controller.ts';
import { randomSuffix } from '../names.ts';
import { controllerReference, deleteIfThere } from '../ownership.ts';
import { isTerminating } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import {
  addressesOf,
  type Backend,
  backendsOf,
  hasSelector,
  hostnameIn,
  referenceTo,
  servicesOfPod,
} from './backends.ts';
import { type Endpoint, planSlices, type SliceContent, type SliceGroup } from './plan-slices.ts';
import { asksForTopology, Topology, ZONE } from './topology.ts';
import { TriggerTimes, withTrigger } from './trigger-times.ts';

export const SLICES = 'endpointslices.discovery.k8s.io';
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const HEADLESS = 'service.kubernetes.io/headless';
const COMPONENT = 'endpoint-slice-controller';
const MANAGER = 'endpointslice-controller.k8s.io';
/** A pod whose node is not there is looked at again. */
const AGAIN_MS = 5000;

/** The slices of a service that one controller keeps. */
export const slicesOf = (context: ControlContext, key: string, manager: string): KubeObject[] => {
  const [namespace, name] = splitKey(key);
  return context.lister
    .list<KubeObject>(SLICES, namespace)
    .filter(({ metadata: { labels } }) => labels?.[SERVICE_NAME] === name && labels[MANAGED_BY] === manager);
};

/** EndpointSlices of every Service that has a selector (kubernetes pkg/controller/endpointslice). */
export function endpointSliceController(context: ControlContext): Controller {
  const triggers = new TriggerTimes();
  const topology = new Topology(context.lister);
  return {
    name: COMPONENT,
    watches: {
      services: ownKey,
      pods: servicesOfPod(context),
      // Where nodes are, and whether they are there, weighs zones anew.
      nodes: ({ type, object, previous }) =>
        type !== 'MODIFIED' || weightOf(object) !== weightOf(previous) ? topology.overloaded() : [],
      // Somebody changed or removed what is ours: it is put right.
      [SLICES]: ({ object: { metadata } }) => {
        const service = metadata.labels?.[SERVICE_NAME];
        return service && metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${service}`] : [];
      },
    },
    concurrency: 2,
    patience: (key) => patienceFor(slicesOf(context, key, MANAGER).reduce((sum, one) => sum + countOf(one), 0)),
    reconcile: (key) => reconcile(context, { triggers, topology }, key),
  };
}

const countOf = (slice: KubeObject): number => slice['endpoints']?.length ?? 0;

interface Memory {
  triggers: TriggerTimes;
  topology: Topology;
}

async function reconcile(context: ControlContext, memory: Memory, key: string): Promise<Again> {
  const { triggers, topology } = memory;
  const service = context.lister.get('services', ...splitKey(key));
  // The collector removes the slices of a service that is gone.
  if (!service) {
    triggers.forget(key);
    topology.forget(key);
  }
  if (!service || !hasSelector(service) || service.metadata.deletionTimestamp) return undefined;
  const backends = backendsOf(context, service);
  const pods = backends.map(({ pod }) => pod);
  const placed = backends.filter((backend) => isPlaced(context, service, backend));
  const trigger = triggers.of(key, service, pods);
  const all = slicesOf(context, key, MANAGER).filter(({ metadata }) => !metadata.deletionTimestamp);
  const families: string[] = service['spec'].ipFamilies?.length ? service['spec'].ipFamilies : ['IPv4'];
  for (const family of families) {
    const existing = all.filter((slice) => slice['addressType'] === family);
    const labels = sliceLabels(service);
    const isStale = (slice: KubeObject) => !jsonEqual(slice.metadata.labels, labels);
    const groups = groupsOf(context, service, placed, family);
    const { write, spare } = hinted(context, topology, service, { existing, groups, family, isStale });
    for (const content of write) await put(context, service, { ...content, labels, family, trigger });
    for (const slice of spare) await deleteIfThere(context, SLICES, slice);
  }
  for (const slice of all) if (!families.includes(slice['addressType'])) await deleteIfThere(context, SLICES, slice);
  const lost = backends.filter((backend) => !placed.includes(backend));
  if (lost.length === 0) return undefined;
  const skipped = lost.map(
    ({ pod }) => `skipping Pod ${pod.metadata.name} for Service ${key}: Node ${pod['spec'].nodeName} Not Found`,
  );
  const problem = skipped.length === 1 ? skipped[0] : `[${skipped.join(', ')}]`;
  context.recorder.record(service, {
    type: 'Warning',
    reason: 'FailedToUpdateEndpointSlices',
    message: `Error updating Endpoint Slices for Service ${key}: ${problem}`,
    component: COMPONENT,
  });
  return AGAIN_MS;
}

const weightOf = (node: KubeObject | undefined): string => {
  const conditions: { type: string; status: string }[] = node?.['status']?.conditions ?? [];
  return `${node?.metadata.labels?.[ZONE]} ${conditions.find(({ type }) => type === 'Ready')?.status}`;
};

interface Wanted {
  existing: readonly KubeObject[];
  groups: SliceGroup[];
  family: string;
  isStale: (slice: KubeObject) => boolean;
}

/** The plan, with hints in proportion to zones where the service asks for them and they can be worked out. */
function hinted(context: ControlContext, topology: Topology, service: KubeObject, wanted: Wanted) {
  const { existing, groups, family, isStale } = wanted;
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.recorder.record(service, {
      type,
      reason: `TopologyAwareHints${reason}`,
      message: `${message}, addressType: ${family}`,
      component: COMPONENT,
    });
  const without = (message: string | undefined) => {
    if (message) say('Warning', 'Disabled', message);
    topology.forget(key, family);
    return planSlices(existing, groups, isStale);
  };
  if (!asksForTopology(service)) {
    return without(topology.has(key) ? 'Topology Aware Hints has been disabled' : undefined);
  }
  const ready = groups.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => isReadyNow(conditions)).length;
  const shares = topology.allocate(ready);
  if (typeof shares === 'string') return without(shares);
  const plan = planSlices(existing, withHintsOf(existing, groups), isStale);
  const changed = new Set([...plan.spare, ...plan.write.map(({ slice }) => slice)]);
  const unchanged = existing.filter((slice) => !changed.has(slice));
  const isNew = !topology.has(key);
  const problem = topology.assign(key, family, shares, plan.write, unchanged);
  if (problem) return without(problem);
  if (isNew) say('Normal', 'Enabled', 'Topology Aware Hints has been enabled');
  return plan;
}

const isReadyNow = (conditions: unknown): boolean => (conditions as { ready?: boolean } | undefined)?.ready === true;

/** What has hints keeps them, so that a slice in which nothing else changes is not written. */
function withHintsOf(existing: readonly KubeObject[], groups: readonly SliceGroup[]): SliceGroup[] {
  const known = new Map<string, unknown>();
  for (const endpoint of existing.flatMap((slice) => (slice['endpoints'] ?? []) as Endpoint[]))
    known.set(`${endpoint.targetRef?.uid} ${endpoint.addresses}`, endpoint['hints']);
  return groups.map(({ ports, endpoints }) => ({
    ports,
    endpoints: endpoints.map((endpoint) => {
      const hints = known.get(`${endpoint.targetRef?.uid} ${endpoint.addresses}`);
      return hints && isReadyNow(endpoint['conditions']) ? { ...endpoint, hints } : endpoint;
    }),
  }));
}

/** Nobody reaches a pod on a node that does not exist; who wants addresses in any case gets it. */
function isPlaced(context: ControlContext, service: KubeObject, { pod }: Backend): boolean {
  if (service['spec'].publishNotReadyAddresses) return true;
  return context.lister.get('nodes', undefined, pod['spec'].nodeName ?? '') !== undefined;
}

function groupsOf(
  context: ControlContext,
  service: KubeObject,
  backends: readonly Backend[],
  family: string,
): SliceGroup[] {
  const groups = new Map<string, SliceGroup>();
  for (const backend of backends) {
    const addresses = addressesOf(backend.pod, family);
    if (addresses.length === 0) continue;
    const id = JSON.stringify(backend.ports);
    const group = groups.get(id) ?? { ports: backend.ports, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(endpointOf(context, service, backend, addresses));
  }
  return [...groups.values()];
}

function endpointOf(
  context: ControlContext,
  service: KubeObject,
  { pod, ready, serving }: Backend,
  addresses: string[],
): Endpoint {
  const { nodeName } = pod['spec'];
  const zone = nodeName && context.lister.get('nodes', undefined, nodeName)?.metadata.labels?.[ZONE];
  const hints = ready && !asksForTopology(service) ? hintsFor(service['spec'].trafficDistribution, zone, nodeName) : {};
  return {
    addresses,
    conditions: { ready, serving, terminating: isTerminating(pod) },
    ...hostnameIn(service, pod),
    targetRef: referenceTo(pod) as { uid: string },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...hints,
  };
}

/** Who is to use an endpoint first, as the service's trafficDistribution asks (KEP-4444, KEP-3015). */
function hintsFor(distribution: string | undefined, zone: string | undefined, node: string | undefined): object {
  const isZonal = distribution === 'PreferClose' || distribution === 'PreferSameZone';
  const isLocal = distribution === 'PreferSameNode';
  const forZones = zone && (isZonal || isLocal) ? { forZones: [{ name: zone }] } : {};
  const forNodes = node && isLocal ? { forNodes: [{ name: node }] } : {};
  const hints = { ...forZones, ...forNodes };
  return Object.keys(hints).length > 0 ? { hints } : {};
}

interface Written extends SliceContent {
  labels: Record<string, string>;
  family: string;
  trigger: string | undefined;
}

async function put(
  context: ControlContext,
  service: KubeObject,
  { slice, labels, family, trigger, ports, endpoints }: Written,
): Promise<void> {
  const annotations = withTrigger(slice?.metadata.annotations, trigger);
  if (slice) {
    const { annotations: _before, ...metadata } = slice.metadata;
    await context.client.update(SLICES, {
      ...slice,
      metadata: { ...metadata, labels, ...(annotations ? { annotations } : {}) },
      endpoints,
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
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(service)],
    },
    addressType: family,
    endpoints,
    ports,
  });
}

function sliceLabels(service: KubeObject): Record<string, string> {
  const { [HEADLESS]: _headless, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    [MANAGED_BY]: MANAGER,
    [SERVICE_NAME]: service.metadata.name!,
    ...(service['spec'].clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
  };
}
