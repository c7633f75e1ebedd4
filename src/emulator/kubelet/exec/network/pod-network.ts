import type { KubeObject } from '../../../../api/meta.ts';
import type { Lister } from '../../../client.ts';
import type { Clock } from '../../../clock.ts';
import { INGRESS_ADDRESS } from '../../../network/load-balancer-addresses.ts';
import { type End, isAllowed } from '../../../network/policies.ts';
import { connectPort, type PageOf } from '../../../network/responders.ts';
import { type Frontend, frontendAt, readyEndpoints, slicesOf, targetsOf } from '../../../network/services.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import { isDown } from '../../node-facts.ts';
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
  pageOf?: PageOf | undefined;
  /** Has the files at hand that `pageOf` looks at. */
  pagesReady?: ((pod: KubeObject) => Promise<void> | undefined) | undefined;
  imageRun?: ((pod: KubeObject, container: ContainerSpec) => { ports: readonly string[] } | undefined) | undefined;
}

/** Names of names are followed so far. */
const LONGEST_CHAIN = 8;
const INGRESS_PORTS: Readonly<Record<number, boolean>> = { 80: false, 443: true };

/** The cluster's network as one pod sees it: names as the cluster's DNS gives them, services by their ready endpoints. */
export function podNetwork(
  { lister, clock, random, api, pageOf, pagesReady, imageRun }: NetworkWorld,
  pod: KubeObject,
): Network {
  const namespace = pod.metadata.namespace!;
  const search = [`${namespace}.svc.${ZONE}`, `svc.${ZONE}`, ZONE];
  const ready = (service: KubeObject) => slicesOf(lister, service).flatMap(readyEndpoints);

  /** A full name within the zone: service, pod of a headless service, or pod by its address. */
  const lookUp = (full: string, depth = 0): readonly string[] | undefined => {
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
        // Of names outside of the cluster nothing is known: there is no other network.
        if (type === 'ExternalName') {
          const target = String(externalName).replace(/\.$/, '').toLowerCase();
          return target.endsWith(`.${ZONE}`) && depth < LONGEST_CHAIN ? lookUp(target, depth + 1) : [];
        }
        if (clusterIP && clusterIP !== 'None') return [clusterIP];
        const all = ready(service).flatMap(({ addresses = [] }) => addresses);
        return all.length > 0 ? all : undefined;
      }
      const own = ready(service)
        .filter(({ hostname, addresses = [] }) =>
          hostname ? hostname === host : addresses.some((address) => address.replace(/[.:]/g, '-') === host),
        )
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

  const open = async (target: KubeObject, port: number): Promise<Connection> => {
    await pagesReady?.(target);
    try {
      return {
        stream: connectPort(target, port, () => clock.now(), {
          pageOf,
          exposed: (...about) => imageRun?.(...about)?.ports,
        }),
        address: target['status'].podIP,
      };
    } catch {
      return { refusal: 'refused' };
    }
  };
  const own: End = {
    ip: String(pod['status']?.podIP ?? ''),
    // Policies go by the labels that the pod has now; it may have been made with others.
    get pod() {
      const now = lister.get<KubeObject>('pods', namespace, pod.metadata.name!);
      return now?.metadata.uid === pod.metadata.uid ? now : pod;
    },
  };
  /** What is dropped on the way is never answered. */
  const toAddress = (address: string, port: number, from: End = own): Connection | Promise<Connection> => {
    const target = podAt(address);
    if (!isAllowed(lister, from, { ip: address, pod: target }, { port, protocol: 'TCP' }))
      return { refusal: 'timeout' };
    if (!target || isDown(lister.get('nodes', undefined, target['spec'].nodeName))) return { refusal: 'unreachable' };
    return open(target, port);
  };
  const toFrontend = (frontend: Frontend, from: End = own): Connection | Promise<Connection> => {
    // Without such a port nothing answers: the rules of kube-proxy do not match.
    if (!frontend.port) return { refusal: 'timeout' };
    const targets = targetsOf(lister, frontend, pod['spec'].nodeName);
    if (targets.length === 0) return { refusal: 'refused' };
    const isSticky = frontend.service['spec'].sessionAffinity === 'ClientIP';
    const chosen = targets[isSticky ? stableIndex(from.ip, targets.length) : Math.floor(random() * targets.length)]!;
    return toAddress(chosen.address, chosen.port, from);
  };
  const toIngress = async (port: number): Promise<Connection> => {
    const isSecure = INGRESS_PORTS[port];
    const away = { ip: INGRESS_ADDRESS };
    if (!isAllowed(lister, own, away, { port, protocol: 'TCP' })) return { refusal: 'timeout' };
    if (isSecure === undefined) return { refusal: 'timeout' };
    const { ingressConnection } = await import('../../../network/ingress-proxy.ts');
    const reach = async (service: KubeObject, number: number) => {
      const { ports = [] } = service['spec'] as { ports?: { port: number; name?: string }[] };
      const link = await toFrontend(
        { service, port: ports.find((one) => one.port === number), isExternal: false },
        away,
      );
      return 'refusal' in link ? undefined : link.stream;
    };
    return { stream: ingressConnection(lister, reach, own.ip, isSecure), address: INGRESS_ADDRESS };
  };
  /** The DNS server is reached as everything else is. */
  const reachesNames = (): boolean => {
    const servers = lister
      .list<KubeObject>('pods', 'kube-system')
      .filter((one) => one.metadata.labels?.['k8s-app'] === 'kube-dns' && one['status']?.podIP);
    if (servers.length === 0) return true;
    const target = { port: 53, protocol: 'UDP' };
    return servers.some((one) => isAllowed(lister, own, { ip: one['status'].podIP, pod: one }, target));
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
      const alias = ((pod['spec'].hostAliases ?? []) as { ip: string; hostnames?: string[] }[]).find(({ hostnames }) =>
        hostnames?.includes(bare),
      );
      if (alias) return { name: bare, addresses: [alias.ip] };
      if (!reachesNames()) return undefined;
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
        const behind = { ip: API_ADDRESS };
        if (!isAllowed(lister, own, behind, { port: 6443, protocol: 'TCP' })) return { refusal: 'timeout' };
        const access = api?.();
        if (!access) return { refusal: 'refused' };
        const { connect } = await import('node:net');
        return { stream: connect(access.port, '127.0.0.1'), address };
      }
      if (address.startsWith('127.') || address === own.ip) return open(pod, port);
      if (address === INGRESS_ADDRESS) return toIngress(port);
      const frontend = frontendAt(lister, address, port);
      return frontend ? toFrontend(frontend) : toAddress(address, port);
    },
  };
}

/** The same end for the same client, as long as there are as many. */
const stableIndex = (text: string, count: number): number =>
  [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7) % count;
