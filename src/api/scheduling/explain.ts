import type { KubeObject } from '../meta.ts';
import { claimsOf, isBound, openClaimsOf, SELECTED_NODE } from './claims.ts';
import type { ClusterState } from './cluster-state.ts';
import { missingFeatures } from './filters/features.ts';
import { neighboursOf, selfOf } from './filters/inter-pod-affinity.ts';
import { shortagesOn, wantedOf } from './filters/resources.ts';
import { labelOf, spreadsOf } from './filters/topology-spread.ts';
import { type NodeSelectorTerm, requiredTerms, unmetOf } from './node-affinity.ts';
import type { NodeInfo } from './node-info.ts';
import { hostPortsOf, requestsOf } from './pod-resources.ts';
import { termMatcher, termsOf } from './pod-terms.ts';
import { type ObjectSource, VOLUMES } from './source.ts';
import { FORBIDDING, type Taint, untolerated } from './taints.ts';

export interface Explaining {
  pod: KubeObject;
  info: NodeInfo;
  state: ClusterState;
  source: ObjectSource;
}

const KIB = 1024;
const SIZES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** `1.5` cores, `512Mi`, `3`: what a person writes in a manifest. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  const isBytes = ['memory', 'ephemeral-storage', 'storage'].includes(resource) || resource.startsWith('hugepages-');
  if (!isBytes || Math.abs(amount) < KIB) return String(amount);
  let value = amount;
  let step = -1;
  while (Math.abs(value) >= KIB && step < SIZES.length - 1) {
    value /= KIB;
    step++;
  }
  return `${Math.round(value * 10) / 10}${SIZES[step]}`;
}

const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;

const podName = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

function requirementText({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  const signs: Readonly<Record<string, string>> = { Gt: '>', Lt: '<' };
  if (signs[operator]) return `${key}${signs[operator]}${values[0]}`;
  if (values.length === 1) return `${key}${operator === 'In' ? '=' : '!='}${values[0]}`;
  return `${key} ${operator === 'In' ? 'in' : 'not in'} (${values.join(', ')})`;
}

function affinityText({ pod, info }: Explaining): string {
  const { node } = info;
  const has = (key: string): string => {
    const value = key === 'metadata.name' ? info.name : node.metadata.labels?.[key];
    return value === undefined ? 'the node has no such label' : `the node has ${value}`;
  };
  const missing = Object.entries((pod['spec'].nodeSelector ?? {}) as Record<string, string>)
    .filter(([key, value]) => node.metadata.labels?.[key] !== value)
    .map(([key, value]) => `wants ${key}=${value}, ${has(key)}`);
  const terms = requiredTerms(pod['spec']) ?? [];
  const unmet = (term: NodeSelectorTerm) =>
    [...unmetOf(term, node)].map((one) => `wants ${requirementText(one)}, ${has(one.key)}`);
  const perTerm = terms.map(unmet);
  // One term is enough: the nearest is shown.
  const nearest = perTerm.some((one) => one.length === 0) ? [] : perTerm.toSorted((a, b) => a.length - b.length)[0];
  const others = terms.length > 1 ? ` (the nearest of ${terms.length} alternatives)` : '';
  return [...missing, ...(nearest ?? []).map((text) => text + others)].join('; ') || 'no term of its affinity holds';
}

function spreadText({ pod, info, state }: Explaining): string {
  for (const spread of spreadsOf(pod, state)) {
    const { topologyKey, maxSkew, minDomains } = spread.constraint;
    const skew = spread.skew(info);
    if (skew === undefined) return `the node has no label ${topologyKey}, which pods are spread by`;
    if (skew <= maxSkew) continue;
    const domain = labelOf(info, topologyKey)!;
    const few =
      minDomains && spread.domains.size < minDomains ? ` (${spread.domains.size} of ${minDomains} domains)` : '';
    return `${topologyKey}=${domain} has ${spread.domains.get(domain) ?? 0} of its pods, the emptiest ${spread.fewest()}${few}: one more makes a skew of ${skew}, allowed ${maxSkew}`;
  }
  return 'pods would be spread too unevenly';
}

function neighbourText({ pod, info, state, source }: Explaining): string {
  const self = selfOf(pod);
  const own = termsOf(pod);
  const selected = (term: Parameters<typeof termMatcher>[0]) =>
    termMatcher(term, self.namespace, self.labels).selector.toString() || 'everything';
  for (const term of own?.attract ?? []) {
    const near = neighboursOf(term, self, state, source).near(info);
    if (near === undefined) return `the node has no label ${term.topologyKey}, which its affinity goes by`;
    if (near === 0)
      return `wants to be with pods ${selected(term)}; none in ${term.topologyKey}=${labelOf(info, term.topologyKey)}`;
  }
  for (const term of own?.repel ?? []) {
    const near = neighboursOf(term, self, state, source).near(info) ?? 0;
    if (near > 0)
      return `stays away from pods ${selected(term)}; ${near} in ${term.topologyKey}=${labelOf(info, term.topologyKey)}`;
  }
  for (const { matcher, byNode } of state.terms.of('repel')) {
    if (!matcher.inNamespace(self.namespace, source) || !matcher.selector.matches(self.labels)) continue;
    const domain = labelOf(info, matcher.topologyKey);
    for (const [other] of byNode) {
      if (domain === undefined || labelOf(other, matcher.topologyKey) !== domain) continue;
      const owner = [...other.pods()].find(({ terms }) => terms.some((one) => one.matcher.id === matcher.id));
      return `${owner ? podName(owner.pod) : 'a pod there'} keeps such pods away from ${matcher.topologyKey}=${domain}`;
    }
  }
  return 'its affinity to other pods does not hold';
}

function volumeText({ pod, source }: Explaining): string {
  const parts: string[] = [];
  for (const { name, claim } of claimsOf(pod, source)) {
    if (!claim) parts.push(`claim ${name} does not exist`);
    else if (isBound(claim)) {
      const volume = source.get(VOLUMES, undefined, claim['spec'].volumeName);
      const terms: NodeSelectorTerm[] = volume?.['spec'].nodeAffinity?.required?.nodeSelectorTerms ?? [];
      const where = terms.map((term) => (term.matchExpressions ?? []).map(requirementText).join(' and ')).join(' or ');
      if (!volume) parts.push(`volume ${claim['spec'].volumeName} of claim ${name} does not exist`);
      else if (where) parts.push(`volume ${volume.metadata.name} of claim ${name} is to be had on ${where} only`);
    }
  }
  for (const claim of openClaimsOf(pod, source)) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    parts.push(
      selected
        ? `the volume of claim ${claim.metadata.name} is being made for node ${selected}`
        : `no volume for claim ${claim.metadata.name} (class ${claim['spec'].storageClassName}) can be had or made here`,
    );
  }
  return parts.join('; ') || 'a volume of the pod is not to be had here';
}

