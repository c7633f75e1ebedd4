import { MOST_NODES } from '../../api/control/nodes.ts';
import type { KubeObject } from '../../api/meta.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { ApiClient, Lister } from '../client.ts';
import { badRequest, notFound } from '../errors.ts';
import { DOWN, isDown, PULL_RATE, podRange, pullRateOf, rangeIndex, workerNode } from '../kubelet/node-facts.ts';

/** What acts on nodes: the API as an administrator uses it. */
export interface NodeWorld {
  client: ApiClient;
  lister: Lister;
}

export interface NewNodes {
  count: number;
  /** Of the node where there is one to make, else what names begin with. */
  name?: string | undefined;
  labels: Readonly<Record<string, string>>;
  /** Quantities by resource: `{ cpu: '4', memory: '8Gi', pods: '110' }`. */
  capacity: Readonly<Record<string, string>>;
  taints: readonly { key: string; value?: string; effect: string }[];
  /** The nodes are put into these in turn. */
  zones: readonly string[];
}

const PREFIX = 'kctl-worker';
const ZONE = 'topology.kubernetes.io/zone';

/** Adds nodes, and returns their names. @throws ApiStatusError 400, and what the API says of each */
export async function addNodes({ client, lister }: NodeWorld, wanted: NewNodes): Promise<string[]> {
  if (!Number.isInteger(wanted.count) || wanted.count < 1 || wanted.count > MOST_NODES) {
    throw badRequest(`the number of nodes must be between 1 and ${MOST_NODES}`);
  }
  for (const [resource, quantity] of Object.entries(wanted.capacity)) checkQuantity(resource, quantity);
  const present = lister.list('nodes');
  const names = newNames(present, wanted);
  const ranges = freeRanges(present);
  const made: string[] = [];
  for (const [at, name] of names.entries()) {
    const zone = wanted.zones[at % wanted.zones.length];
    const node = workerNode(name, { ...(zone ? { [ZONE]: zone } : {}), ...wanted.labels });
    const range = ranges.next().value as string;
    node['spec'] = {
      podCIDR: range,
      podCIDRs: [range],
      ...(wanted.taints.length > 0 ? { taints: wanted.taints } : {}),
    };
    if (Object.keys(wanted.capacity).length > 0) {
      node['status'] = { capacity: { ...DEFAULT_CAPACITY, ...wanted.capacity } };
    }
    await client.create('nodes', node);
    made.push(name);
  }
  return made;
}

const DEFAULT_CAPACITY = { cpu: '4', memory: '8137564Ki', pods: '110', 'ephemeral-storage': '61202244Ki' } as const;

function checkQuantity(resource: string, quantity: string): void {
  try {
    parseQuantity(quantity);
  } catch {
    throw badRequest(`${JSON.stringify(quantity)} is no quantity of ${resource}`);
  }
}

function newNames(present: readonly KubeObject[], { name, count }: NewNodes): string[] {
  if (name !== undefined && count === 1) return [name];
  const prefix = name ?? PREFIX;
  const taken = new Set(present.map(({ metadata }) => metadata.name));
  const names: string[] = [];
  for (let number = 1; names.length < count; number++) {
    if (!taken.has(`${prefix}-${number}`)) names.push(`${prefix}-${number}`);
  }
  return names;
}

/** Ranges for pods that no node has; looked for once, however many are wanted. */
function* freeRanges(present: readonly KubeObject[]): Generator<string, never> {
  const taken = new Set(present.flatMap(({ spec }) => (spec?.podCIDR ? [rangeIndex(spec.podCIDR)] : [])));
  for (let index = 0; ; index++) if (!taken.has(index)) yield podRange(index);
}

/** What is done to a node, with what was sent for it; true where that changed something. @throws ApiStatusError 400 */
type NodeAction = (world: NodeWorld, node: KubeObject, body: Readonly<Record<string, unknown>>) => Promise<boolean>;

const unschedulable =
  (on: boolean): NodeAction =>
  async ({ client }, node) => {
    if ((node['spec']?.unschedulable ?? false) === on) return false;
    const { unschedulable: _, ...spec } = node['spec'] ?? {};
    await client.update('nodes', { ...node, spec: on ? { ...spec, unschedulable: true } : spec });
    return true;
  };

const down =
  (on: boolean): NodeAction =>
  async ({ client }, node) => {
    if (isDown(node) === on) return false;
    const { [DOWN]: _, ...annotations } = node.metadata.annotations ?? {};
    const marked = on ? { ...annotations, [DOWN]: 'true' } : annotations;
    await client.update('nodes', { ...node, metadata: { ...node.metadata, annotations: marked } });
    return true;
  };

/** `{ rate }`: a quantity of bytes in a second, or nothing for as fast as usual. */
const pullRate: NodeAction = async ({ client }, node, { rate }) => {
  const { [PULL_RATE]: before, ...annotations } = node.metadata.annotations ?? {};
  if (rate === before) return false;
  const marked = rate === undefined ? annotations : { ...annotations, [PULL_RATE]: rate as string };
  const metadata = { ...node.metadata, annotations: marked };
  if (rate !== undefined && (typeof rate !== 'string' || pullRateOf({ ...node, metadata }) === undefined)) {
    throw badRequest('rate must be a quantity of bytes in a second, 1 or more, such as 2M');
  }
  await client.update('nodes', { ...node, metadata });
  return true;
};

/** What can be done to nodes, by the word for it. */
export const nodeActions: Readonly<Record<string, NodeAction>> = {
  /** The plug is pulled and the Node deleted: what ran there is found missing, nothing is drained. */
  remove: async (world, node) => {
    await down(true)(world, node, {});
    await world.client.delete('nodes', undefined, node.metadata.name!);
    return true;
  },
  fail: down(true),
  recover: down(false),
  cordon: unschedulable(true),
  uncordon: unschedulable(false),
  'pull-rate': pullRate,
};

/** Nodes by name, in the order they are named. @throws ApiStatusError 404 */
export function nodesNamed({ lister }: NodeWorld, names: readonly string[]): KubeObject[] {
  return names.map((name) => {
    const node = lister.get<KubeObject>('nodes', undefined, name);
    if (!node) throw notFound({ group: '', plural: 'nodes' }, name);
    return node;
  });
}
