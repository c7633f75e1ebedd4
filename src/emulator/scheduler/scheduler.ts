import type { KubeObject } from '../../api/meta.ts';
import { ClusterState } from '../../api/scheduling/cluster-state.ts';
import { type Diagnosis, diagnose } from '../../api/scheduling/diagnosis.ts';
import { deviceClaims } from '../../api/scheduling/filters/devices.ts';
import { priorityOf } from '../../api/scheduling/node-info.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';
import type { Candidate } from '../../api/scheduling/preemption.ts';
import { chooseNode } from '../../api/scheduling/scores/index.ts';
import {
  CLAIMS,
  CSI_CAPACITIES,
  CSI_DRIVERS,
  CSI_NODES,
  NAMESPACES,
  RESOURCE_CLAIMS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
  VOLUMES,
} from '../../api/scheduling/source.ts';
import type { StoreEvent } from '../client.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from '../controllers/controller.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import { jsonEqual } from '../registry/equal.ts';
import { BIND_TIMEOUT_MS, type Binding, chooseVolumes, isGone, reserveDevices, volumesReady } from './binding.ts';
import { type Happening, mayHelp, mayHelpItself } from './hints.ts';
import { Nominations } from './nominations.ts';
import { COMPONENT, evict, tell, tellRefused } from './pod-status.ts';
import { SchedulingQueue, type Waiting } from './queue.ts';
import { Refusals } from './refusals.ts';
import { wishOf } from './wish.ts';

/** Pods placed before the event loop gets its turn. */
const BATCH = 50;
/** Smaller requests leave room as a pod that goes does; those that were never changed are not looked at. */
function hasShrunk(previous: KubeObject, pod: KubeObject): boolean {
  if ((pod.metadata.generation ?? 1) <= 1) return false;
  const [before, now] = [requestsOf(previous), requestsOf(pod)];
  return Object.entries(before).some(([name, amount]) => (now[name] ?? 0) < amount);
}