interface Explanation {
  /** One or two words. */
  verdict: string;
  text(asked: Explaining): string;
}

/** What each plugin's no means, in words that say what is wanted and what there is. */
const explanations: Readonly<Record<string, Explanation>> = {
  NodeUnschedulable: { verdict: 'cordoned', text: () => 'takes no new pods (spec.unschedulable)' },
  NodeName: { verdict: 'other node', text: ({ pod }) => `the pod asks for node ${pod['spec'].nodeName}` },
  TaintToleration: {
    verdict: 'tainted',
    text({ pod, info }) {
      const taints = ((info.node['spec']?.taints ?? []) as Taint[]).filter((taint) =>
        untolerated([taint], pod['spec'].tolerations, FORBIDDING),
      );
      return `does not tolerate ${taints.map(taintText).join(', ')}`;
    },
  },
  NodeAffinity: { verdict: 'no match', text: affinityText },
  NodePorts: {
    verdict: 'port taken',
    text({ pod, info }) {
      const taken = hostPortsOf(pod).flatMap((port) => {
        const holder = info.clash(port);
        return holder ? [`host port ${port.port}/${port.protocol} is held by ${podName(holder.pod)}`] : [];
      });
      return taken.join('; ');
    },
  },
  NodeResourcesFit: {
    verdict: 'no room',
    text({ pod, info }) {
      const short = shortagesOn(info, wantedOf(requestsOf(pod))) ?? [];
      return short
        .map(({ resource, requested, used, capacity }) => {
          const [wanted, free, all] = [requested, Math.max(capacity - used, 0), capacity].map((amount) =>
            amountText(resource, amount),
          );
          return resource === 'pods'
            ? `pods: ${used} of ${all} are there`
            : `${resource}: wants ${wanted}, ${free} of ${all} free`;
        })
        .join('; ');
    },
  },
  VolumeRestrictions: {
    verdict: 'volume',
    text: () => 'a volume of the pod is in use by another pod, and may only be used by one',
  },
  NodeVolumeLimits: { verdict: 'volume', text: () => 'has as many volumes attached as its driver allows' },
  VolumeBinding: { verdict: 'volume', text: volumeText },
  VolumeZone: { verdict: 'volume', text: () => "is in another zone than the label of the pod's volume says" },
  PodTopologySpread: { verdict: 'spread', text: spreadText },
  InterPodAffinity: { verdict: 'neighbours', text: neighbourText },
  NodeDeclaredFeatures: {
    verdict: 'features',
    text: ({ pod, info }) => `its kubelet does not offer ${missingFeatures(pod, info.node).join(', ')}`,
  },
  DynamicResources: {
    verdict: 'devices',
    text: () => 'a device claim of the pod is not allocated, or not for this node',
  },
};

export interface Explained {
  verdict: string;
  detail: string;
}

/** Says of one plugin's refusal what is wanted and what there is. */
export function explain(plugin: string, isResolvable: boolean, asked: Explaining): Explained {
  const known = explanations[plugin];
  if (!known) return { verdict: 'no', detail: plugin };
  const isTooSmall = plugin === 'NodeResourcesFit' && !isResolvable;
  return { verdict: isTooSmall ? 'too small' : known.verdict, detail: known.text(asked) };
}
