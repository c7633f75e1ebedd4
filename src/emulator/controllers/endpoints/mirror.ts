import type { KubeObject } from '../../../api/meta.ts';
import { jsonEqual } from '../../registry/equal.ts';
import { type ControlContext, type Controller, ownKey, splitKey } from '../controller.ts';
import { randomSuffix } from '../names.ts';
import { controllerReference, deleteIfThere } from '../ownership.ts';
import { familyOf, type SlicePort } from './backends.ts';
import { type Endpoint, planSlices, type SliceGroup } from './plan-slices.ts';
import { MANAGED_BY, SERVICE_NAME, SLICES, slicesOf } from './slices.ts';
import { TRIGGER_TIME } from './trigger-times.ts';

const COMPONENT = 'endpoint-slice-mirroring-controller';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Of one subset (kube-controller-manager --mirroring-max-endpoints-per-subset). */
const LIMIT = 1000;

interface Address {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: { uid?: string };
}

interface Subset {
  addresses?: Address[];
  notReadyAddresses?: Address[];
  ports?: { name?: string; port: number; protocol?: string; appProtocol?: string }[];
}

/**
 * Copies Endpoints that somebody keeps by hand into EndpointSlices, for services without a selector (kubernetes
 * pkg/controller/endpointslicemirroring).
 */
export function endpointSliceMirroring(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      endpoints: ownKey,
      services: ownKey,
      [SLICES]: ({ object: { metadata } }) => {
        const service = metadata.labels?.[SERVICE_NAME];
        return service && metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${service}`] : [];
      },
    },
    reconcile: async (key) => {
      const endpoints = context.lister.get<KubeObject>('endpoints', ...splitKey(key));
      const service = context.lister.get<KubeObject>('services', ...splitKey(key));
      const existing = slicesOf(context, key, MANAGER).filter(({ metadata }) => !metadata.deletionTimestamp);
      const isWanted =
        endpoints && service && isMirrored(endpoints) && Object.keys(service['spec'].selector ?? {}).length === 0;
      if (!isWanted || endpoints.metadata.deletionTimestamp) {
        for (const slice of existing) await deleteIfThere(context, SLICES, slice);
        return undefined;
      }
      for (const family of ['IPv4', 'IPv6']) await mirror(context, endpoints, existing, family);
      return undefined;
    },
  };
}

const isMirrored = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined;

async function mirror(
  context: ControlContext,
  endpoints: KubeObject,
  all: readonly KubeObject[],
  family: string,
): Promise<void> {
  const existing = all.filter((slice) => slice['addressType'] === family);
  const groups = groupsOf(context, endpoints, family);
  const { [LAST_APPLIED]: _applied, [TRIGGER_TIME]: _trigger, ...annotations } = endpoints.metadata.annotations ?? {};
  const labels: Record<string, string> = {
    ...endpoints.metadata.labels,
    [MANAGED_BY]: MANAGER,
    [SERVICE_NAME]: endpoints.metadata.name!,
  };
  const isStale = ({ metadata }: KubeObject) =>
    !jsonEqual(metadata.labels, labels) || !jsonEqual(metadata.annotations ?? {}, annotations);
  const plan = groups.length > 0 ? planSlices(existing, groups, isStale, LIMIT) : { write: [], spare: existing };
  for (const { slice, ports, endpoints: content } of plan.write) {
    const said = { labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
    if (slice) {
      const { annotations: _before, ...metadata } = slice.metadata;
      await context.client.update(SLICES, { ...slice, metadata: { ...metadata, ...said }, endpoints: content, ports });
      continue;
    }
    await context.client.create(SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${endpoints.metadata.name}-${randomSuffix(context.random)}`,
        generateName: `${endpoints.metadata.name}-`,
        namespace: endpoints.metadata.namespace!,
        ...said,
        ownerReferences: [controllerReference(endpoints)],
      },
      addressType: family,
      endpoints: content,
      ports,
    });
  }
  for (const slice of plan.spare) await deleteIfThere(context, SLICES, slice);
}

function groupsOf(context: ControlContext, endpoints: KubeObject, family: string): SliceGroup[] {
  const groups = new Map<string, SliceGroup>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of (endpoints['subsets'] ?? []) as Subset[]) {
    const slicePorts = ports.map(
      ({ name = '', port, protocol = 'TCP', appProtocol }): SlicePort => ({
        name,
        port,
        protocol,
        ...(appProtocol ? { appProtocol } : {}),
      }),
    );
    const found = [
      ...addresses.map((address) => endpointOf(address, true)),
      ...notReadyAddresses.map((address) => endpointOf(address, false)),
    ].filter(({ addresses: [ip = ''] }) => familyOf(ip) === family);
    if (found.length === 0) continue;
    if (found.length > LIMIT) {
      context.recorder.record(endpoints, {
        type: 'Warning',
        reason: 'TooManyAddressesToMirror',
        message: `A max of ${LIMIT} addresses can be mirrored to EndpointSlices per Endpoints subset. ${found.length - LIMIT} addresses were skipped`,
        component: COMPONENT,
      });
    }
    const id = JSON.stringify(slicePorts);
    const group = groups.get(id) ?? { ports: slicePorts, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(...found.slice(0, LIMIT));
  }
  return [...groups.values()];
}

const endpointOf = ({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(targetRef ? { targetRef } : {}),
  ...(nodeName ? { nodeName } : {}),
});
