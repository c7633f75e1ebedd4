import { text } from 'node:stream/consumers';
import type { ImageFacts } from '../../../api/image-facts.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { type NodePulls, nodePullsPath } from '../../../api/node-pulls.ts';
import { groupResource } from '../../../api/resource.ts';
import { findBuiltin } from '../../../api/resources.ts';
import type { Sink, Source, SourceState } from '../../../api/source.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { RolloutFetcher, type RolloutReader } from '../../../store/rollout/fetcher.ts';
import { fleetWorkload, isSettled } from '../../../store/rollout/fleet.ts';
import { RolloutStore } from '../../../store/rollout/rollout-store.ts';
import type { RolloutSnapshot } from '../../../store/rollout/snapshot.ts';
import type { RolloutKind } from '../../../store/rollout/state.ts';
import { RolloutJudge, type Verdict } from '../../../store/rollout/verdict.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';

/** Lines of a crashed run's log that are worth showing. */
const logLines = 5;
/** How often spans on the picture go on while something moves, and while it only waits for somebody (ms). */
const tickMs = { moving: 1000, stuck: 5000 };

/** What no watch brings, asked for with the user's own rights. */
function readerOf(services: DashboardServices, ref: ObjectRef, signal: AbortSignal): RolloutReader {
  const { namespace = '' } = ref;
  let opened: Promise<(reference: string) => Promise<ImageFacts | undefined>> | undefined;
  const log = async (pod: string, container: string, previous: boolean): Promise<string[]> => {
    const { signal } = new AbortController();
    const request = { namespace, pod, uid: '', container, tailLines: logLines, follow: false, previous, signal };
    const lines = (await text(await services.logs(request))).split('\n');
    // Each is led by its time.
    return lines.filter((line) => line !== '').map((line) => line.replace(/^\S+ /, ''));
  };
  return {
    async image(reference) {
      opened ??= imageReader(services, ref, signal);
      return (await opened)(reference);
    },
    node: (name) => services.get(findBuiltin('nodes')!, undefined, name),
    async pulls(node) {
      const told = await services.cluster.transport.json<NodePulls>({ method: 'GET', path: nodePullsPath(node) });
      return told.pulls ? told : undefined;
    },
    // Where the node has cleared the run before away, the present one may tell.
    log: (pod, container) => log(pod, container, true).catch(() => log(pod, container, false)),
  };
}

