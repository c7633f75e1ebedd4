import { Readable } from 'node:stream';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { NodePulls } from '../../../src/api/node-pulls.ts';
import { groupResource } from '../../../src/api/resource.ts';
import type { Sink } from '../../../src/api/source.ts';
import type { ApiRequest } from '../../../src/kube/cluster.ts';
import { KctlError } from '../../../src/lib/errors.ts';
import { currentRevision, revisionsOf } from '../../../src/store/rollout/diff/revision.ts';
import { diffRevisions } from '../../../src/store/rollout/diff/revision-diff.ts';
import type { RolloutEvent, RolloutKind } from '../../../src/store/rollout/state.ts';
import type { CommandResult, DashboardServices } from '../../../src/tui/services.ts';
import { storyRecording } from '../../store/rollout/story-recording.ts';
import { type FakeCluster, fakeCluster, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

const kinds: Readonly<Record<string, RolloutKind>> = {
  'deployments.apps': 'workload',
  'statefulsets.apps': 'workload',
  'daemonsets.apps': 'workload',
  'replicasets.apps': 'revision',
  'controllerrevisions.apps': 'revision',
  pods: 'pod',
  events: 'event',
  'poddisruptionbudgets.policy': 'budget',
};

export interface StoryCluster extends FakeCluster {
  /** Where the recorded rollout has come to (ms since its start). */
  readonly elapsed: number;
  objectsOf(kind: RolloutKind): KubeObject[];
  /** Something happens that is not in the recording. */
  put(kind: RolloutKind, object: KubeObject): void;
  /** Watches that are open, by kind. */
  readonly watched: string[];
}

/**
 * A cluster in which a recorded rollout happens again, by the clock of the test.
 * @param silent its nodes and API server tell nothing of layers, as those of most clusters
 */
export function storyCluster(name: string, silent = false): StoryCluster {
  const { head, entries } = storyRecording(name);
  const fake = fakeCluster();
  const began = Date.parse(head.start);
  fake.timing.advance(began - start);
  const sinks = new Map<RolloutKind, Set<Sink<KubeObject>>>();
  const watched: string[] = [];
  const known = new Map<string, KubeObject>();
  const elapsed = () => fake.timing.now() - began;
  const keyOf = (kind: RolloutKind, { metadata }: KubeObject) => `${kind} ${metadata.uid ?? metadata.name}`;
  const take = (event: RolloutEvent) => {
    if (event.type === 'list') for (const object of event.objects) known.set(keyOf(event.kind, object), object);
    if (event.type !== 'put' && event.type !== 'drop') return;
    const { kind, object, type } = event;
    const isKnown = known.has(keyOf(kind, object));
    if (type === 'drop') known.delete(keyOf(kind, object));
    else known.set(keyOf(kind, object), object);
    const told = type === 'drop' ? 'DELETED' : isKnown ? 'MODIFIED' : 'ADDED';
    for (const sink of sinks.get(kind) ?? []) sink.change(told, object, { columns: [] });
  };
  const events = entries.flatMap(({ t, event }) => (event ? [{ t, event }] : []));
  for (const { t, event } of events) {
    if (t === 0) take(event);
    else fake.timing.after(t, () => take(event));
  }
  const of = (kind: RolloutKind) => [...known].flatMap(([key, object]) => (key.startsWith(`${kind} `) ? [object] : []));
  /** What was noted of something by now. */
  const noted = <Type extends RolloutEvent['type']>(
    type: Type,
    test: (event: Extract<RolloutEvent, { type: Type }>) => boolean,
  ) =>
    events.findLast(
      (one): one is { t: number; event: Extract<RolloutEvent, { type: Type }> } =>
        one.t <= elapsed() && one.event.type === type && test(one.event as Extract<RolloutEvent, { type: Type }>),
    )?.event;
  const imageFacts = async (reference: string) => {
    const found = events.find(({ event }) => event.type === 'image' && event.reference === reference)?.event;
    return found?.type === 'image' ? (found.facts ?? undefined) : undefined;
  };
  const node = (called: string) => noted('node', (event) => event.name === called)?.object ?? undefined;
  const stageNodes = () => ['kctl-worker-1', 'kctl-worker-2'].flatMap((called) => node(called) ?? []);
  async function diff(): Promise<CommandResult> {
    const [workload] = of('workload');
    const keepers = of('revision');
    const history = revisionsOf(workload!, keepers);
    const after = currentRevision(workload!, history)!;
    const before = history.findLast(({ revision }) => revision < after.revision)!;
    const told = await diffRevisions(workload!, before, after, keepers, {
      get: async () => 'absent',
      nodes: async () => stageNodes(),
      pods: async () => of('pod'),
      async image(reference) {
        const facts = await imageFacts(reference);
        return facts ? { facts } : { unknown: 'the cluster knows no such image' };
      },
      fullName: (reference) => reference,
      layersOn: async () => [],
    });
    return { code: 0, stdout: JSON.stringify(told), stderr: '' };
  }
  const services: DashboardServices = {
    ...fake.services,
    imageFacts: silent ? async () => undefined : imageFacts,
    list: async (resource, scope) =>
      groupResource(resource) === 'nodes' ? stageNodes() : fake.services.list(resource, scope),
    run: async (argv, options) => {
      if (argv[1] !== 'diff') return fake.services.run(argv, options);
      fake.commands.push(argv.join(' '));
      return diff();
    },
    async get(resource, namespace, called) {
      const found =
        groupResource(resource) === 'nodes'
          ? node(called)
          : of(kinds[groupResource(resource)]!).find(({ metadata }) => metadata.name === called);
      if (!found) throw new KctlError('api', `${resource.plural} "${namespace}/${called}" not found`);
      return found;
    },
    logs: async ({ pod, container }) => {
      const log = noted('log', (event) => event.log.pod === pod && event.log.container === container)?.log;
      return Readable.from([Buffer.from((log?.lines ?? []).map((line) => `2026-03-02T10:00:00Z ${line}\n`).join(''))]);
    },
    cluster: {
      ...fake.services.cluster,
      namespace: 'default',
      transport: {
        ...fake.services.cluster.transport,
        async json<T>(request: ApiRequest): Promise<T> {
          const [, called] = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/kctl\/v1\/pulls$/.exec(request.path) ?? [];
          if (called === undefined) return fake.services.cluster.transport.json<T>(request);
          const pulls: NodePulls | null | undefined = noted('pulls', (event) => event.node === called)?.pulls;
          if (!pulls || silent) throw new KctlError('api', 'not found');
          return pulls as T;
        },
      },
    },
    objectSource(resource) {
      const kind = kinds[groupResource(resource)]!;
      let own: Sink<KubeObject> | undefined;
      return {
        start(sink) {
          own = sink;
          watched.push(kind);
          sinks.set(kind, (sinks.get(kind) ?? new Set()).add(sink));
          sink.replace(of(kind), { columns: [], resourceVersion: '1' });
          sink.state({ phase: 'synced', since: fake.timing.now() });
        },
        stop() {
          if (!own || !sinks.get(kind)?.delete(own)) return;
          watched.splice(watched.indexOf(kind), 1);
        },
      };
    },
  };
  return {
    ...fake,
    services,
    watched,
    objectsOf: of,
    put: (kind, object) => take({ type: 'put', kind, object }),
    get elapsed() {
      return elapsed();
    },
  };
}

export interface StoryScreen extends TestScreen {
  cluster: StoryCluster;
  /** Lives on until so many seconds after the start. */
  until(seconds: number): Promise<void>;
}

/** The dashboard on a recorded rollout, with its page open. */
export async function storyScreen(
  name: string,
  options: Omit<Parameters<typeof renderTest>[0], 'cluster'> & { line?: string; silent?: boolean },
): Promise<StoryScreen> {
  const { line = ':rollout default/web\r', silent, ...rest } = options;
  const cluster = storyCluster(name, silent);
  // Minutes go by at once: what is drawn meanwhile nobody looks at.
  const screen = await renderTest({ frames: 10, ...rest, cluster });
  await screen.type(line);
  await screen.settle();
  return {
    ...screen,
    cluster,
    async until(seconds) {
      while (cluster.elapsed < seconds * 1000) {
        cluster.timing.advance(Math.min(1000, seconds * 1000 - cluster.elapsed));
        // What was asked for is answered in turns of the loop.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await screen.settle();
    },
  };
}
