import type { KubeObject } from '../../api/meta.ts';
import { claimsOf } from '../../api/scheduling/claims.ts';
import { shortagesOn, wantedOf } from '../../api/scheduling/filters/resources.ts';
import { countedBy, type SpreadConstraint } from '../../api/scheduling/filters/topology-spread.ts';
import { matchesNode } from '../../api/scheduling/node-affinity.ts';
import { NodeInfo } from '../../api/scheduling/node-info.ts';
import { hostPortsOf, portsClash, requestsOf } from '../../api/scheduling/pod-resources.ts';
import { termMatcher, termsOf } from '../../api/scheduling/pod-terms.ts';
import type { ObjectSource } from '../../api/scheduling/source.ts';
import { FORBIDDING, untolerated } from '../../api/scheduling/taints.ts';
import { jsonEqual } from '../registry/equal.ts';

/** What happened in the cluster, as far as it may open a place for somebody. */
export type Happening =
  | { kind: 'node'; node: KubeObject; previous: KubeObject | undefined }
  | { kind: 'node-gone' }
  /** A pod was placed, changed its labels, or left its place. */
  | { kind: 'pod-placed' | 'pod-labels' | 'pod-gone' | 'pod-shrunk'; pod: KubeObject }
  | { kind: 'volumes' }
  | { kind: 'devices' };

type Hint = (pod: KubeObject, happening: Happening, source: ObjectSource) => boolean;

const labelsChanged = (node: KubeObject, previous: KubeObject | undefined): boolean =>
  !previous || !jsonEqual(node.metadata.labels, previous.metadata.labels);

/** True where `test` holds of the node and did not before. */
const becomes = (happening: Happening, test: (node: KubeObject) => boolean): boolean =>
  happening.kind === 'node' && test(happening.node) && !(happening.previous && test(happening.previous));

const fitsWhenEmpty = (pod: KubeObject, node: KubeObject): boolean =>
  !shortagesOn(new NodeInfo(node), wantedOf(requestsOf(pod)));

/** Does any of the pod's wishes about neighbours, or of the neighbour about it, speak of the other? */
function concerns(pod: KubeObject, other: KubeObject, source: ObjectSource): boolean {
  const speaksOf = (one: KubeObject, whom: KubeObject): boolean => {
    const terms = termsOf(one);
    return [...(terms?.attract ?? []), ...(terms?.repel ?? [])].some((term) => {
      const matcher = termMatcher(term, one.metadata.namespace!, one.metadata.labels ?? {});
      return matcher.inNamespace(whom.metadata.namespace!, source) && matcher.selector.matches(whom.metadata.labels);
    });
  };
  return speaksOf(pod, other) || speaksOf(other, pod);
}

/**
 * Which happenings may help a pod that a plugin refused (the plugins' EventsToRegister and queueing hints). A pod that
 * several refused is tried when any of them thinks so.
 */
