import type { KubeObject } from '../../../api/meta.ts';
import { jsonEqual } from '../../registry/equal.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from '../controller.ts';
import { deleteIfThere } from '../ownership.ts';
import { isTerminating } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import {
  addressesOf,
  type Backend,
  backendsOf,
  hasSelector,
  hostnameIn,
  referenceTo,
  type SlicePort,
  servicesOfPod,
} from './backends.ts';
import { HEADLESS } from './slices.ts';
import { TriggerTimes, withTrigger } from './trigger-times.ts';

const ENDPOINTS = 'endpoints';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
/** No Endpoints hold more; those that are ready come first. */
const LIMIT = 1000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

interface Address extends Record<string, unknown> {
  ip: string;
}

/** The Endpoints that came before EndpointSlices, for who still reads them (kubernetes pkg/controller/endpoint). */
export function endpointsController(context: ControlContext): Controller {
  const triggers = new TriggerTimes();
  return {
    name: 'endpoint-controller',
    watches: {
      services: ownKey,
      pods: servicesOfPod(context),
      endpoints: (event) => (event.type === 'DELETED' ? [keyOf(event.object)] : []),
    },
    concurrency: 2,
    patience: (key) => patienceFor(countOf(context.lister.get(ENDPOINTS, ...splitKey(key)))),
    reconcile: async (key): Promise<Again> => {
      const [namespace, name] = splitKey(key);
      const service = context.lister.get('services', namespace, name);
      const stored = context.lister.get<KubeObject>(ENDPOINTS, namespace, name);
      if (!service) {
        triggers.forget(key);
        // They have no owner that would take them along.
        if (stored?.metadata.labels?.[MANAGED_BY]) await deleteIfThere(context, ENDPOINTS, stored);
      } else if (hasSelector(service) && !service.metadata.deletionTimestamp) {
        const backends = backendsOf(context, service).filter(
          ({ pod }) => service['spec'].publishNotReadyAddresses || !isTerminating(pod),
        );
        const pods = backends.map(({ pod }) => pod);
        await put(context, service, stored, backends, triggers.of(key, service, pods));
      }
      return undefined;
    },
  };
}

function countOf(endpoints: KubeObject | undefined): number {
  const subsets: { addresses?: unknown[]; notReadyAddresses?: unknown[] }[] = endpoints?.['subsets'] ?? [];
  return subsets.reduce(
    (sum, { addresses, notReadyAddresses }) => sum + (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0),
    0,
  );
}

async function put(
  context: ControlContext,
  service: KubeObject,
  stored: KubeObject | undefined,
  backends: readonly Backend[],
  trigger: string | undefined,
): Promise<void> {
  const { namespace, name } = service.metadata;
  const isTruncated = backends.length > LIMIT;
  const subsets = subsetsOf(service, backends);
  const labels: Record<string, string> = {
    ...service.metadata.labels,
    [MANAGED_BY]: 'endpoint-controller',
    ...(service['spec'].clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
  };
  const { [OVER_CAPACITY]: truncated, ...others } = stored?.metadata.annotations ?? {};
  const isSame =
    stored &&
    jsonEqual(stored['subsets'] ?? [], subsets) &&
    jsonEqual(stored.metadata.labels, labels) &&
    (truncated !== undefined) === isTruncated;
  if (isSame) return;
  const annotations = withTrigger(isTruncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others, trigger);
  const fresh: KubeObject = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: name!, namespace: namespace! } };
  const { subsets: _subsets, ...rest } = stored ?? fresh;
  const { annotations: _annotations, ...metadata } = rest.metadata;
  const next = {
    ...rest,
    metadata: { ...metadata, labels, ...(annotations ? { annotations } : {}) },
    ...(subsets.length > 0 ? { subsets } : {}),
  } as KubeObject;
  if (stored) await context.client.update(ENDPOINTS, next);
  else await context.client.create(ENDPOINTS, next);
}

/** The addresses with their ports; of too many those that are ready first. */
export function subsetsOf(service: KubeObject, backends: readonly Backend[]): Record<string, unknown>[] {
  const family: string = service['spec'].ipFamilies?.[0] ?? 'IPv4';
  const groups = new Map<string, { ports: SlicePort[]; ready: Address[]; notReady: Address[] }>();
  const kept = backends.length > LIMIT ? backends.toSorted((a, b) => Number(b.ready) - Number(a.ready)) : backends;
  for (const { pod, ports, ready } of kept.slice(0, LIMIT)) {
    // Without a port there is nothing to connect to, but of a headless service the addresses alone are wanted.
    if (ports.length === 0 && (service['spec'].ports?.length ?? 0) > 0) continue;
    const [ip] = addressesOf(pod, family);
    if (!ip) continue;
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, ready: [], notReady: [] };
    groups.set(id, group);
    const node = pod['spec'].nodeName ? { nodeName: pod['spec'].nodeName } : {};
    (ready ? group.ready : group.notReady).push({
      ip,
      ...hostnameIn(service, pod),
      ...node,
      targetRef: referenceTo(pod),
    });
  }
  return [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 ? { addresses: ready.sort(byAddress) } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady.sort(byAddress) } : {}),
    ...(ports.length > 0 ? { ports: ports.map(({ name, ...port }) => (name ? { name, ...port } : port)) } : {}),
  }));
}

/** By number, as bytes are compared. */
const byAddress = (a: Address, b: Address): number => (sortable(a.ip) < sortable(b.ip) ? -1 : 1);
const sortable = (ip: string): string =>
  ip
    .split(/[.:]/)
    .map((part) => part.padStart(4, '0'))
    .join('.');
