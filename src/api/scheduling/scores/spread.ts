import { type Selector, selectorOf } from '../../../lib/label-selector.ts';
import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import { countedBy, includesNode, labelOf, type SpreadConstraint } from '../filters/topology-spread.ts';
import type { NodeInfo } from '../node-info.ts';
import type { ObjectSource } from '../source.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** What holds of pods that say nothing about spreading (kubernetes plugin PodTopologySpread, system defaults). */
const DEFAULTS: readonly SpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

const OWNERS: Readonly<Record<string, string>> = {
  'v1 ReplicationController': 'replicationcontrollers',
  'apps/v1 ReplicaSet': 'replicasets.apps',
  'apps/v1 StatefulSet': 'statefulsets.apps',
};

/** The pods that belong with this one: those of its services and of its controller (plugins/helper/spread.go). */
function siblings(pod: KubeObject, source: ObjectSource): Selector | undefined {
  const { namespace, labels = {} } = pod.metadata;
  const matchLabels: Record<string, string> = {};
  for (const service of source.list('services', namespace)) {
    const selector: Record<string, string> = service['spec']?.selector ?? {};
    const keys = Object.keys(selector);
    if (keys.length > 0 && keys.every((key) => labels[key] === selector[key])) Object.assign(matchLabels, selector);
  }
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  const resource = owner && OWNERS[`${owner.apiVersion} ${owner.kind}`];
  const found = resource ? source.get(resource, namespace, owner.name)?.['spec'].selector : undefined;
  const isPlain = owner?.kind === 'ReplicationController';
  if (isPlain) Object.assign(matchLabels, found);
  const own = isPlain || !found ? {} : found;
  const expressions = Object.entries((own.matchLabels ?? {}) as Record<string, string>).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const matchExpressions = [...expressions, ...(own.matchExpressions ?? [])];
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) return undefined;
  return selectorOf({ matchLabels, matchExpressions });
}

export interface SpreadScore {
  /** Undefined: the node lacks a label and gets nothing. */
  of(info: NodeInfo): number | undefined;
}

/** The fewer of a pod's like are near, the better. `fitting` are the nodes that are compared. */
export function spreadScore(
  pod: KubeObject,
  fitting: readonly NodeInfo[],
  state: ClusterState,
  source: ObjectSource,
): SpreadScore | undefined {
  const written: SpreadConstraint[] = pod['spec'].topologySpreadConstraints ?? [];
  const isDefault = written.length === 0;
  const constraints = isDefault ? DEFAULTS : written.filter((one) => one.whenUnsatisfiable === 'ScheduleAnyway');
  const selector = isDefault ? siblings(pod, source) : undefined;
  if (constraints.length === 0 || (isDefault && !selector)) return undefined;
  const hasAll = (info: NodeInfo): boolean =>
    isDefault || constraints.every(({ topologyKey }) => labelOf(info, topologyKey) !== undefined);
  const compared = fitting.filter(hasAll);
  const parts = constraints.map((constraint) => {
    const counted = selector ?? countedBy(constraint, pod);
    const counts =
      counted.requirements.length === 0
        ? new Map<NodeInfo, number>()
        : state.tally(pod.metadata.namespace!, counted).staying;
    const key = constraint.topologyKey;
    if (key === HOSTNAME) return { constraint, counts, domains: undefined, size: compared.length };
    const domains = new Map<string | undefined, number>(compared.map((info) => [labelOf(info, key), 0]));
    for (const [info, count] of counts) {
      const domain = labelOf(info, key);
      const before = domains.get(domain);
      if (before !== undefined && hasAll(info) && includesNode(constraint, pod, info.node))
        domains.set(domain, before + count);
    }
    return { constraint, counts, domains, size: domains.size };
  });
  const weighted = parts.map((part) => ({ ...part, weight: Math.log(part.size + 2) }));
  return {
    of(info) {
      if (!hasAll(info)) return undefined;
      let sum = 0;
      for (const { constraint, counts, domains, weight } of weighted) {
        const domain = labelOf(info, constraint.topologyKey);
        if (domain === undefined) continue;
        const count = (domains ? domains.get(domain) : counts.get(info)) ?? 0;
        sum += count * weight + (constraint.maxSkew - 1);
      }
      return Math.round(sum);
    },
  };
}
