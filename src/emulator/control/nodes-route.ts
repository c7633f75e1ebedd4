import type { NodeSummary, NodesDone } from '../../api/control/nodes.ts';
import type { KubeObject } from '../../api/meta.ts';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import { badRequest, noSuchResource } from '../errors.ts';
import { isDown } from '../kubelet/node-facts.ts';
import type { ControlCall } from './call.ts';
import { handleOf } from './components-route.ts';
import { addNodes, nodeActions, nodesNamed } from './nodes.ts';

const ROLE = 'node-role.kubernetes.io/';

/** `GET nodes` */
export function listNodes(call: ControlCall): { nodes: NodeSummary[] } {
  const { lister } = handleOf(call).world;
  const pods = new Map<string, number>();
  for (const pod of lister.list<KubeObject>('pods')) {
    const node: string | undefined = pod['spec']?.nodeName;
    if (node) pods.set(node, (pods.get(node) ?? 0) + 1);
  }
  return { nodes: lister.list<KubeObject>('nodes').map((node) => summary(node, pods.get(node.metadata.name!) ?? 0)) };
}

function summary(node: KubeObject, pods: number): NodeSummary {
  const { name, labels = {} } = node.metadata;
  const ready = node['status']?.conditions?.find(({ type }: { type: string }) => type === 'Ready');
  const status = ready?.status === 'True' ? 'Ready' : 'NotReady';
  const { cpu, memory, pods: most } = node['status']?.capacity ?? {};
  return {
    name: name!,
    status: node['spec']?.unschedulable ? `${status},SchedulingDisabled` : status,
    roles: Object.keys(labels).flatMap((label) => (label.startsWith(ROLE) ? [label.slice(ROLE.length)] : [])),
    ...(labels['topology.kubernetes.io/zone'] ? { zone: labels['topology.kubernetes.io/zone'] } : {}),
    capacity: { cpu, memory, pods: most },
    pods,
    down: isDown(node),
  };
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isTextMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && isTextList(Object.values(value));

/** `POST nodes` with `{ count, name?, labels?, capacity?, taints?, zones? }`: `{ nodes: names }`. */
export async function postNodes(call: ControlCall): Promise<unknown> {
  const [action] = call.rest;
  if (action !== undefined) return act(call, action);
  const { count = 1, name, labels = {}, capacity = {}, taints = [], zones = [] } = call.body;
  if (typeof count !== 'number') throw badRequest('count must be a number');
  if (name !== undefined && typeof name !== 'string') throw badRequest('name must be a text');
  if (!isTextMap(labels) || !isTextMap(capacity)) throw badRequest('labels and capacity must be maps of texts');
  if (!isTextList(zones)) throw badRequest('zones must be a list of texts');
  if (!Array.isArray(taints) || !taints.every(isTextMap)) throw badRequest('taints must be a list of taints');
  const wanted = { count, name, labels, capacity, taints: taints as { key: string; effect: string }[], zones };
  return { nodes: await addNodes(handleOf(call).world, wanted) };
}

/** `POST nodes/<action>` with `{ names?, selector? }` and what the action needs. */
async function act(call: ControlCall, action: string): Promise<NodesDone> {
  const run = Object.hasOwn(nodeActions, action) ? nodeActions[action] : undefined;
  if (!run) throw noSuchResource();
  const { world } = handleOf(call);
  const done: NodesDone['nodes'] = [];
  for (const node of chosen(call)) {
    // What somebody else wrote meanwhile is looked at anew.
    const [current] = nodesNamed(world, [node.metadata.name!]);
    done.push({ name: node.metadata.name!, changed: await run(world, current!, call.body) });
  }
  return { nodes: done };
}

/** @throws ApiStatusError 400 */
function selectorOf(text: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function chosen(call: ControlCall): readonly KubeObject[] {
  const { names = [], selector } = call.body as { names?: unknown; selector?: unknown };
  const { world } = handleOf(call);
  if (!isTextList(names)) throw badRequest('names must be a list of nodes');
  if (typeof selector !== 'string') {
    if (names.length === 0) throw badRequest('name nodes, or select them by their labels');
    return nodesNamed(world, names);
  }
  const selects = selectorOf(selector);
  return world.lister.list<KubeObject>('nodes').filter((node) => selects.matches(node.metadata.labels ?? {}));
}
