import type { KubeObject } from '../../../api/meta.ts';
import { matchesNode } from '../../../api/scheduling/node-affinity.ts';
import { untolerated } from '../../../api/scheduling/taints.ts';
import { type ControlContext, keyOf } from '../controller.ts';
import { intOrPercent } from '../int-or-percent.ts';
import { isReady, isTerminating, untilAvailable } from '../pods.ts';
import type { FailureDelays } from './failure-delays.ts';
import { byAge, COMPONENT, daemonTolerations, isUpdated } from './pods.ts';

/** What one look at a DaemonSet works with. */
export interface Look {
  context: ControlContext;
  set: KubeObject;
  /** Of the present template. */
  hash: string;
  perNode: Map<string, KubeObject[]>;
  nodes: readonly { name: string; mayStart: boolean; mayStay: boolean }[];
  delays: FailureDelays;
}

/** What is to be done, and when a failed pod that was left may go (ms). */
export interface Plan {
  /** Names of nodes that get a pod. */
  create: string[];
  remove: KubeObject[];
  again?: number | undefined;
}

/** Where the set's pods may start, and where one that is there may stay: a NoSchedule taint only keeps new ones away. */
export function judgeNodes(context: ControlContext, set: KubeObject): Look['nodes'] {
  const { spec } = set['spec'].template;
  const tolerations = daemonTolerations(set);
  return context.lister.list<KubeObject>('nodes').map((node) => {
    const name = node.metadata.name!;
    const isChosen = (!spec.nodeName || spec.nodeName === name) && matchesNode(spec, node);
    const repels = (...effects: string[]): boolean =>
      untolerated(node['spec']?.taints, tolerations, effects) !== undefined;
    return {
      name,
      mayStart: isChosen && !repels('NoSchedule', 'NoExecute'),
      mayStay: isChosen && !repels('NoExecute'),
    };
  });
}

/** How many of `nodes` may run the new pod beside the old one; 0: the old one goes first. */
export function surgeOf(set: KubeObject, nodes: number): number {
  const { type, rollingUpdate } = set['spec'].updateStrategy ?? {};
  return type === 'OnDelete' ? 0 : intOrPercent(rollingUpdate?.maxSurge ?? 0, nodes, 'up');
}

export const isUp = ({ set, context }: Look, pod: KubeObject): boolean =>
  untilAvailable(pod, set['spec'].minReadySeconds ?? 0, context.clock.now()) === 0;

/** Nodes without a pod that want one, pods where none may stay, doubles, and what has finished (kubernetes podsShouldBeOnNode). */
export function place(look: Look): Plan {
  const plan: Plan = { create: [], remove: [] };
  for (const { name, mayStart, mayStay } of look.nodes) {
    const pods = look.perNode.get(name);
    if (!pods) {
      if (mayStart) plan.create.push(name);
      continue;
    }
    const living = pods.filter((pod) => !isTerminating(pod));
    if (!mayStay) {
      plan.remove.push(...living);
      continue;
    }
    const running = living.filter((pod) => !isDone(look, name, pod, plan));
    if (surgeOf(look.set, 1) === 0) plan.remove.push(...byAge(running).slice(1));
    else if (running.length === 0 && mayStart) plan.create.push(name);
    else plan.remove.push(...surplus(look, running));
  }
  const known = new Set(look.nodes.map(({ name }) => name));
  // Nobody collects a pod that waits for a node which will not come; a bound one is the pod collector's.
  for (const [name, pods] of look.perNode) {
    if (!known.has(name)) plan.remove.push(...pods.filter((pod) => !pod['spec'].nodeName && !isTerminating(pod)));
  }
  return plan;
}

/** Takes finished pods away; one that failed only after a delay that doubles, as its node may refuse every one. */
function isDone(look: Look, node: string, pod: KubeObject, plan: Plan): boolean {
  const { context, set, delays } = look;
  if (pod['status']?.phase === 'Failed') {
    const wait = delays.untilNext(set, node, context.clock.now());
    if (wait > 0) {
      plan.again = Math.min(plan.again ?? wait, wait);
      return true;
    }
    delays.failed(set, node, context.clock.now());
    const message = `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`;
    context.recorder.record(set, { type: 'Warning', reason: 'FailedDaemonPod', message, component: COMPONENT });
  } else if (pod['status']?.phase === 'Succeeded') {
    const message = `Found succeeded daemon pod ${keyOf(pod)} on node ${node}, will try to delete it`;
    context.recorder.record(set, { type: 'Normal', reason: 'SucceededDaemonPod', message, component: COMPONENT });
  } else return false;
  plan.remove.push(pod);
  return true;
}

/** In a roll that goes ahead, an old and a new pod share the node while the old one serves and the new one does not yet. */
function surplus(look: Look, running: readonly KubeObject[]): KubeObject[] {
  if (running.length <= 1) return [];
  const aged = byAge(running);
  const fresh = aged.find((pod) => isUpdated(look.set, pod, look.hash));
  const old = aged.find((pod) => !isUpdated(look.set, pod, look.hash));
  const removed = aged.filter((pod) => pod !== fresh && pod !== old);
  if (fresh && old && (!isReady(old) || isUp(look, fresh))) removed.push(old);
  return removed;
}
