import { humanDuration } from '../../lib/age.ts';
import { addQuantities, parseQuantity, type Quantity } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import { age, createdAtPrinter, NONE, printer, type TablePrinter } from './define.ts';

const leases = printer('Name | Holder | Age', (o, now) => [o.metadata.name, o.spec?.holderIdentity ?? '', age(o, now)]);

const priorityClasses = printer('Name | Value:integer | Global-Default:boolean | Age | PreemptionPolicy', (o, now) => [
  o.metadata.name,
  o.value ?? 0,
  o.globalDefault ?? false,
  age(o, now),
  o.preemptionPolicy ?? 'PreemptLowerPriority',
]);

const runtimeClasses = printer('Name | Handler | Age', (o, now) => [o.metadata.name, o.handler ?? '', age(o, now)]);

const signingRequests = printer('Name | Age | SignerName | Requestor | RequestedDuration | Condition', (o, now) => {
  const seconds = o.spec?.expirationSeconds;
  return [
    o.metadata.name,
    age(o, now),
    o.spec?.signerName ?? NONE,
    o.spec?.username ?? '',
    typeof seconds === 'number' ? humanDuration(seconds * 1000) : NONE,
    signingRequestCondition(o),
  ];
});

/** `Pending`, `Approved` or `Denied`, then `,Failed` and `,Issued`. */
function signingRequestCondition(request: KubeObject): string {
  const conditions: { type: string }[] = request.status?.conditions ?? [];
  const has = (type: string) => conditions.some((condition) => condition.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${request.status?.certificate ? ',Issued' : ''}`;
}

const apiServices = printer('Name | Service | Available | Age', (o, now) => {
  const { service } = o.spec ?? {};
  const conditions: { type: string; status: string; reason?: string }[] = o.status?.conditions ?? [];
  const available = conditions.find((condition) => condition.type === 'Available');
  const text = !available
    ? 'Unknown'
    : available.status === 'True'
      ? 'True'
      : `${available.status} (${available.reason})`;
  return [o.metadata.name, service ? `${service.namespace}/${service.name}` : 'Local', text, age(o, now)];
});

const resourceClaims = printer('Name | State | Age', (o, now) => {
  const states: string[] = [];
  if (o.metadata.deletionTimestamp) states.push('deleted');
  if (o.status?.allocation) states.push('allocated');
  if ((o.status?.reservedFor?.length ?? 0) > 0) states.push('reserved');
  return [o.metadata.name, states.join(',') || 'pending', age(o, now)];
});

const resourceSlices = printer('Name | Node | Driver | Pool | Age', (o, now) => [
  o.metadata.name,
  o.spec?.nodeName ?? (o.spec?.allNodes ? '<all>' : NONE),
  o.spec?.driver ?? '',
  o.spec?.pool?.name ?? '',
  age(o, now),
]);

const trustBundles = printer('Name | SignerName', (o) => [o.metadata.name, o.spec?.signerName || NONE]);

type Usage = Record<string, string>;

const nodeMetrics = printer('Name | CPU | Memory | Window', (o) => {
  const usage: Usage = o.usage ?? {};
  return [o.metadata.name, usage.cpu ?? '', usage.memory ?? '', o.window ?? ''];
});

const podMetrics = printer('Name | CPU | Memory | Window', (o) => {
  const usages: Usage[] = (o.containers ?? []).map((container: { usage?: Usage }) => container.usage ?? {});
  const total = (resource: string) =>
    usages
      .map((usage) => parseQuantity(usage[resource] ?? '0'))
      .reduce<Quantity>((sum, value) => addQuantities(sum, value), parseQuantity('0'));
  return [o.metadata.name, total('cpu').toString(), total('memory').toString(), o.window ?? ''];
});

export const clusterTables: Readonly<Record<string, TablePrinter>> = {
  'leases.coordination.k8s.io': leases,
  'priorityclasses.scheduling.k8s.io': priorityClasses,
  'runtimeclasses.node.k8s.io': runtimeClasses,
  'certificatesigningrequests.certificates.k8s.io': signingRequests,
  'clustertrustbundles.certificates.k8s.io': trustBundles,
  'customresourcedefinitions.apiextensions.k8s.io': createdAtPrinter,
  'apiservices.apiregistration.k8s.io': apiServices,
  'resourceclaims.resource.k8s.io': resourceClaims,
  'resourceslices.resource.k8s.io': resourceSlices,
  'nodes.metrics.k8s.io': nodeMetrics,
  'pods.metrics.k8s.io': podMetrics,
};
