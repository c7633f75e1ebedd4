import { ageSince } from '../../lib/age.ts';
import type { KubeObject } from '../meta.ts';
import { podStatus, restartsText } from '../pod-status.ts';
import {
  age,
  containerImages,
  containerNames,
  labelsText,
  listWithMore,
  loadBalancerAddresses,
  NONE,
  printer,
  type RowCondition,
  type TablePrinter,
  UNKNOWN,
} from './define.ts';

const finished: Readonly<Record<string, RowCondition[]>> = {
  Succeeded: [
    { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
  ],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};

const pods = printer(
  'Name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*',
  (o, now) => {
    const summary = podStatus(o, now);
    return [
      o.metadata.name,
      `${summary.ready}/${summary.containers}`,
      summary.status,
      restartsText(summary, now),
      age(o, now),
      o.status?.podIPs?.[0]?.ip || o.status?.podIP || NONE,
      o.spec?.nodeName || NONE,
      o.status?.nominatedNodeName || NONE,
      readinessGates(o),
    ];
  },
  (o) => finished[o.status?.phase] ?? [],
);

function readinessGates(pod: KubeObject): string {
  const gates: { conditionType: string }[] = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  const met = gates.filter((gate) =>
    conditions.some((condition) => condition.type === gate.conditionType && condition.status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

const podTemplates = printer('Name | Containers | Images | Pod Labels', (o) => [
  o.metadata.name,
  containerNames(o.template?.spec),
  containerImages(o.template?.spec),
  labelsText(o.template?.metadata?.labels),
]);

const replicationControllers = printer(
  'Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*',
  (o, now) => [
    o.metadata.name,
    o.spec?.replicas ?? 0,
    o.status?.replicas ?? 0,
    o.status?.readyReplicas ?? 0,
    age(o, now),
    containerNames(o.spec?.template?.spec),
    containerImages(o.spec?.template?.spec),
    labelsText(o.spec?.selector),
  ],
);

const services = printer('Name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*', (o, now) => [
  o.metadata.name,
  o.spec?.type ?? '',
  o.spec?.clusterIPs?.[0] || o.spec?.clusterIP || NONE,
  serviceExternalIp(o),
  servicePorts(o),
  age(o, now),
  labelsText(o.spec?.selector),
]);

/** What the EXTERNAL-IP column of a service says. */
function serviceExternalIp(service: KubeObject): string {
  const externalIps: string[] = service.spec?.externalIPs ?? [];
  switch (service.spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIps.join(',') || NONE;
    case 'LoadBalancer':
      return [...loadBalancerAddresses(service.status?.loadBalancer), ...externalIps].join(',') || '<pending>';
    case 'ExternalName':
      return service.spec.externalName ?? '';
    default:
      return UNKNOWN;
  }
}

function servicePorts(service: KubeObject): string {
  const ports: { port: number; nodePort?: number; protocol?: string }[] = service.spec?.ports ?? [];
  const texts = ports.map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(',') || NONE;
}

/** `host:port`, with brackets around IPv6. */
export function hostPort(host: string, port: number | string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const endpoints = printer('Name | Endpoints | Age', (o, now) => [
  o.metadata.name,
  listWithMore(endpointTexts(o), 3, NONE),
  age(o, now),
]);

interface Subset {
  addresses?: { ip: string }[];
  ports?: { name?: string; port: number }[];
}

/** `ip:port` of every ready address; of the port with that name only where one is given. */
function endpointTexts(object: KubeObject, portName?: string): string[] {
  return ((object.subsets ?? []) as Subset[]).flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map((address) => address.ip);
    return ports
      .filter((port) => portName === undefined || (port.name ?? '') === portName)
      .flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port)));
  });
}

const nodes = printer(
  'Name | Status | Roles | Age | Version | Internal-IP* | External-IP* | OS-Image* | Kernel-Version* | Container-Runtime*',
  (o, now) => [
    o.metadata.name,
    nodeStatus(o),
    nodeRoles(o),
    age(o, now),
    o.status?.nodeInfo?.kubeletVersion ?? '',
    nodeAddress(o, 'InternalIP'),
    nodeAddress(o, 'ExternalIP'),
    o.status?.nodeInfo?.osImage || UNKNOWN,
    o.status?.nodeInfo?.kernelVersion || UNKNOWN,
    o.status?.nodeInfo?.containerRuntimeVersion || UNKNOWN,
  ],
);

/** `Ready`, `NotReady` or `Unknown`, with `,SchedulingDisabled` where the node is cordoned. */
export function nodeStatus(node: KubeObject): string {
  const conditions: { type: string; status: string }[] = node.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

/** The roles that labels give a node, sorted; `<none>` where there are none. */
export function nodeRoles(node: KubeObject): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',') || NONE;
}

function nodeAddress(node: KubeObject, type: string): string {
  const addresses: { type: string; address: string }[] = node.status?.addresses ?? [];
  return addresses.find((address) => address.type === type)?.address ?? NONE;
}

/** Both event APIs: the fields that events.k8s.io renamed are read under either name. */
const events = printer(
  'Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name*',
  (o, now) => {
    const regarding = o.involvedObject ?? o.regarding ?? {};
    const first = o.firstTimestamp ?? o.deprecatedFirstTimestamp ?? o.eventTime;
    const kind = String(regarding.kind ?? '').toLowerCase();
    return [
      ageSince(eventLastSeen(o), now),
      o.type ?? '',
      o.reason ?? '',
      regarding.name ? `${kind}/${regarding.name}` : kind,
      regarding.fieldPath ?? '',
      eventSource(o),
      String(o.message ?? o.note ?? '').trim(),
      ageSince(first, now),
      eventCount(o),
      o.metadata.name,
    ];
  },
);

/** When an event was last seen: its series', else its last time, else its first. */
function eventLastSeen(event: KubeObject): string | undefined {
  const last = event.lastTimestamp ?? event.deprecatedLastTimestamp;
  const first = event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime;
  return event.series?.lastObservedTime ?? last ?? first ?? undefined;
}

/** How often an event was seen; at least once. */
function eventCount(event: KubeObject): number {
  return event.series?.count ?? (event.count || event.deprecatedCount || 1);
}

/** `component, host` of who reported an event. */
function eventSource(event: KubeObject): string {
  const source = event.source ?? event.deprecatedSource ?? {};
  const component = source.component || event.reportingComponent || event.reportingController || '';
  const host = source.host || event.reportingInstance || '';
  return host ? `${component}, ${host}` : component;
}

export const coreWorkloadTables: Readonly<Record<string, TablePrinter>> = {
  pods,
  podtemplates: podTemplates,
  replicationcontrollers: replicationControllers,
  services,
  endpoints,
  nodes,
  events,
  'events.events.k8s.io': events,
};
