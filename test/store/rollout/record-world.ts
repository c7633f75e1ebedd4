import type { KubeObject } from '../../../src/api/meta.ts';
import { simulatedImage } from '../../../src/oci/simulated-images.ts';
import { RolloutRecorder } from '../../../src/store/rollout/recording.ts';
import { reduceRollout } from '../../../src/store/rollout/reducer.ts';
import { emptyRollout, type RolloutEvent, type RolloutKind } from '../../../src/store/rollout/state.ts';
import { rolloutTree } from '../../../src/store/rollout/tree.ts';
import { rolloutWants } from '../../../src/store/rollout/wants.ts';
import { createWorld, type World } from '../../emulator/controllers/world.ts';

/** A rollout of the emulator that is recorded as `kctl rollout watch --record` would, on a simulated clock. */
export interface Story {
  workload: { kind: string; resource: string; name: string };
  nodes?: number;
  /** What is there, and lived through, before the watch begins. */
  before?: (world: World) => Promise<void>;
  /** What is done as it begins. */
  act: (world: World) => Promise<void>;
  /** How long it is watched (s). */
  seconds: number;
  /** What is done at a second of the watch. */
  at?: Readonly<Record<number, (world: World) => Promise<void>>>;
}

const never = new AbortController().signal;
const resources: Readonly<Record<string, RolloutKind>> = {
  'replicasets.apps': 'revision',
  'controllerrevisions.apps': 'revision',
  pods: 'pod',
  events: 'event',
  'poddisruptionbudgets.policy': 'budget',
};

/** @returns the lines of the recording */
export async function recordStory(story: Story): Promise<string> {
  const world = await createWorld({ nodes: story.nodes ?? 3 });
  await story.before?.(world);
  const { resource, name, kind } = story.workload;
  await story.act(world);
  const lines: string[] = [];
  const now = () => world.clock.now();
  const recorder = new RolloutRecorder((line) => lines.push(line), now, [{ kind, namespace: 'default', name }]);
  let state = emptyRollout;
  const take = (event: RolloutEvent) => {
    recorder.event(0, event);
    state = reduceRollout(state, event);
  };
  const follow = (what: string, as: RolloutKind, isMeant: (object: KubeObject) => boolean) => {
    take({ type: 'list', kind: as, objects: world.lister.list<KubeObject>(what, 'default').filter(isMeant) });
    world.lister.subscribe(what, ({ type, object }) => {
      if (object.metadata.namespace !== 'default' || !isMeant(object)) return;
      take({ type: type === 'DELETED' ? 'drop' : 'put', kind: as, object });
    });
  };
  follow(resource, 'workload', ({ metadata }) => metadata.name === name);
  const revisions = kind === 'Deployment' ? 'replicasets.apps' : 'controllerrevisions.apps';
  for (const [what, as] of Object.entries(resources)) {
    if (as === 'revision' && what !== revisions) continue;
    follow(what, as, () => true);
  }
  for (let second = 1; second <= story.seconds; second++) {
    await complete();
    await story.at?.[second]?.(world);
    await world.run(1);
  }
  return lines.join('');

  /** What a watch asks for besides, once a second. */
  async function complete(): Promise<void> {
    const wants = rolloutWants({ state, tree: rolloutTree(state, now()) });
    for (const reference of wants.images) take({ type: 'image', reference, facts: simulatedImage(reference) ?? null });
    for (const node of wants.nodes) {
      const object = world.lister.get<KubeObject>('nodes', undefined, node) ?? null;
      const known = state.nodes.get(node);
      if (known?.metadata.resourceVersion !== object?.metadata.resourceVersion)
        take({ type: 'node', name: node, object });
    }
    for (const node of wants.pulls) take({ type: 'pulls', node, pulls: world.plane.nodeApi.pulls(node) });
    for (const { uid, pod, container, restarts } of wants.logs) {
      take({ type: 'log', uid, log: { pod, container, restarts, ...(await lastWords(world, pod, container)) } });
    }
  }
}

async function lastWords(world: World, pod: string, container: string): Promise<{ lines: string[]; problem: string }> {
  try {
    const chunks: Uint8Array[] = [];
    const options = { container, previous: true, tailLines: 5 };
    for await (const chunk of await world.plane.nodeApi.logs('default', pod, options, never)) chunks.push(chunk);
    return { lines: Buffer.concat(chunks).toString().trimEnd().split('\n'), problem: '' };
  } catch (error) {
    return { lines: [], problem: (error as Error).message };
  }
}
