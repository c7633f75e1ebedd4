import ipaddr from 'ipaddr.js';
import type { KubeObject } from '../../api/meta.ts';
import { type LabelSelectorObject, selectorOf } from '../../lib/label-selector.ts';
import type { Lister } from '../client.ts';

const POLICIES = 'networkpolicies.networking.k8s.io';

/** One end of a connection. */
export interface End {
  ip: string;
  /** Undefined for what is no pod of the cluster. */
  pod?: KubeObject | undefined;
}

interface Peer {
  ipBlock?: { cidr: string; except?: string[] };
  podSelector?: LabelSelectorObject;
  namespaceSelector?: LabelSelectorObject;
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
}

type Direction = 'Ingress' | 'Egress';

interface Target {
  port: number;
  protocol: string;
}

/**
 * Whether NetworkPolicies let a connection through: pods that no policy selects reach and are reached by all, in all
 * namespaces; the others only by what one rule of one policy names (networking/v1 NetworkPolicySpec). Destinations are those
 * behind a service, not its address.
 */
export function isAllowed(lister: Lister, from: End, to: End, target: Target): boolean {
  // A pod reaches itself.
  if (from.ip === to.ip) return true;
  return passes(lister, 'Egress', from, to, to, target) && passes(lister, 'Ingress', to, from, to, target);
}

function passes(lister: Lister, direction: Direction, self: End, other: End, to: End, target: Target): boolean {
  const { pod } = self;
  // What uses its node's network is not told from the node.
  if (!pod || pod['spec'].hostNetwork) return true;
  const policies = lister
    .list<KubeObject>(POLICIES, pod.metadata.namespace)
    .filter(
      (policy) => covers(policy, direction) && selectorOf(policy['spec'].podSelector).matches(pod.metadata.labels),
    );
  if (policies.length === 0) return true;
  return policies.some(({ metadata: { namespace }, spec }) =>
    ((direction === 'Ingress' ? spec.ingress : spec.egress) ?? []).some((rule: Rule) => {
      const peers = (direction === 'Ingress' ? rule.from : rule.to) ?? [];
      const isPeer = peers.length === 0 || peers.some((peer) => isMeant(lister, peer, namespace!, other));
      return isPeer && isPort(rule, to, target);
    }),
  );
}

function covers({ spec }: KubeObject, direction: Direction): boolean {
  const types: string[] = spec.policyTypes ?? ['Ingress', ...(spec.egress ? ['Egress'] : [])];
  return types.includes(direction);
}

function isMeant(lister: Lister, peer: Peer, namespace: string, { ip, pod }: End): boolean {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    return isWithin(ip, cidr) && !except.some((part) => isWithin(ip, part));
  }
  if (!pod || pod['spec'].hostNetwork) return false;
  const home = pod.metadata.namespace!;
  if (peer.namespaceSelector) {
    const labels = lister.get<KubeObject>('namespaces', undefined, home)?.metadata.labels;
    if (!selectorOf(peer.namespaceSelector).matches(labels)) return false;
  } else if (home !== namespace) return false;
  return !peer.podSelector || selectorOf(peer.podSelector).matches(pod.metadata.labels);
}

function isWithin(ip: string, cidr: string): boolean {
  const address = ipaddr.process(ip);
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return address.kind() === network.kind() && address.match(network as never, bits);
}

function isPort({ ports = [] }: Rule, { pod }: End, { port, protocol }: Target): boolean {
  if (ports.length === 0) return true;
  return ports.some((wanted) => {
    if ((wanted.protocol ?? 'TCP') !== protocol) return false;
    if (wanted.port === undefined) return true;
    if (typeof wanted.port === 'number') return port >= wanted.port && port <= (wanted.endPort ?? wanted.port);
    return (pod?.['spec'].containers ?? []).some((container: { ports?: { name?: string; containerPort: number }[] }) =>
      container.ports?.some(({ name, containerPort }) => name === wanted.port && containerPort === port),
    );
  });
}
