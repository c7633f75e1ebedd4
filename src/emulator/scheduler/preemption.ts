import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { Lister } from '../client.ts';
import { filterNode, type Wish } from './filters.ts';
import { NodeInfo } from './node-cache.ts';

export interface Preemption {
  node: string;
  victims: KubeObject[];
}

interface Candidate extends Preemption {
  /** Smaller is better, compared in order (kubernetes pickOneNodeForPreemption). */
  cost: number[];
}

const priorityOf = (pod: KubeObject): number => pod['spec'].priority ?? 0;
const startOf = (pod: KubeObject): number =>
  Date.parse(pod['status']?.startTime ?? pod.metadata.creationTimestamp ?? '');

/**
 * Which less important pods would have to go, and from where, so that a pod finds its place: as few and
 * as unimportant ones as possible, and none that a disruption budget protects where that can be had
 * (kubernetes plugin DefaultPreemption). Undefined where nothing helps, or where room is being made already.
 */
export function findVictims(wish: Wish, nodes: Iterable<NodeInfo>, lister: Lister): Preemption | undefined {
  const { pod } = wish;
  if (pod['spec'].preemptionPolicy === 'Never') return undefined;
  const perNode = Map.groupBy(
    lister
      .list<KubeObject>('pods')
      .filter((one) => one['spec'].nodeName && !['Failed', 'Succeeded'].includes(one['status']?.phase)),
    (one): string => one['spec'].nodeName,
  );
  const isLess = (one: KubeObject) => priorityOf(one) < priorityOf(pod);
  const nominated: string | undefined = pod['status']?.nominatedNodeName;
  if (nominated && perNode.get(nominated)?.some((one) => one.metadata.deletionTimestamp && isLess(one)))
    return undefined;
  const candidates: Candidate[] = [];
  for (const info of nodes) {
    const candidate = onNode(wish, info, perNode.get(info.node.metadata.name!) ?? [], lister);
    if (candidate) candidates.push(candidate);
  }
  return candidates.sort(byCost)[0];
}

function byCost(a: Candidate, b: Candidate): number {
  const at = a.cost.findIndex((cost, index) => cost !== b.cost[index]);
  return at < 0 ? 0 : a.cost[at]! - b.cost[at]!;
}

function onNode(wish: Wish, info: NodeInfo, pods: readonly KubeObject[], lister: Lister): Candidate | undefined {
  // Neighbours are counted as they are: who is unwelcome stays so until they have gone.
  if (!filterNode(wish, info) || wish.relations?.check(info)) return undefined;
  const alone = { ...wish, relations: undefined };
  const lesser = pods.filter((one) => priorityOf(one) < priorityOf(wish.pod));
  if (lesser.length === 0) return undefined;
  const room = new NodeInfo(info.node);
  for (const one of pods) if (!lesser.includes(one)) room.place(one);
  if (filterNode(alone, room)) return undefined;
  const violating = violations(lesser, lister);
  // The protected, and then the important ones, are the first that may stay.
  const order = [...lesser].sort(
    (a, b) =>
      Number(violating.has(b)) - Number(violating.has(a)) || priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b),
  );
  const victims: KubeObject[] = [];
  for (const one of order) {
    room.place(one);
    if (!filterNode(alone, room)) continue;
    room.remove(one.metadata.uid!);
    victims.push(one);
  }
  if (victims.length === 0) return undefined;
  const highest = Math.max(...victims.map(priorityOf));
  const earliest = Math.min(...victims.filter((one) => priorityOf(one) === highest).map(startOf));
  return {
    node: info.node.metadata.name!,
    victims,
    cost: [
      victims.filter((one) => violating.has(one)).length,
      highest,
      victims.reduce((sum, one) => sum + priorityOf(one) + 2 ** 31, 0),
      victims.length,
      -earliest,
    ],
  };
}

/** Those whose going would break a disruption budget. */
function violations(pods: readonly KubeObject[], lister: Lister): Set<KubeObject> {
  const broken = new Set<KubeObject>();
  const budgets = lister.list<KubeObject>('poddisruptionbudgets.policy').map((budget) => ({
    namespace: budget.metadata.namespace,
    selector: budget['spec'].selector && selectorOf(budget['spec'].selector),
    left: (budget['status']?.disruptionsAllowed ?? 0) as number,
  }));
  for (const pod of [...pods].sort((a, b) => priorityOf(b) - priorityOf(a))) {
    for (const budget of budgets) {
      if (budget.namespace !== pod.metadata.namespace || !budget.selector?.matches(pod.metadata.labels ?? {})) continue;
      if (--budget.left < 0) broken.add(pod);
    }
  }
  return broken;
}
