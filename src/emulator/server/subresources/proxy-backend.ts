import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { KubeObject } from '../../../api/meta.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { badRequest, failure, notFound, unavailable } from '../../errors.ts';
import { isDown } from '../../kubelet/node-facts.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';

/** What a proxy request goes to. */
export interface Backend {
  /** `address:port`, as the URL of it has. */
  host: string;
  /** @throws Error in the words of Go's dialer */
  open(): Promise<Duplex>;
}

export interface NamedTarget {
  scheme: '' | 'http' | 'https';
  name: string;
  port: string;
}

/**
 * `name`, `name:port` or `scheme:name:port`; a scheme is http or https.
 * @throws ApiStatusError 400
 */
export function splitTarget(kind: string, id: string): NamedTarget {
  const parts = id.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1]];
  if (parts.length > 3 || !name || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) {
    throw badRequest(`invalid ${kind} request ${JSON.stringify(id)}`);
  }
  return { scheme, name, port: port ?? '' };
}

/** 503 as the proxies say it: nothing tells when it may be better. */
export const serviceUnavailable = (message: string): ApiStatusError =>
  new ApiStatusError(failure(503, 'ServiceUnavailable', message));

interface ContainerPort {
  name?: string;
  containerPort: number;
}

/**
 * Port of a pod: the named one, or the first that a container declares.
 * @throws ApiStatusError 400, 404
 */
export function podBackend(exchange: Exchange, target: ResourceTarget): Backend {
  const { scheme, name, port } = splitTarget('pod', target.name ?? '');
  const pod = exchange.context.machine.store.get('pods', target.namespace, name);
  if (!pod) throw notFound({ group: '', plural: 'pods' }, name);
  const ports = ((pod['spec'].containers ?? []) as { ports?: ContainerPort[] }[]).flatMap((one) => one.ports ?? []);
  const number = /^\d+$/.test(port) ? Number(port) : portNamed(pod, ports, port);
  const [address] = addressesOf(pod);
  if (!address) throw badRequest('address not allowed');
  return toPod(exchange, pod, scheme || 'http', address, number);
}

function portNamed(pod: KubeObject, ports: readonly ContainerPort[], name: string): number {
  const found = name === '' ? ports[0] : ports.find((one) => one.name === name);
  if (found) return found.containerPort;
  if (name === '') return 80;
  throw badRequest(`pod ${pod.metadata.name} has no port named ${JSON.stringify(name)}`);
}

const addressesOf = (pod: KubeObject): string[] =>
  ((pod['status']?.podIPs ?? []) as { ip?: string }[]).flatMap(({ ip }) => ip || []);

interface Subset {
  addresses?: { ip: string; targetRef?: { kind?: string; name?: string; namespace?: string } }[];
  ports?: { name?: string; port: number }[];
}

/**
 * A ready endpoint of a service, any of them.
 * @throws ApiStatusError 400, 404, 503 in the words of the service's storage
 */
export function serviceBackend(exchange: Exchange, target: ResourceTarget): Backend {
  const id = target.name ?? '';
  const { scheme, name, port } = splitTarget('service', id);
  const { store, random } = exchange.context.machine;
  const portName = /^\d+$/.test(port) ? servicePortName(exchange, target.namespace, name, Number(port)) : port;
  const endpoints = store.get('endpoints', target.namespace, name);
  if (!endpoints) throw notFound({ group: '', plural: 'services' }, name);
  const subsets = (endpoints['subsets'] ?? []) as Subset[];
  if (subsets.length === 0) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  const ready = subsets.flatMap(({ addresses = [], ports = [] }) => {
    const found = ports.find((one) => (one.name ?? '') === portName);
    return found ? addresses.map((address) => ({ ...address, port: found.port })) : [];
  });
  const start = Math.floor(random() * ready.length);
  for (let tried = 0; tried < ready.length; tried++) {
    const { ip, targetRef, port: number } = ready[(start + tried) % ready.length]!;
    // Only pods of the namespace are gone to, so that nobody reaches other machines through a service.
    const pod =
      targetRef && targetRef.namespace === target.namespace
        ? store.get('pods', target.namespace, targetRef.name ?? '')
        : undefined;
    if (pod && addressesOf(pod).includes(ip)) return toPod(exchange, pod, scheme || 'http', ip, number);
  }
  throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(id)}`);
}

function servicePortName(exchange: Exchange, namespace: string | undefined, name: string, port: number): string {
  const service = exchange.context.machine.store.get('services', namespace, name);
  if (!service) throw notFound({ group: '', plural: 'services' }, name);
  const ports = (service['spec']?.ports ?? []) as { name?: string; port: number }[];
  const found = ports.find((one) => one.port === port);
  if (!found) throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  return found.name ?? '';
}

function toPod(
  { context }: Exchange,
  pod: KubeObject,
  scheme: 'http' | 'https',
  address: string,
  port: number,
): Backend {
  const node = context.nodeApi();
  if (!node) throw unavailable('the nodes of this cluster are not running');
  const host = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    host,
    async open() {
      const machine = context.machine.store.get('nodes', undefined, pod['spec'].nodeName ?? '');
      if (machine && isDown(machine)) throw new Error(`dial tcp ${host}: connect: no route to host`);
      let connection: Duplex;
      try {
        connection = await node.connect(pod.metadata.namespace!, pod.metadata.name!, port);
      } catch (cause) {
        throw new Error(`dial tcp ${host}: connect: connection refused`, { cause });
      }
      return scheme === 'https' ? secured(connection) : connection;
    },
  };
}

/** Go's transport gives a handshake as long. */
const HANDSHAKE_PATIENCE_MS = 10_000;

/** Certificates of pods are not checked, as the API server's proxy does not. */
function secured(connection: Duplex): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: connection, rejectUnauthorized: false });
    const patience = setTimeout(() => {
      reject(new Error('net/http: TLS handshake timeout'));
      socket.destroy();
    }, HANDSHAKE_PATIENCE_MS);
    socket.once('secureConnect', () => {
      clearTimeout(patience);
      resolve(socket);
    });
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(patience);
      const isPlain = /wrong version number|packet length too long|http request/i.test(cause.message);
      reject(new Error(isPlain ? 'http: server gave HTTP response to HTTPS client' : 'EOF', { cause }));
    });
  });
}
