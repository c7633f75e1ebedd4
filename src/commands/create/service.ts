import { dnsSubdomain, portName } from '../../api/validation/names.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec } from '../command.ts';
import { creationCommand } from './creation.ts';

const tcpFlag: FlagSpec = {
  name: 'tcp',
  type: 'stringSlice',
  default: [],
  describe: 'Port of the service and of its pods: PORT or PORT:TARGETPORT.',
};

/** What makes one type of service differ from the others. */
interface ServiceType {
  type: string;
  flags?: readonly FlagSpec[];
  required?: readonly string[];
}

/** `kctl create service clusterip`. */
export const createClusterIpCommand = serviceCommand({
  type: 'ClusterIP',
  flags: [{ name: 'clusterip', type: 'string', default: '', describe: 'Its address; None makes it headless.' }],
});

/** `kctl create service nodeport`. */
export const createNodePortCommand = serviceCommand({
  type: 'NodePort',
  flags: [{ name: 'node-port', type: 'int', default: 0, describe: 'Port on each node; 0 lets the server choose.' }],
});

/** `kctl create service loadbalancer`. */
export const createLoadBalancerCommand = serviceCommand({ type: 'LoadBalancer' });

/** `kctl create service externalname`. */
export const createExternalNameCommand = serviceCommand({
  type: 'ExternalName',
  flags: [{ name: 'external-name', type: 'string', default: '', describe: 'The name that it stands for.' }],
  required: ['external-name'],
});

function serviceCommand({ type, flags = [], required = [] }: ServiceType) {
  return creationCommand({
    apiVersion: 'v1',
    kind: 'Service',
    flags: [tcpFlag, ...flags],
    required,
    failure: `failed to create ${type} service: `,
    check({ flags: given }) {
      const isNamed = type === 'ExternalName';
      if (given.clusterip !== 'None' && (given.tcp as readonly string[]).length === 0 && !isNamed) {
        throw new KctlError('usage', 'at least one tcp port specifier must be provided');
      }
      const external = String(given['external-name'] ?? '');
      if (isNamed && dnsSubdomain(external).length > 0) {
        throw new KctlError('usage', `invalid service external name ${external}`);
      }
    },
    make({ name, flags: given }) {
      const ports = (given.tcp as readonly string[]).map((text) => ({
        ...{ name: text.replaceAll(':', '-'), protocol: 'TCP', ...portsOf(text) },
        nodePort: given['node-port'] ?? 0,
      }));
      const labels = { app: name };
      const { clusterip: clusterIP, 'external-name': externalName } = given;
      return { metadata: { name, labels }, spec: { ports, selector: labels, clusterIP, type, externalName } };
    },
  });
}

/** `80:http` taken apart. @throws KctlError in Go's words */
function portsOf(text: string): { port: number; targetPort: number | string } {
  const [first = '', target] = text.split(':');
  const port = parsePort(first);
  if (target === undefined) return { port, targetPort: port };
  if (/^[+-]?\d+$/.test(target)) {
    const number = Number(target);
    if (number < 1 || number > 65535) throw new KctlError('usage', 'must be between 1 and 65535, inclusive');
    return { port, targetPort: number };
  }
  const complaints = portName(target);
  if (complaints.length > 0) throw new KctlError('usage', complaints.join(','));
  return { port, targetPort: target };
}

/** Zero is a port here: the server refuses it. */
function parsePort(text: string): number {
  const failure = (why: string) => new KctlError('usage', `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^\d+$/.test(text)) throw failure('invalid syntax');
  const port = Number(text);
  if (port > 65535) throw failure('value out of range');
  return port;
}
