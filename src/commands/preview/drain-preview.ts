import type { KubeObject } from '../../api/meta.ts';
import { judgePod } from '../node/drain-filters.ts';
import { type DrainContext, podsOfNode } from '../node/drain-pods.ts';
import { textTable } from '../shared/text-table.ts';
import { World } from '../why/world.ts';
import { BudgetRoom } from './budget-room.ts';
import { counted, type Finding, findingsText, someOf } from './finding.ts';
import { readNewPlaces } from './new-places.ts';

/** What becomes of one pod of a node that is drained. */
interface PodFate {
  pod: KubeObject;
  node: string;
  fate: 'goes' | 'waits' | 'stays' | 'in the way';
  detail: string;
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

/**
 * `drain --preview`: each pod of the nodes with what would become of it, the room that disruption budgets have now, and
 * whether other nodes take what is made in its place. No node is cordoned, no pod is touched.
 */
export async function previewDrain(nodes: readonly KubeObject[], context: DrainContext): Promise<void> {
  const { cluster, options, command } = context;
  const world = new World(cluster, command.signal);
  const [budgets, ...found] = await Promise.all([
    options.disableEviction ? [] : world.list('poddisruptionbudgets.policy'),
    ...nodes.map(({ metadata }) => podsOfNode(metadata.name ?? '', context)),
  ]);
  const room = new BudgetRoom(budgets!);
  const fates: PodFate[] = [];
  for (const [at, pods] of found.entries()) {
    const node = nodes[at]!.metadata.name ?? '';
    for (const pod of pods) fates.push({ pod, node, ...(await fateOf(pod, room, context)) });
  }
  const leaving = fates.filter(({ fate }) => fate === 'goes' || fate === 'waits').map(({ pod }) => pod);
  const drained = new Set(nodes.map(({ metadata }) => metadata.name ?? ''));
  const places = leaving.length > 0 ? await readNewPlaces(world, leaving, drained) : undefined;
  const rows: string[][] = [];
  const homeless: { name: string; message: string }[] = [];
  for (const { pod, node, fate, detail } of fates) {
    let then = '';
    if (leaving.includes(pod) && isMadeAgain(pod)) {
      const place = places!.place(pod);
      then = 'node' in place ? place.node : 'no node';
      if (!('node' in place)) homeless.push({ name: nameOf(pod), message: place.message });
    }
    rows.push([node, nameOf(pod), fate, then || '-', detail]);
  }
  const { stdout } = command.io;
  if (rows.length > 0) stdout.write(textTable(['NODE', 'POD', 'FATE', 'NEXT', 'DETAIL'], rows));
  const findings = findingsText([...findingsOf(fates, nodes), ...noPlaces(homeless)]);
  if (findings !== '') stdout.write(`What comes of it:\n${findings}`);
  const unseen = [...new Set(world.missing)];
  if (unseen.length > 0) stdout.write(`Not seen, for want of rights: ${unseen.join(', ')}\n`);
  stdout.write(`Nothing was changed: ${drained.size === 1 ? 'the node is' : 'the nodes are'} as before.\n`);
}

async function fateOf(
  pod: KubeObject,
  room: BudgetRoom,
  { options, cluster, command }: DrainContext,
): Promise<Pick<PodFate, 'fate' | 'detail'>> {
  const verdict = await judgePod(pod, { options, cluster, signal: command.signal });
  if (verdict.error !== undefined) return { fate: 'in the way', detail: verdict.error };
  if (!verdict.goes) return { fate: 'stays', detail: verdict.warning ?? staysBecause(pod) };
  const losses = lossesOf(pod);
  const permission = options.disableEviction ? ({ allowed: true } as const) : room.evict(pod);
  if (!permission.allowed) return { fate: 'waits', detail: [permission.why, ...losses].join('; ') };
  const budget = 'budget' in permission ? [`budget ${permission.budget}: 1 of ${permission.room} allowed`] : [];
  return { fate: 'goes', detail: [...budget, ...losses].join('; ') };
}

const staysBecause = ({ metadata }: KubeObject): string =>
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined
    ? 'is being deleted'
    : 'the kubelet runs it from a file';

function isMadeAgain({ metadata, status }: KubeObject): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !ended && metadata.ownerReferences?.some(({ controller }) => controller) === true;
}

/** What is not there any more once the pod is gone. */
function lossesOf(pod: KubeObject): string[] {
  const { phase } = pod['status'] ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return [];
  const volumes: { name: string; emptyDir?: object }[] = pod['spec'].volumes ?? [];
  const local = volumes.filter(({ emptyDir }) => emptyDir).map(({ name }) => name);
  return [
    ...(isMadeAgain(pod) ? [] : ['no controller brings it back']),
    ...(local.length > 0 ? [`data of emptyDir ${local.join(', ')} is lost`] : []),
  ];
}

function findingsOf(fates: readonly PodFate[], nodes: readonly KubeObject[]): Finding[] {
  const leaving = fates.filter(({ fate }) => fate === 'goes' || fate === 'waits');
  const names = (some: readonly PodFate[]) => someOf(some.map(({ pod }) => nameOf(pod)));
  const blocking = fates.filter(({ fate }) => fate === 'in the way');
  const waiting = fates.filter(({ fate }) => fate === 'waits');
  const bare = leaving.filter(({ pod }) => !isMadeAgain(pod) && lossesOf(pod).length > 0);
  const local = leaving.filter(({ pod }) => lossesOf(pod).some((loss) => loss.startsWith('data of')));
  const cordoned = nodes.filter(({ spec }) => spec?.unschedulable);
  const all: (Finding | false)[] = [
    blocking.length > 0 && {
      level: 'warn',
      text: `${counted(new Set(blocking.map(({ node }) => node)).size, 'node')} would be cordoned and not drained: ${counted(blocking.length, 'pod')} in the way`,
    },
    waiting.length > 0 && {
      level: 'warn',
      text: `${counted(waiting.length, 'eviction')} would be refused at first and tried again every 5 s: ${names(waiting)}`,
    },
    bare.length > 0 && { level: 'lost', text: `nothing brings back ${names(bare)}` },
    local.length > 0 && { level: 'lost', text: `local data is lost of ${names(local)}` },
    cordoned.length > 0 && {
      level: 'note',
      text: `${someOf(cordoned.map(({ metadata }) => `node/${metadata.name}`))} takes no new pods already`,
    },
  ];
  return all.filter((one) => one !== false);
}

function noPlaces(homeless: readonly { name: string; message: string }[]): Finding[] {
  const byMessage = Map.groupBy(homeless, ({ message }) => message);
  return [...byMessage].map(([message, pods]) => {
    const names = someOf(pods.map(({ name }) => name));
    return { level: 'warn', text: `no room elsewhere for ${counted(pods.length, 'pod')} (${names}): ${message}` };
  });
}