/** Places pods, the important and the older first; one that fits nowhere waits until something happens that may help it. */
export class Scheduler {
  readonly #context: ControlContext;
  readonly #state = new ClusterState();
  readonly #queue = new SchedulingQueue();
  readonly #nominations = new Nominations();
  readonly #binding = new Map<string, Binding>();
  readonly #refusals = new Refusals();
  #start = 0;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  controller(): Controller {
    const all = ['pods'];
    const when = (test: (event: StoreEvent) => boolean) => (event: StoreEvent) => (test(event) ? all : []);
    const volumes = when(() => this.#happened({ kind: 'volumes' }) || this.#binding.size > 0);
    return {
      name: COMPONENT,
      watches: {
        nodes: when((event) => this.#nodeChanged(event)),
        pods: when((event) => this.#podChanged(event)),
        [CLAIMS]: volumes,
        [VOLUMES]: volumes,
        [STORAGE_CLASSES]: volumes,
        [CSI_NODES]: volumes,
        [CSI_DRIVERS]: volumes,
        [CSI_CAPACITIES]: volumes,
        [VOLUME_ATTACHMENTS]: volumes,
        [RESOURCE_CLAIMS]: when(() => this.#devicesChanged()),
        // Affinity may go by the labels of namespaces.
        [NAMESPACES]: when(() => this.#refusals.forget()),
      },
      reconcile: () => this.#placeAll(),
    };
  }

  #podChanged({ type, object, previous }: StoreEvent): boolean {
    const key = keyOf(object);
    const isPlaced = Boolean(object['spec'].nodeName);
    if (type === 'DELETED') {
      this.#forget(key, object);
      this.#state.removePod(object);
      return isPlaced && !isFinished(object) && this.#happened({ kind: 'pod-gone', pod: object });
    }
    if (isPlaced) {
      this.#forget(key, object);
      this.#state.setPod(object);
      return this.#placedChanged(object, previous);
    }
    if (object.metadata.deletionTimestamp || isFinished(object)) {
      this.#forget(key, object);
      this.#state.removePod(object);
      return false;
    }
    return (object['spec'].schedulerName ?? COMPONENT) === COMPONENT && this.#unplacedChanged(key, object, previous);
  }

  #placedChanged(pod: KubeObject, previous: KubeObject | undefined): boolean {
    if (isFinished(pod))
      return previous !== undefined && !isFinished(previous) && this.#happened({ kind: 'pod-gone', pod });
    if (!this.#queue.hasParked) return false;
    if (!previous?.['spec'].nodeName) return this.#happened({ kind: 'pod-placed', pod });
    if (!jsonEqual(pod.metadata.labels, previous.metadata.labels)) return this.#happened({ kind: 'pod-labels', pod });
    return hasShrunk(previous, pod) && this.#happened({ kind: 'pod-shrunk', pod });
  }

  #unplacedChanged(key: string, pod: KubeObject, previous: KubeObject | undefined): boolean {
    const now = this.#context.clock.now();
    const nominated: string | undefined = pod['status']?.nominatedNodeName;
    if (nominated) this.#nominations.set(pod, nominated);
    else this.#nominations.remove(pod.metadata.uid!);
    if (this.#binding.has(key)) return false;
    const known = this.#queue.get(key);
    const isGated = this.#isGated(pod);
    if (!known) {
      this.#queue.add({ key, uid: pod.metadata.uid!, wish: wishOf(pod), priority: priorityOf(pod) }, now, isGated);
      return !isGated;
    }
    if (isGated) this.#queue.gate(known);
    else if (known.stand === 'gated') {
      known.wish = wishOf(pod);
      this.#queue.move(known, now);
    } else {
      const hasSpec = previous?.metadata.generation !== pod.metadata.generation;
      const hasLabels = !jsonEqual(previous?.metadata.labels, pod.metadata.labels);
      if (hasSpec || hasLabels) known.wish = wishOf(pod);
      if (!mayHelpItself(known.plugins, hasSpec, hasLabels)) return false;
      this.#queue.move(known, now);
    }
    return !isGated;
  }

  /** Gates that somebody has to open, and devices that nobody has made a claim for, keep a pod from being tried. */
  #isGated(pod: KubeObject): boolean {
    if (pod['spec'].schedulingGates?.length) return true;
    return Boolean(pod['spec'].resourceClaims?.length) && typeof deviceClaims(pod, this.#context.lister) === 'string';
  }

  #devicesChanged(): boolean {
    let any = this.#happened({ kind: 'devices' });
    for (const waiting of this.#queue.gated()) {
      const pod = this.#context.lister.get<KubeObject>('pods', ...splitKey(waiting.key));
      if (!pod || this.#isGated(pod)) continue;
      this.#queue.move(waiting, this.#context.clock.now());
      any = true;
    }
    return any;
  }

  #forget(key: string, { metadata }: KubeObject): void {
    this.#queue.remove(key);
    this.#nominations.remove(metadata.uid!);
    this.#binding.delete(key);
  }

  #nodeChanged({ type, object, previous }: StoreEvent): boolean {
    if (type === 'DELETED') {
      this.#state.removeNode(object.metadata.name!);
      return this.#happened({ kind: 'node-gone' });
    }
    const before = this.#state.version;
    this.#state.setNode(object);
    // Most of what nodes report changes nothing for pods.
    if (previous && this.#state.version === before) return false;
    return this.#happened({ kind: 'node', node: object, previous });
  }

  /** Whoever it may help is tried again. */
  #happened(happening: Happening): boolean {
    if (!this.#queue.hasParked) return false;
    const { lister, clock } = this.#context;
    let any = false;
    // Thousands may wait, of a few kinds.
    const answers = new Map<string, boolean>();
    for (const waiting of [...this.#queue.parked()]) {
      const kind = `${waiting.wish} ${[...waiting.plugins].join()}`;
      let helps = answers.get(kind);
      if (helps === undefined) {
        const pod = lister.get<KubeObject>('pods', ...splitKey(waiting.key));
        helps = pod !== undefined && mayHelp(waiting.plugins, pod, happening, lister);
        answers.set(kind, helps);
      }
      if (!helps) continue;
      this.#queue.move(waiting, clock.now());
      any = true;
    }
    return any;
  }

  async #placeAll(): Promise<Again> {
    const { clock, lister } = this.#context;
    await this.#bindReady();
    for (let placed = 0; placed < BATCH; placed++) {
      const waiting = this.#queue.next(clock.now());
      if (!waiting) break;
      const pod = lister.get<KubeObject>('pods', ...splitKey(waiting.key));
      if (!pod || pod.metadata.uid !== waiting.uid || pod['spec'].nodeName) this.#queue.remove(waiting.key);
      else await this.#place(pod, waiting);
    }
    const now = clock.now();
    const next = Math.min(
      this.#queue.nextAt(now) ?? Number.POSITIVE_INFINITY,
      ...[...this.#binding.values()].map(({ until }) => until),
    );
    return next === Number.POSITIVE_INFINITY ? undefined : Math.max(next - now, 1);
  }

  async #place(pod: KubeObject, waiting: Waiting): Promise<void> {
    const { lister, random } = this.#context;
    const found = this.#refusals.of(pod, waiting.wish, this.#state, this.#nominations, () =>
      diagnose(pod, this.#state, lister, random, {
        nominated: (node) => this.#nominations.on(node),
        start: this.#start,
      }),
    );
    const size = Math.max(this.#state.size, 1);
    this.#start = (this.#start + found.fitting.length + found.rejections.size) % size;
    if (found.message !== undefined) return this.#refuse(pod, waiting, found, found.message);
    const { fitting } = found;
    const node = chooseNode({ pod, fitting, state: this.#state, source: lister }, random).node;
    await this.#bind(pod, node, waiting);
  }

  async #bind(pod: KubeObject, node: KubeObject, waiting: Waiting): Promise<void> {
    const key = keyOf(pod);
    const name = node.metadata.name!;
    // From here on its place is taken, also while its volumes are made.
    this.#state.setPod(pod, name);
    this.#nominations.remove(pod.metadata.uid!);
    try {
      if (await chooseVolumes(this.#context, pod, node)) {
        this.#binding.set(key, { pod, node: name, until: this.#context.clock.now() + BIND_TIMEOUT_MS });
        return;
      }
      await this.#finish(pod, name);
    } catch (error) {
      await this.#fail(pod, waiting, error);
    }
  }

  /** Pods whose volumes have come, or will not come. */
  async #bindReady(): Promise<void> {
    for (const [key, binding] of [...this.#binding]) {
      const ready = volumesReady(binding, this.#context);
      if (ready === false) continue;
      this.#binding.delete(key);
      const waiting = this.#queue.get(key);
      if (!waiting) continue;
      try {
        if (ready !== true) throw new Error(`running PreBind plugin "VolumeBinding": binding volumes: ${ready}`);
        await this.#finish(binding.pod, binding.node);
      } catch (error) {
        await this.#fail(binding.pod, waiting, error);
      }
    }
  }

  async #finish(pod: KubeObject, node: string): Promise<void> {
    const { client } = this.#context;
    const { namespace, name } = pod.metadata;
    await reserveDevices(this.#context, pod);
    await client.bind(namespace!, name!, node);
    this.#queue.remove(keyOf(pod));
    tell(this.#context, pod, 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  async #fail(pod: KubeObject, waiting: Waiting, error: unknown): Promise<void> {
    const { lister, clock } = this.#context;
    const current = lister.get<KubeObject>('pods', pod.metadata.namespace, pod.metadata.name!);
    if (!current?.['spec'].nodeName) this.#state.removePod(pod);
    if (!current || current.metadata.uid !== pod.metadata.uid || current['spec'].nodeName) {
      this.#queue.remove(waiting.key);
      if (isGone(error)) return;
      throw error;
    }
    this.#queue.fail(waiting, clock.now());
    const message = error instanceof Error ? error.message : String(error);
    tell(this.#context, current, 'FailedScheduling', message);
    await tellRefused(this.#context, current, 'SchedulerError', message, '');
  }

  async #refuse(pod: KubeObject, waiting: Waiting, found: Diagnosis, message: string): Promise<void> {
    const { clock } = this.#context;
    const { plan, rejections, preemption, losesNomination } = found;
    const plugins = new Set(rejections.values().map(({ plugin }) => plugin));
    if (plan.refusal) plugins.add(plan.refusal.plugin);
    // Before anything is awaited: what happens meanwhile may help already.
    this.#queue.refuse(waiting, plugins, clock.now());
    const nominated = preemption ? preemption.node : losesNomination ? '' : undefined;
    if (preemption) this.#nominations.set(pod, preemption.node);
    else if (losesNomination) this.#nominations.remove(pod.metadata.uid!);
    tell(this.#context, pod, 'FailedScheduling', message);
    await tellRefused(this.#context, pod, 'Unschedulable', message, nominated);
    if (preemption) await this.#preempt(pod, preemption);
  }

  async #preempt(pod: KubeObject, { node, victims }: Candidate): Promise<void> {
    // Nobody new is asked to go: who waits for the node may go on waiting.
    if (victims.every(({ isDeleting }) => isDeleting)) return;
    // Whoever is less important and waited for the same node looks for another.
    for (const { pod: other, priority } of this.#nominations.on(node)) {
      if (priority >= priorityOf(pod)) continue;
      const current = this.#context.lister.get<KubeObject>('pods', other.metadata.namespace, other.metadata.name!);
      if (!current) continue;
      this.#nominations.remove(other.metadata.uid!);
      await this.#giveUp(current);
    }
    for (const victim of victims) await evict(this.#context, victim.pod, pod, node);
  }

  async #giveUp(pod: KubeObject): Promise<void> {
    const { nominatedNodeName: _, ...status } = pod['status'] ?? {};
    try {
      await this.#context.client.updateStatus('pods', { ...pod, status });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    const waiting = this.#queue.get(keyOf(pod));
    if (waiting) this.#queue.move(waiting, this.#context.clock.now());
  }
}
