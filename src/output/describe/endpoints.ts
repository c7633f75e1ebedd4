import { annotations, events, labels, layout, name, namespace } from './layout.ts';
import { writeMap } from './maps.ts';
import { type DescribeText, NONE, UNSET } from './text.ts';
import { orUnset } from './values.ts';

interface Subset {
  addresses?: { ip: string }[];
  notReadyAddresses?: { ip: string }[];
  ports?: { name?: string; port: number; protocol?: string }[];
}

export const describeEndpoints = layout(
  name,
  namespace,
  labels,
  annotations,
  (out, { subsets = [] }) => {
    out.line(0, 'Subsets:');
    for (const subset of subsets) writeSubset(out, subset);
  },
  events,
);

function writeSubset(out: DescribeText, { addresses = [], notReadyAddresses = [], ports = [] }: Subset): void {
  out.field(1, 'Addresses', addresses.map(({ ip }) => ip).join(',') || NONE);
  out.field(1, 'NotReadyAddresses', notReadyAddresses.map(({ ip }) => ip).join(',') || NONE);
  if (ports.length > 0) {
    out.line(1, 'Ports:');
    out.columns(2, ['Name', 'Port', 'Protocol']);
  }
  for (const { name: portName, port, protocol = '' } of ports) {
    out.line(2, `${portName || UNSET}\t${port}\t${protocol}`);
  }
  out.line(0, '');
}

interface SlicePort {
  name?: string;
  port?: number;
  protocol?: string;
}

interface SliceEndpoint {
  addresses?: string[];
  conditions?: { ready?: boolean };
  hostname?: string;
  targetRef?: { kind?: string; name?: string };
  nodeName?: string;
  zone?: string;
  /** Of discovery.k8s.io/v1beta1, in place of the node's name and the zone. */
  topology?: Record<string, string>;
}

export const describeEndpointSlice = layout(
  name,
  namespace,
  labels,
  annotations,
  ['AddressType', ({ addressType }) => addressType ?? ''],
  (out, { ports }) => writePorts(out, ports ?? []),
  (out, { endpoints }, { resource }) => writeEndpoints(out, endpoints ?? [], resource.version === 'v1beta1'),
  events,
);

function writePorts(out: DescribeText, ports: readonly SlicePort[]): void {
  if (ports.length === 0) {
    out.line(0, `Ports: ${UNSET}`);
    return;
  }
  out.line(0, 'Ports:');
  out.columns(1, ['Name', 'Port', 'Protocol']);
  for (const { name: portName, port, protocol = '' } of ports) {
    out.line(1, `${portName || UNSET}\t${orUnset(port)}\t${protocol}`);
  }
}

function writeEndpoints(out: DescribeText, endpoints: readonly SliceEndpoint[], isBeta: boolean): void {
  out.line(0, endpoints.length === 0 ? `Endpoints: ${NONE}` : 'Endpoints:');
  for (const { addresses = [], conditions, hostname, targetRef, nodeName, zone, topology } of endpoints) {
    out.field(1, '- Addresses', addresses.join(isBeta ? ',' : ', ') || NONE);
    out.line(2, 'Conditions:');
    out.field(3, 'Ready', orUnset(conditions?.ready));
    out.field(2, 'Hostname', orUnset(hostname));
    if (targetRef) out.field(2, 'TargetRef', `${targetRef.kind ?? ''}/${targetRef.name ?? ''}`);
    if (isBeta) {
      writeMap(out, 'Topology', topology, '    ');
      continue;
    }
    out.field(2, 'NodeName', orUnset(nodeName));
    out.field(2, 'Zone', orUnset(zone));
  }
}
