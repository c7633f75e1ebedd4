import type { KubeObject } from '../../api/meta.ts';
import { quantityValue } from '../../lib/quantity.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import { hexId } from '../runtime/chance.ts';
import { versionInfo } from '../server/version-info.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** The nodes of a new cluster: the first carries the control plane, and its taint when there are others to work. */
export function initialNodes(count: number): KubeObject[] {
  const first = nodeObject('kctl-control-plane', {
    [CONTROL_PLANE]: '',
    'node.kubernetes.io/exclude-from-external-load-balancers': '',
  });
  if (count > 1) first['spec'] = { taints: [{ key: CONTROL_PLANE, effect: 'NoSchedule' }] };
  const workers = Array.from({ length: count - 1 }, (_, index) => workerNode(`kctl-worker-${index + 1}`));
  return [first, ...workers];
}

/** A node that works, as it registers. */
export const workerNode = (name: string, labels: Readonly<Record<string, string>> = {}): KubeObject =>
  nodeObject(name, { 'node-role.kubernetes.io/worker': '', ...labels });

function nodeObject(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {},
  };
}

/** Of the pods' ranges the first /16; those of Services begin at 10.96.0.0, far behind the last. */
const FIRST_RANGE = 244;
/** `10.244.3.0/24` for index 3; ranges go on into the next /16 after 256 nodes, and after 10.255 from 10.0. */
export const podRange = (index: number): string => `10.${(FIRST_RANGE + (index >> 8)) % 256}.${index & 255}.0/24`;
const addressOf = (index: number): string => `172.18.${(index + 2) >> 8}.${(index + 2) & 255}`;

/** The address of a node's machine; undefined before it has a range for its pods. */
export const machineAddress = (node: KubeObject | undefined): string | undefined =>
  node?.['spec']?.podCIDR && addressOf(rangeIndex(node['spec'].podCIDR));

export function rangeIndex(range: string): number {
  const [, second, third] = range.split('.').map(Number) as [number, number, number];
  return ((second - FIRST_RANGE + 256) % 256) * 256 + third;
}

/** A node that is annotated so is cut off: its kubelet neither reports nor acts. */
export const DOWN = 'kctl.dev/down';
export const isDown = (node: KubeObject | undefined): boolean =>
  (node?.metadata.annotations?.[DOWN] ?? 'false') !== 'false';

/** The value for a machine that is off: nothing that ran on it is there when it is back. */
const OFF = 'off';
export const isOff = (node: KubeObject | undefined): boolean => node?.metadata.annotations?.[DOWN] === OFF;

/** What the machine receives in a second while it pulls images, as a quantity of bytes (`2M`). */
export const PULL_RATE = 'kctl.dev/pull-rate';

/** Bytes in a second; undefined where nothing, or nothing sensible, is said. */
export function pullRateOf(node: KubeObject | undefined): number | undefined {
  const text = node?.metadata.annotations?.[PULL_RATE];
  if (text === undefined) return undefined;
  try {
    const rate = quantityValue(text);
    return rate >= 1 ? rate : undefined;
  } catch {
    return undefined;
  }
}

/** How many images the kubelet pulls side by side (serializeImagePulls: false, maxParallelImagePulls); one without it. */
const PARALLEL_PULLS = 'kctl.dev/parallel-pulls';

/** Undefined where nothing, or nothing sensible, is said. */
export function parallelPullsOf(node: KubeObject | undefined): number | undefined {
  const text = node?.metadata.annotations?.[PARALLEL_PULLS];
  return text !== undefined && /^[1-9]\d{0,2}$/.test(text) ? Number(text) : undefined;
}

/** When the machine was last switched on after having been off (RFC 3339). */
export const BOOTED = 'kctl.dev/booted';
/** ms since the epoch; -Infinity: it has run all the time. */
export function bootedAt(node: KubeObject): number {
  const at = Date.parse(node.metadata.annotations?.[BOOTED] ?? '');
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at;
}

