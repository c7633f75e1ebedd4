import type { KubeObject } from '../../api/meta.ts';
import { matchesNode } from '../../api/scheduling/node-affinity.ts';
import type { NodeInfo } from '../../api/scheduling/node-info.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';

/** Why a node refuses a pod that was bound to it, in the kubelet's words (kubelet/lifecycle/predicate.go); undefined: it does not. */
export function admissionProblem(pod: KubeObject, room: NodeInfo): { reason: string; message: string } | undefined {
  if (!matchesNode(pod['spec'], room.node)) {
    const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
    return { reason: 'NodeAffinity', message };
  }
  const claims: [name: string, requested: number, used: number][] = [
    ['pods', 1, room.podCount],
    ...Object.entries(requestsOf(pod)).map(
      ([name, requested]) => [name, requested, room.requested[name] ?? 0] as [string, number, number],
    ),
  ];
  for (const [name, requested, used] of claims) {
    const capacity = room.allocatable[name] ?? (name === 'pods' ? 110 : 0);
    if (requested === 0 || used + requested <= capacity) continue;
    const message = `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: `OutOf${name}`, message };
  }
  return undefined;
}
