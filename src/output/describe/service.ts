import { labelsText } from '../../api/tables/define.ts';
import { endpointsText, slicesOf } from './endpoint-slices.ts';
import { annotations, events, labels, layout, name, namespace, type Row } from './layout.ts';
import { NONE } from './text.ts';

interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
}

interface Ingress {
  ip?: string;
  ipMode?: string;
  hostname?: string;
}

/** A field of the spec, left out where it is empty. */
function present(title: string, field: string): Row {
  return [title, ({ spec }) => spec?.[field] || undefined];
}

/** The same for a list. */
function joined(title: string, field: string, none?: string): Row {
  return [title, ({ spec }) => spec?.[field]?.join(',') || none];
}

export const describeService = layout(
  name,
  namespace,
  labels,
  annotations,
  ['Selector', ({ spec }) => labelsText(spec?.selector)],
  ['Type', ({ spec }) => spec?.type ?? ''],
  present('IP Family Policy', 'ipFamilyPolicy'),
  joined('IP Families', 'ipFamilies', NONE),
  ['IP', ({ spec }) => spec?.clusterIP ?? ''],
  joined('IPs', 'clusterIPs', NONE),
  joined('External IPs', 'externalIPs'),
  present('Desired LoadBalancer IP', 'loadBalancerIP'),
  present('External Name', 'externalName'),
  ['LoadBalancer Ingress', ({ status }) => ingressText(status?.loadBalancer?.ingress ?? [])],
  async (out, { metadata, spec }, { fetch }) => {
    const ports: ServicePort[] = spec?.ports ?? [];
    if (ports.length === 0) return;
    const slices = await slicesOf(fetch, metadata.namespace ?? '', metadata.name ?? '').catch(() => []);
    for (const { name: portName = '', port, targetPort = 0, nodePort, protocol = '' } of ports) {
      const label = portName || '<unset>';
      out.field(0, 'Port', `${label}\t${port}/${protocol}`);
      out.field(0, 'TargetPort', `${targetPort}/${protocol}`);
      if (nodePort) out.field(0, 'NodePort', `${label}\t${nodePort}/${protocol}`);
      out.field(0, 'Endpoints', endpointsText(slices, portName));
    }
  },
  ['Session Affinity', ({ spec }) => spec?.sessionAffinity ?? ''],
  present('External Traffic Policy', 'externalTrafficPolicy'),
  present('Internal Traffic Policy', 'internalTrafficPolicy'),
  present('HealthCheck NodePort', 'healthCheckNodePort'),
  joined('LoadBalancer Source Ranges', 'loadBalancerSourceRanges'),
  events,
);

/** `10.0.0.1 (VIP), lb.example.com` */
function ingressText(ingress: readonly Ingress[]): string | undefined {
  if (ingress.length === 0) return undefined;
  return ingress
    .map(({ ip, ipMode, hostname = '' }) => (ip ? `${ip}${ipMode === undefined ? '' : ` (${ipMode})`}` : hostname))
    .join(', ');
}