/** What an image is for the pods of a workload. */
async function imageReader(
  services: DashboardServices,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<(reference: string) => Promise<ImageFacts | undefined>> {
  const { lookUpOf, pullerFor } = await import('../images/registry-images.ts');
  const nodes = services.list(findBuiltin('nodes')!, {}).catch(() => []);
  const [puller, lookUp] = [await pullerFor(services, ref), lookUpOf(services, await nodes, signal)];
  return async (reference) => {
    const known = await lookUp.named(reference, puller);
    return 'facts' in known ? known.facts : undefined;
  };
}

/**
 * One rollout that is followed: by watches of what belongs to it alone, apart from events, and by what nodes tell of
 * their pulls. It may outlive the page that shows it, until its end is told.
 */
export class LiveRollout {
  readonly store: RolloutStore;
  /** Told once for each rollout that was under way when it was looked at, and ended. */
  onEnd: ((verdict: Verdict) => void) | undefined;
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  readonly #stopping = new AbortController();
  readonly #fetcher: RolloutFetcher;
  readonly #unsubscribe: () => void;
  #judge: RolloutJudge;
  #sources: Source<KubeObject>[] = [];
  #state: SourceState;
  #tick: { cancel(): void } | undefined;
  /** It was seen on its way, so that its end is news. */
  #isUnderWay = false;
  /** Generations whose end was told, and which it was: what fails may be mended yet. */
  readonly #told = new Set<string>();

  constructor(services: DashboardServices, ref: ObjectRef) {
    const { timing } = services;
    this.#services = services;
    this.#ref = ref;
    this.store = new RolloutStore(timing);
    this.#fetcher = new RolloutFetcher(this.store, readerOf(services, ref, this.#stopping.signal), () => timing.now());
    this.#judge = new RolloutJudge(timing.now());
    this.#state = { phase: 'connecting', since: timing.now() };
    this.#unsubscribe = this.store.subscribe(() => this.#onChange());
  }

  /** How fresh the workload itself is. */
  get connection(): SourceState {
    return this.#state;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  start(): void {
    const { resource, namespace, name } = this.#ref;
    const scope = namespace === undefined ? {} : { namespace };
    let selector: string | undefined;
    const follow = (workload: KubeObject) => {
      if (selector !== undefined) return;
      selector = selectorOf(workload.spec?.selector).toString();
      const own = { ...scope, labelSelector: selector };
      const keeper = groupResource(resource) === 'deployments.apps' ? 'replicasets.apps' : 'controllerrevisions.apps';
      this.#follow('revision', keeper, own);
      this.#follow('pod', 'pods', own);
      // About pods, what makes them and their claims: field selectors know no "or".
      this.#follow('event', 'events', scope);
      this.#follow('budget', 'poddisruptionbudgets.policy', scope);
    };
    const sink = this.store.sink('workload');
    const source = this.#services.objectSource(resource, { ...scope, name });
    this.#sources.push(source);
    source.start({
      replace(objects, info) {
        sink.replace(objects, info);
        if (objects[0]) follow(objects[0]);
      },
      change(type, object, info) {
        sink.change(type, object, info);
        if (type !== 'DELETED') follow(object);
      },
      state: (state) => {
        this.#state = state;
        sink.state(state);
      },
    } satisfies Sink<KubeObject>);
  }

  #follow(kind: RolloutKind, name: string, scope: Parameters<DashboardServices['objectSource']>[1]): void {
    const source = this.#services.objectSource(findBuiltin(name)!, scope);
    this.#sources.push(source);
    source.start(this.store.sink(kind));
  }

  #onChange(): void {
    const snapshot = this.store.getSnapshot();
    const now = this.#services.timing.now();
    this.#fetcher.look();
    const verdict = this.#judge.judge(snapshot, now);
    this.#note(snapshot, verdict);
    this.#keepTime(snapshot, verdict, now);
  }

  #note({ tree, status, state }: RolloutSnapshot, verdict: Verdict | undefined): void {
    if (!tree && !state.deleted) return;
    const generation = state.workload?.metadata.generation;
    // Somebody paused it: it has not ended.
    if (tree?.paused) return;
    if (!verdict) {
      if (!status?.done && state.workload && !isSettled(fleetWorkload(state.workload))) this.#isUnderWay = true;
      return;
    }
    // The last words of a crash are worth a moment.
    if (!this.#isUnderWay || (verdict.failure?.code === 'crash' && this.#fetcher.readsLogs)) return;
    this.#isUnderWay = false;
    const told = `${generation} ${verdict.code}`;
    if (this.#told.has(told)) return;
    this.#told.add(told);
    this.onEnd?.(verdict);
  }

  /** Nothing is done by the clock once it is done: only changes wake it then. */
  #keepTime({ tree, status, failures }: RolloutSnapshot, verdict: Verdict | undefined, now: number): void {
    this.#tick?.cancel();
    this.#tick = undefined;
    if (!tree || status?.done) return;
    const isStuck = verdict !== undefined || tree.paused;
    const soon = isStuck ? tickMs.stuck : tickMs.moving;
    const due = failures.flatMap(({ finalAt }) => (finalAt !== undefined && finalAt > now ? [finalAt - now] : []));
    this.#tick = this.#services.timing.after(Math.min(soon, ...due), () => this.store.flush());
  }

  /** Begins anew with everything, also with what could not be read. */
  restart(): void {
    this.#stopSources();
    this.#judge = new RolloutJudge(this.#services.timing.now());
    this.start();
  }

  #stopSources(): void {
    for (const source of this.#sources) source.stop();
    this.#sources = [];
  }

  stop(): void {
    this.onEnd = undefined;
    this.#stopping.abort();
    this.#stopSources();
    this.#tick?.cancel();
    this.#fetcher.close();
    this.#unsubscribe();
    this.store.dispose();
  }
}
