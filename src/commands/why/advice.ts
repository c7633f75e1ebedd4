import type { NodeVerdict, PodVerdicts } from '../../api/scheduling/verdicts.ts';

/** What would open a place, by the plugin that says no most. */
const advice: Readonly<Record<string, string>> = {
  NodeResourcesFit: 'ask for less, make room (scale something down), or add a node that is large enough',
  TaintToleration: 'add a toleration for the taint, or take the taint off: kctl taint nodes NODE KEY-',
  NodeUnschedulable: 'let the node take pods again: kctl uncordon NODE',
  NodeAffinity: "correct the pod's nodeSelector or affinity, or label a node: kctl label nodes NODE KEY=VALUE",
  NodePorts: 'use another host port, or none (a Service needs none)',
  PodTopologySpread: 'add nodes in the empty domains, raise maxSkew, or use whenUnsatisfiable: ScheduleAnyway',
  InterPodAffinity: 'add nodes, or prefer (preferredDuringScheduling…) where the affinity is required',
  VolumeBinding: 'see the claims below: kctl describe pvc',
  VolumeZone: "add a node in the volume's zone",
  NodeVolumeLimits: 'add a node, or use fewer volumes',
  VolumeRestrictions: 'end the pod that uses the volume',
  DynamicResources: 'see the resource claims: kctl get resourceclaims',
};

/** For each thing that is in the way: how many nodes it closes, and how many it closes alone. */
export function adviceFor({ nodes }: PodVerdicts): string[] {
  const closed = nodes.filter(({ fits }) => !fits);
  const only = (plugin: string) => closed.filter(({ plugins }) => plugins.length === 1 && plugins[0] === plugin).length;
  const plugins = [...new Set(closed.flatMap((node: NodeVerdict) => node.plugins))];
  const ranked = plugins
    .map((plugin) => ({
      plugin,
      alone: only(plugin),
      all: closed.filter((node) => node.plugins.includes(plugin)).length,
    }))
    .sort((a, b) => b.alone - a.alone || b.all - a.all);
  const useful = ranked.some(({ alone }) => alone > 0) ? ranked.filter(({ alone }) => alone > 0) : ranked;
  return useful.slice(0, 3).flatMap(({ plugin, alone }) => {
    const text = advice[plugin];
    if (!text) return [];
    return alone > 0
      ? `${text} (all that is in the way of ${alone} node${alone === 1 ? '' : 's'})`
      : `${text}, and more is in the way`;
  });
}
