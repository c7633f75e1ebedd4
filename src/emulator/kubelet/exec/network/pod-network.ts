import type { KubeObject } from '../../../../api/meta.ts';
import type { Lister } from '../../../client.ts';
import type { Clock } from '../../../clock.ts';
import { connectPort } from '../../../network/responders.ts';
import type { Connection, Network } from './network.ts';

/** How the API server is reached from inside of this process. */
export interface ApiAccess {
  port: number;
}

const ZONE = 'cluster.local';
/** The addresses at which the API server answers besides its service's. */
const API_ADDRESS = '172.18.0.2';

interface NetworkWorld {
  lister: Lister;
  clock: Clock;
  random: () => number;
  api: (() => ApiAccess | undefined) | undefined;
}

interface Endpoint {
  addresses?: string[];
  hostname?: string;
  conditions?: { ready?: boolean };
}

/** The cluster's network as one pod sees it: names as the cluster's DNS gives them, services by their ready endpoints. */
export function podNetwork({ lister, clock, random, api }: NetworkWorld, pod: KubeObject): Network {
  const namespace = pod.metadata.namespace!;
  const search = [`${namespace}.svc.${ZONE}`, `svc.${ZONE}`, ZONE];
  const slices = (service: KubeObject) =>
    lister
      .list<KubeObject>('endpointslices.discovery.k8s.io', service.metadata.namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name);
  const ready = (service: KubeObject) =>
    slices(service).flatMap((slice) =>
      ((slice['endpoints'] ?? []) as Endpoint[]).filter(({ conditions }) => conditions?.ready !== false),
    );

  /** A full name within the zone: service, pod of a headless service, or pod by its address. */
  const lookUp = (full: string): readonly string[] | undefined => {
    const [first = '', ...rest] = full
      .slice(0, -ZONE.length - 1)
      .split('.')
      .reverse();
    if (first === 'svc') {
      const [space = '', name = '', host] = rest;
      const service = name ? lister.get<KubeObject>('services', space, name) : undefined;
      if (!service || rest.length > 3) return undefined;
      const { clusterIP, type, externalName } = service['spec'];
      if (host === undefined) {
        if (type === 'ExternalName') return externalName ? [] : undefined;
        if (clusterIP && clusterIP !== 'None') return [clusterIP];
        const all = ready(service).flatMap(({ addresses = [] }) => addresses);
        return all.length > 0 ? all : undefined;
      }
      const own = ready(service)
        .filter((one) => one.hostname === host)
        .flatMap(({ addresses = [] }) => addresses);
      return own.length > 0 ? own : undefined;
    }
    if (first === 'pod' && rest.length === 2) return [rest[1]!.replaceAll('-', '.')];
    return undefined;
  };

  const serviceAt = (address: string) =>
    lister.list<KubeObject>('services').find(({ spec }) => spec.clusterIP === address);
  const podAt = (address: string) =>
    lister
      .list<KubeObject>('pods')
      .find((one) => one['status']?.podIP === address && !one['spec'].hostNetwork && one['status'].phase === 'Running');

  const toPod = (target: KubeObject, port: number): Connection => {
    try {
      return { stream: connectPort(target, port, () => clock.now()), address: target['status'].podIP };
    } catch {
      return { refusal: 'refused' };
    }
  };
  const isApi = (address: string, port: number) =>
    (address === API_ADDRESS && port === 6443) ||
    (port === 443 &&
      serviceAt(address)?.metadata.name === 'kubernetes' &&
      serviceAt(address)?.metadata.namespace === 'default');

  return {
    server: lister.get<KubeObject>('services', 'kube-system', 'kube-dns')?.['spec'].clusterIP ?? '10.96.0.10',
    search,
    resolve(name) {
      const bare = name.replace(/\.$/, '').toLowerCase();
      if (/^\d+\.\d+\.\d+\.\d+$/.test(bare)) return { name: bare, addresses: [bare] };
      if (bare === 'localhost') return { name: bare, addresses: ['127.0.0.1'] };
      if (bare === (pod['spec'].hostname ?? pod.metadata.name))
        return { name: bare, addresses: [pod['status']?.podIP ?? '127.0.0.1'] };
      const candidates = name.endsWith('.')
        ? [bare]
        : [...(bare.split('.').length > 5 ? [bare] : []), ...search.map((domain) => `${bare}.${domain}`), bare];
      for (const candidate of candidates) {
        if (!candidate.endsWith(`.${ZONE}`)) continue;
        const addresses = lookUp(candidate);
        if (addresses) return { name: candidate, addresses };
      }
      return undefined;
    },
    reverse(address) {
      const service = serviceAt(address);
      if (service) return `${service.metadata.name}.${service.metadata.namespace}.svc.${ZONE}`;
      const target = podAt(address);
      return target ? `${address.replaceAll('.', '-')}.${target.metadata.namespace}.pod.${ZONE}` : undefined;
    },
    async connect(address, port) {
      if (isApi(address, port)) {
        const access = api?.();
        if (!access) return { refusal: 'refused' };
        const { connect } = await import('node:net');
        return { stream: connect(access.port, '127.0.0.1'), address };
      }
      if (address.startsWith('127.')) return toPod(pod, port);
      const service = serviceAt(address);
      if (service) {
        const ports: { port: number; name?: string; protocol?: string }[] = service['spec'].ports ?? [];
        const wanted = ports.find((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP');
        // Without such a port nothing answers: the rules of kube-proxy do not match.
        if (!wanted) return { refusal: 'timeout' };
        const targets = slices(service).flatMap((slice) => {
          const target = ((slice['ports'] ?? []) as { name?: string; port?: number }[]).find(
            ({ name = '' }) => name === (wanted.name ?? ''),
          );
          const ends = ((slice['endpoints'] ?? []) as Endpoint[]).filter(
            ({ conditions }) => conditions?.ready !== false,
          );
          return target?.port
            ? ends.flatMap(({ addresses = [] }) => addresses.map((one) => ({ address: one, port: target.port! })))
            : [];
        });
        if (targets.length === 0) return { refusal: 'refused' };
        const chosen = targets[Math.floor(random() * targets.length)]!;
        const end = podAt(chosen.address);
        return end ? toPod(end, chosen.port) : { refusal: 'refused' };
      }
      const target = podAt(address);
      return target ? toPod(target, port) : { refusal: 'unreachable' };
    },
  };
}