/** True while the cluster has not heard of the node for too long. */
export const isUnknown = (node: KubeObject | undefined): boolean =>
  (node?.['status']?.conditions ?? []).some(({ status }: { status: string }) => status === 'Unknown');

const conditionFacts = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** What a node may be short of. */
export type Pressure = 'MemoryPressure' | 'DiskPressure';

const short: Readonly<Record<Pressure, readonly [reason: string, message: string]>> = {
  MemoryPressure: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
  DiskPressure: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
};

/** True while its kubelet says that it is short of it. */
export const underPressure = ({ status }: KubeObject, pressure: Pressure): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }: StatusCondition) => type === pressure && is === 'True');

/** How a kubelet says so. */
export function pressureFacts(pressure: Pressure, isShort: boolean) {
  const [, , reason, message] = conditionFacts.find(([type]) => type === pressure)!;
  const [shortReason, shortMessage] = short[pressure];
  return isShort
    ? { status: 'True', reason: shortReason, message: shortMessage }
    : { status: 'False', reason, message };
}

export function nodeConditions(known: readonly StatusCondition[], now: string): Record<string, unknown>[] {
  const node = { status: { conditions: known } } as unknown as KubeObject;
  const facts = conditionFacts.map(([type, status, reason, message]) =>
    type !== 'Ready' && type !== 'PIDPressure' && underPressure(node, type)
      ? { type, ...pressureFacts(type, true) }
      : { type, status, reason, message },
  );
  return facts.map(({ type, status, reason, message }) => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime:
      known.find((condition) => condition.type === type && condition.status === status)?.lastTransitionTime ?? now,
    reason,
    message,
  }));
}

const saidOf = (fields: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));

const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');

/** Another one after each time that the machine was off. */
export const bootId = ({ metadata }: KubeObject): string =>
  uuidOf(hexId(`boot ${metadata.uid}${metadata.annotations?.[BOOTED] ? ` ${metadata.annotations[BOOTED]}` : ''}`));

/** What a kubelet of 1.36 says that it can (component-helpers nodedeclaredfeatures). */
export const DECLARED: readonly string[] = [
  'ExtendWebSocketsToKubelet',
  'InPlacePodLevelResourcesVerticalScaling',
  'InPlacePodVerticalScalingInitContainers',
  'RestartAllContainersOnContainerExits',
];

/** What a simulated machine reports of itself; fields that the node object has already are kept. */
export function nodeStatus(node: KubeObject, now: string): Record<string, unknown> {
  const name = node.metadata.name!;
  const status = node['status'] ?? {};
  const id = hexId(`machine ${node.metadata.uid}`);
  const capacity = {
    cpu: '4',
    'ephemeral-storage': '61202244Ki',
    'hugepages-2Mi': '0',
    memory: '8137564Ki',
    pods: '110',
    ...status.capacity,
  };
  return {
    ...status,
    addresses: status.addresses ?? [
      { type: 'InternalIP', address: addressOf(rangeIndex(node['spec'].podCIDR)) },
      { type: 'Hostname', address: name },
    ],
    allocatable: {
      ...capacity,
      ...(status.capacity ? {} : { memory: '8035164Ki', 'ephemeral-storage': '56403987978' }),
      ...status.allocatable,
    },
    capacity,
    conditions: nodeConditions(status.conditions ?? [], now),
    declaredFeatures: [...DECLARED],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: bootId(node),
      containerRuntimeVersion: 'kctl-simulated://1.0.0',
      kernelVersion: '6.12.0-simulated',
      kubeProxyVersion: '',
      kubeletVersion: versionInfo.gitVersion,
      machineID: id.slice(0, 32),
      operatingSystem: 'linux',
      osImage: 'kctl simulated node',
      systemUUID: uuidOf(id),
      // The server writes what nobody said as nothing.
      ...saidOf(status.nodeInfo),
    },
    images: status.images ?? [],
  };
}
