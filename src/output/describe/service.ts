import type { KubeObject } from '../../api/meta.ts';
import { endpointTexts, hostPort } from '../../api/tables/core-workloads.ts';
import { labelsText, listWithMore, loadBalancerAddresses } from '../../api/tables/define.ts';
import { writeEvents } from './events.ts';
import type { DescribeFetch, Describer } from './fetch.ts';
import { DescribeText, NONE, writeAnnotations, writeMap } from './text.ts';

interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
}

export const describeService: Describer = async (service, context) => {
  const out = new DescribeText();
  const spec = service.spec ?? {};
  out.field(0, 'Name', service.metadata.name);
  out.field(0, 'Namespace', service.metadata.namespace);
  writeMap(out, 'Labels', service.metadata.labels);
  writeAnnotations(out, service.metadata.annotations);
  out.field(0, 'Selector', labelsText(spec.selector));
  out.field(0, 'Type', spec.type);
  writeAddresses(out, service);
  const endpoints = await endpointsOf(service, context.fetch);
  for (const port of (spec.ports ?? []) as ServicePort[]) writePort(out, port, endpoints(port.name ?? ''));
  out.field(0, 'Session Affinity', spec.sessionAffinity);
  if (spec.externalTrafficPolicy) out.field(0, 'External Traffic Policy', spec.externalTrafficPolicy);
  if (spec.internalTrafficPolicy) out.field(0, 'Internal Traffic Policy', spec.internalTrafficPolicy);
  if (spec.trafficDistribution) out.field(0, 'Traffic Distribution', spec.trafficDistribution);
  if (spec.healthCheckNodePort) out.field(0, 'HealthCheck NodePort', spec.healthCheckNodePort);
  if (spec.loadBalancerSourceRanges?.length > 0) {
    out.field(0, 'LoadBalancer Source Ranges', spec.loadBalancerSourceRanges.join(','));
  }
  await writeEvents(out, service, context);
  return out.toString();
};

function writeAddresses(out: DescribeText, service: KubeObject): void {
  const spec = service.spec ?? {};
  if (spec.ipFamilyPolicy) out.field(0, 'IP Family Policy', spec.ipFamilyPolicy);
  out.field(0, 'IP Families', (spec.ipFamilies ?? []).join(',') || NONE);
  out.field(0, 'IP', spec.clusterIP);
  out.field(0, 'IPs', (spec.clusterIPs ?? []).join(',') || NONE);
  if (spec.externalIPs?.length > 0) out.field(0, 'External IPs', spec.externalIPs.join(','));
  if (spec.loadBalancerIP) out.field(0, 'Desired LoadBalancer IP', spec.loadBalancerIP);
  if (spec.externalName) out.field(0, 'External Name', spec.externalName);
  const addresses = loadBalancerAddresses(service.status?.loadBalancer);
  if (addresses.length > 0) out.field(0, 'LoadBalancer Ingress', addresses.join(', '));
}

function writePort(
  out: DescribeText,
  { name, port, targetPort, nodePort, protocol = 'TCP' }: ServicePort,
  endpoints: string[],
): void {
  const label = name || '<unset>';
  out.field(0, 'Port', `${label}\t${port}/${protocol}`);
  out.field(0, 'TargetPort', `${targetPort ?? port}/${protocol}`);
  if (nodePort) out.field(0, 'NodePort', `${label}\t${nodePort}/${protocol}`);
  out.field(0, 'Endpoints', listWithMore(endpoints, 3, NONE));
}

interface SliceEndpoint {
  addresses?: string[];
  conditions?: { ready?: boolean };
}

/** Ready addresses by port name: from EndpointSlices, or from Endpoints where there is no slice. */
async function endpointsOf(service: KubeObject, fetch: DescribeFetch): Promise<(portName: string) => string[]> {
  const { name = '', namespace = '' } = service.metadata;
  const slices = await fetch.list('endpointslices.discovery.k8s.io', {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
  });
  if (slices.length === 0) {
    const endpoints = await fetch.get('endpoints', namespace, name);
    return (portName) => (endpoints ? endpointTexts(endpoints, portName) : []);
  }
  return (portName) => slices.flatMap((slice) => sliceTexts(slice, portName));
}

function sliceTexts(slice: KubeObject, portName: string): string[] {
  const ports: { name?: string; port?: number }[] = slice.ports ?? [];
  const ready = ((slice.endpoints ?? []) as SliceEndpoint[]).filter(({ conditions }) => conditions?.ready !== false);
  return ports
    .filter((port) => (port.name ?? '') === portName)
    .flatMap(({ port }) => ready.flatMap(({ addresses = [] }) => addresses.map((ip) => hostPort(ip, port ?? '*'))));
}