const hints: Readonly<Record<string, Hint>> = {
  NodeUnschedulable: (_pod, happening) => becomes(happening, (node) => !node['spec']?.unschedulable),
  NodeName: (_pod, happening) => happening.kind === 'node' && !happening.previous,
  TaintToleration: (pod, happening) =>
    becomes(happening, (node) => !untolerated(node['spec']?.taints, pod['spec'].tolerations, FORBIDDING)),
  NodeAffinity: (pod, happening) => becomes(happening, (node) => matchesNode(pod['spec'], node)),
  NodePorts(pod, happening) {
    if (happening.kind === 'node') return !happening.previous;
    if (happening.kind !== 'pod-gone') return false;
    const wanted = hostPortsOf(pod);
    return hostPortsOf(happening.pod).some((port) => wanted.some((one) => portsClash(one, port)));
  },
  NodeResourcesFit(pod, happening) {
    if (happening.kind === 'node') {
      const { node, previous } = happening;
      if (previous && jsonEqual(node['status']?.allocatable, previous['status']?.allocatable)) return false;
      return fitsWhenEmpty(pod, node);
    }
    // One that goes frees at least its place among the pods of its node.
    return happening.kind === 'pod-gone' || happening.kind === 'pod-shrunk';
  },
  VolumeRestrictions(pod, happening, source) {
    if (happening.kind === 'volumes') return true;
    if (happening.kind !== 'pod-gone') return false;
    const freed = new Set(claimsOf(happening.pod, source).map(({ name }) => name));
    const hasDisks = (happening.pod['spec'].volumes ?? []).length > 0;
    const isSameNamespace = happening.pod.metadata.namespace === pod.metadata.namespace;
    return (
      hasDisks && (!isSameNamespace || freed.size === 0 || claimsOf(pod, source).some(({ name }) => freed.has(name)))
    );
  },
  NodeVolumeLimits: (_pod, happening, source) =>
    happening.kind === 'volumes' ||
    (happening.kind === 'node' && !happening.previous) ||
    (happening.kind === 'pod-gone' && claimsOf(happening.pod, source).length > 0),
  VolumeBinding: (_pod, happening) =>
    happening.kind === 'volumes' || (happening.kind === 'node' && labelsChanged(happening.node, happening.previous)),
  VolumeZone: (_pod, happening) =>
    happening.kind === 'volumes' || (happening.kind === 'node' && labelsChanged(happening.node, happening.previous)),
  PodTopologySpread(pod, happening) {
    if (happening.kind === 'node-gone') return true;
    if (happening.kind === 'node') {
      const { node, previous } = happening;
      return labelsChanged(node, previous) || !jsonEqual(node['spec']?.taints, previous?.['spec']?.taints);
    }
    if (happening.kind === 'pod-labels') return happening.pod.metadata.namespace === pod.metadata.namespace;
    if (happening.kind !== 'pod-gone' && happening.kind !== 'pod-placed') return false;
    const { namespace, labels } = happening.pod.metadata;
    const constraints: SpreadConstraint[] = pod['spec'].topologySpreadConstraints ?? [];
    return (
      namespace === pod.metadata.namespace &&
      constraints.some((constraint) => countedBy(constraint, pod).matches(labels))
    );
  },
  InterPodAffinity(pod, happening, source) {
    if (happening.kind === 'node') return labelsChanged(happening.node, happening.previous);
    if (happening.kind === 'pod-labels') return true;
    if (happening.kind !== 'pod-gone' && happening.kind !== 'pod-placed') return false;
    return concerns(pod, happening.pod, source);
  },
  NodeDeclaredFeatures: (_pod, happening) =>
    happening.kind === 'node' &&
    !(
      happening.previous &&
      jsonEqual(happening.node['status']?.declaredFeatures, happening.previous['status']?.declaredFeatures)
    ),
  DynamicResources: (_pod, happening) =>
    happening.kind === 'devices' || (happening.kind === 'node' && labelsChanged(happening.node, happening.previous)),
};

/** May what happened help a pod that these plugins refused? */
export function mayHelp(
  plugins: ReadonlySet<string>,
  pod: KubeObject,
  happening: Happening,
  source: ObjectSource,
): boolean {
  if (plugins.size === 0) return true;
  for (const plugin of plugins) if (hints[plugin]?.(pod, happening, source)) return true;
  return false;
}

/** Who may think otherwise of a pod whose own spec changed (tolerations, smaller requests), or its labels. */
const OF_SPEC = ['NodeResourcesFit', 'TaintToleration', 'NodeUnschedulable', 'NodeAffinity', 'DynamicResources'];
const OF_LABELS = ['PodTopologySpread', 'InterPodAffinity'];

/** May the change of a waiting pod help it, given the plugins that refused it? */
export const mayHelpItself = (plugins: ReadonlySet<string>, hasSpec: boolean, hasLabels: boolean): boolean =>
  (hasSpec && (plugins.size === 0 || OF_SPEC.some((plugin) => plugins.has(plugin)))) ||
  (hasLabels && OF_LABELS.some((plugin) => plugins.has(plugin)));
