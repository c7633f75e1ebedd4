import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { NodeInfo } from '../../api/scheduling/node-info.ts';
import { isApiError } from '../../api/status.ts';
import { onceLive } from '../clocks.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from '../controllers/controller.ts';
import { deleteIfThere } from '../controllers/ownership.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import { PodAddresses } from '../network/pod-addresses.ts';
import { jsonEqual } from '../registry/equal.ts';
import { allContainers, type ContainerRuntime, type PodRuntime } from '../runtime/container.ts';
import { usageOf } from '../runtime/usage.ts';
import { admissionProblem } from './admission.ts';
import { simulatedMessage } from './logs/logged-run.ts';
import { type MainPrograms, MainRuns } from './main-runs.ts';
import { bootedAt, isDown, isUnknown, parallelPullsOf, pullRateOf } from './node-facts.ts';
import { NodeImages } from './node-images.ts';
import { gatesOf, isOnlyCopied, isSameToControllers, mounts, told } from './pod-changes.ts';
import { advancePod, newPodRuntime, type PodWorld, restorePodRuntime } from './pod-engine.ts';
import { afterReboot } from './pod-restart.ts';
import { podStatus } from './pod-status.ts';
import { beginStop, stopPod } from './pod-stop.ts';
import { podWorld } from './pod-world.ts';
import { nextLive, runLive } from './probes/live.ts';
import { EASY, type PullWorld } from './pull-access.ts';
import { refusePod } from './refuse-pod.ts';
import { allocatedPod, byTurn, resizePod } from './resize.ts';
import { restoreImages } from './restore-images.ts';
import type { Stages } from './stages/stages.ts';
import { foresee } from './start-problem.ts';

/** The images that a container has. */
const idsOf = ({ imageId, volumeImageIds }: ContainerRuntime): string[] =>
  imageId ? [imageId, ...volumeImageIds] : volumeImageIds;

interface NodeRuntime {
  images: NodeImages;
  addresses: PodAddresses;
  /** What its pods have claimed. */
  room: NodeInfo;
  /** Pods that wait for room to grow. */
  growing: Set<string>;
}

/**
 * The kubelets of all simulated nodes. What runs is kept in memory and shown in the pods' status; a
 * new process takes it up again from there.
 */
export class Kubelet {
  readonly #context: ControlContext;
  readonly #images: (reference: string) => ImageFacts | undefined;
  /** Told when a node has one image more. */
  readonly #imagesChanged: (node: string) => void;
  readonly #pulls: PullWorld;
  readonly #look: (key: string) => void;
  readonly #nodes = new Map<string, NodeRuntime>();
  readonly #pods = new Map<string, PodRuntime & { node: string }>();
  readonly #stages: Stages;
  /** The addresses of pods that Stages drive. */
  readonly #staged = new Map<string, { node: string; ip: string }>();
  #mains: MainRuns | undefined;
  #isLive = false;

  constructor(
    context: ControlContext,
    options: {
      images: (reference: string) => ImageFacts | undefined;
      imagesChanged: (node: string) => void;
      /** What drives pods in the place of the life that is built in. */
      stages: Stages;
      /** Nothing stands in the way of a pull by default. */
      pulls?: Partial<PullWorld> | undefined;
      /** Puts a pod into the kubelet's queue. */
      look: (key: string) => void;
    },
  ) {
    this.#context = context;
    this.#images = options.images;
    this.#stages = options.stages;
    this.#imagesChanged = options.imagesChanged;
    this.#look = options.look;
    this.#pulls = { ...EASY, ...options.pulls };
    onceLive(context.clock, () => {
      this.#isLive = true;
      for (const key of this.#pods.keys()) options.look(key);
    });
    // Addresses in use must be known before the first new one is given.
    for (const pod of context.lister.list('pods')) {
      const { podIP, phase } = pod['status'] ?? {};
      const node = pod['spec'].nodeName && context.lister.get('nodes', undefined, pod['spec'].nodeName);
      if (podIP && node && phase !== 'Succeeded' && phase !== 'Failed')
        this.#node(node)?.addresses.take(podIP, pod.metadata.uid!);
    }
  }

  controller(): Controller {
    return {
      name: 'kubelet',
      watches: {
        pods: ({ type, object, previous }) => {
          if (!object['spec'].nodeName) return [];
          if (type === 'DELETED') this.#releaseStaged(object.metadata.uid!);
          // The kubelet's own status writes say nothing new to it.
          const isNew =
            type !== 'MODIFIED' ||
            object['spec'] !== previous!['spec'] ||
            told(object) !== told(previous!) ||
            gatesOf(object) !== gatesOf(previous!) ||
            object.metadata.deletionTimestamp !== previous!.metadata.deletionTimestamp ||
            object.metadata.deletionGracePeriodSeconds !== previous!.metadata.deletionGracePeriodSeconds;
          return isNew && (type === 'DELETED' || !isOnlyCopied(object, previous)) ? [keyOf(object)] : [];
        },
        nodes: ({ type, object, previous }) => {
          const gotRange = object['spec']?.podCIDR !== previous?.['spec']?.podCIDR;
          const isBack =
            !isDown(object) &&
            !isUnknown(object) &&
            (isDown(previous) || isUnknown(previous) || (previous && bootedAt(object) > bootedAt(previous)));
          if (type === 'DELETED' || !previous || !(gotRange || isBack)) return [];
          return this.#context.lister
            .list('pods')
            .filter((pod) => pod['spec'].nodeName === object.metadata.name)
            .map(keyOf);
        },
        // A claim that gets bound lets its pod start at once instead of at the next retry.
        persistentvolumeclaims: ({ object, previous }) => {
          if (object['status']?.phase !== 'Bound' || previous?.['status']?.phase === 'Bound') return [];
          return this.#context.lister
            .list('pods', object.metadata.namespace)
            .filter((pod) => pod['spec'].nodeName && mounts(pod, object.metadata.name!))
            .map(keyOf);
        },
      },
      concurrency: 16,
      reconcile: (key) => this.#sync(key),
    };
  }

  imagesOf(node: string): NodeImages | undefined {
    return this.#nodes.get(node)?.images;
  }

  /** What any node has by that name. */
  keptImage(reference: string): ImageFacts | undefined {
    for (const { images } of this.#nodes.values()) {
      const found = images.find(reference);
      if (found) return found;
    }
    return undefined;
  }

  /** The ids of the images that containers on a node have, also those that have ended. */
  imagesInUse(node: string): Set<string> {
    const own = [...this.#pods.values()].filter((runtime) => runtime.node === node);
    return new Set(own.flatMap((runtime) => allContainers(runtime).flatMap(idsOf)));
  }

  runtimeOf(key: string): PodRuntime | undefined {
    return this.#pods.get(key);
  }

  /** From here on main processes that a shell can run are run by `programs`. */
  interpret(programs: MainPrograms): void {
    this.#mains = new MainRuns(programs, this.#look);
  }

  /** The main process of a running container has ended by itself. */
  endContainer(key: string, name: string, exitCode: number): void {
    this.crashNow(key, name, { exitCode });
  }

  /** Ends a running container as if its main process had ended; false where it does not run. */
  crashNow(key: string, name: string, { exitCode, reason }: { exitCode: number; reason?: string }): boolean {
    const runtime = this.#pods.get(key);
    const container = runtime && allContainers(runtime).find(({ spec }) => spec.name === name);
    if (container?.stage !== 'running' || container.exited !== undefined) return false;
    container.exited = { at: this.#context.clock.now(), code: exitCode, reason };
    this.#look(key);
    return true;
  }

  /** The pods that have their place on a node, as they are now. */
  podsOn(node: string): KubeObject[] {
    const placed = this.#nodes.get(node)?.room.pods() ?? [];
    return [...placed].flatMap(({ pod }) => this.#context.lister.get('pods', ...splitKey(keyOf(pod))) ?? []);
  }

  /** Sends a pod away for good, without a grace. */
  evict(key: string, message: string, { isOwnDoing = false } = {}): void {
    const runtime = this.#pods.get(key);
    const pod = this.#context.lister.get<KubeObject>('pods', ...splitKey(key));
    if (!runtime || !pod || runtime.eviction !== undefined) return;
    runtime.eviction = { message, isOwnDoing };
    const host: string = pod['spec'].nodeName;
    this.#context.recorder.record(pod, { type: 'Warning', reason: 'Evicted', message, component: 'kubelet', host });
    this.#look(key);
  }

  #node(node: KubeObject): NodeRuntime | undefined {
    const name = node.metadata.name!;
    let runtime = this.#nodes.get(name);
    if (!runtime && node['spec']?.podCIDR) {
      runtime = {
        images: new NodeImages(),
        addresses: new PodAddresses(node['spec'].podCIDR),
        room: new NodeInfo(node),
        growing: new Set(),
      };
      restoreImages(runtime.images, node, this.#images, this.#context.clock.now());
      this.#nodes.set(name, runtime);
    }
    return runtime;
  }

  /** The address of a pod that Stages drive: from the range of its node, and its own until it goes. */
  addressesFor(host: string, uid: string): string[] {
    const node = this.#context.lister.get('nodes', undefined, host);
    const runtime = node && this.#node(node);
    if (!runtime) return [];
    const known = this.#staged.get(uid) ?? { node: host, ip: runtime.addresses.allocate(uid) };
    this.#staged.set(uid, known);
    return [known.ip];
  }

  #releaseStaged(uid: string): void {
    const staged = this.#staged.get(uid);
    if (!staged) return;
    this.#nodes.get(staged.node)?.addresses.release(staged.ip, uid);
    this.#staged.delete(uid);
  }

  /** Leaves a pod to the Stages that drive it; what no Stage sees to is its end. */
  async #leave(key: string, pod: KubeObject): Promise<Again> {
    const uid = pod.metadata.uid!;
    const runtime = this.#pods.get(key);
    const ip: string | undefined = runtime?.ip || pod['status']?.podIP;
    const host: string = pod['spec'].nodeName;
    if (ip && !pod['spec'].hostNetwork && !this.#staged.has(uid)) this.#staged.set(uid, { node: host, ip });
    if (runtime) {
      this.#leaveRoom(runtime);
      this.#mains?.forget(runtime);
      this.#pods.delete(key);
    }
    const isLost = pod.metadata.deletionTimestamp && !(await this.#stages.select('pods', pod));
    return isLost ? this.#end(pod) : undefined;
  }

  #forget(key: string): void {
    const runtime = this.#pods.get(key);
    if (!runtime) return;
    const images = this.#nodes.get(runtime.node)?.images;
    for (const id of allContainers(runtime).flatMap(idsOf)) images?.use(id, this.#context.clock.now());
    this.#vacate(runtime);
    this.#mains?.forget(runtime);
    this.#pods.delete(key);
  }

  #vacate(runtime: PodRuntime & { node: string }): void {
    this.#nodes.get(runtime.node)?.addresses.release(runtime.ip, runtime.uid);
    this.#leaveRoom(runtime);
  }

  #leaveRoom({ node, uid }: PodRuntime & { node: string }): void {
    const runtime = this.#nodes.get(node);
    if (runtime?.room.remove(uid)) this.#roomIsFree(runtime);
  }

  /** Whoever waits to grow tries again, each in its turn. */
  #roomIsFree({ growing }: NodeRuntime): void {
    if (growing.size === 0) return;
    const waiting = [...growing].flatMap((key) => {
      const runtime = this.#pods.get(key);
      const pod = this.#context.lister.get<KubeObject>('pods', ...splitKey(key));
      return runtime && pod ? [{ key, runtime, pod }] : [];
    });
    growing.clear();
    for (const { key } of waiting.sort(byTurn)) this.#look(key);
  }

  /** Gives the containers what the pod asks for by now; returns when to look again. */
  #resize(
    key: string,
    pod: KubeObject,
    { runtime, node, world }: { runtime: PodRuntime; node: NodeRuntime; world: PodWorld },
  ): number {
    // Nothing of most pods ever changes.
    if ((pod.metadata.generation ?? 1) <= 1) return Number.POSITIVE_INFINITY;
    const now = this.#context.clock.now();
    const before = runtime.resizing.progress;
    const next = resizePod({
      pod,
      runtime,
      room: node.room,
      now,
      say: world.say,
      sayOf: (container, reason, message) => world.viewFor(container, now).say('Normal', reason, message),
      stopOf: (container) =>
        beginStop(world.viewFor(container, now), pod, (pod['spec'].terminationGracePeriodSeconds ?? 30) * 1000),
      memoryOf: ({ spec }) => usageOf(pod, spec, now).memory,
    });
    if (runtime.resizing.pending) node.growing.add(key);
    else node.growing.delete(key);
    if (before && !runtime.resizing.progress) this.#roomIsFree(node);
    return next;
  }

  async #sync(key: string): Promise<Again> {
    const { lister, clock } = this.#context;
    const pod = lister.get('pods', ...splitKey(key));
    const known = this.#pods.get(key);
    if (!pod || (known && known.uid !== pod.metadata.uid)) this.#forget(key);
    if (!pod?.['spec'].nodeName) return undefined;
    const node = lister.get('nodes', undefined, pod['spec'].nodeName);
    const nodeRuntime = node && this.#node(node);
    // Nobody reaches a node that is down: what runs there runs on, and what is to stop does not.
    if (!node || !nodeRuntime || isDown(node)) return undefined;
    const now = clock.now();
    if (this.#stages.drive('pods') && (await this.#stages.hold('pods', pod))) return this.#leave(key, pod);
    if (isFinished(pod) && !this.#pods.has(key)) return this.#end(pod);
    if (!this.#pods.has(key) && !pod['status']?.startTime && !pod.metadata.deletionTimestamp) {
      nodeRuntime.room.update(node);
      const refusal = admissionProblem(pod, nodeRuntime.room);
      if (refusal) {
        await refusePod(this.#context, pod, refusal, now);
        return undefined;
      }
    }
    const runtime = this.#runtime(key, pod, nodeRuntime, now);
    const world = this.#world(pod, nodeRuntime);
    afterReboot(runtime, world, { now, bootedAt: bootedAt(node), addresses: nodeRuntime.addresses });
    const hooks = (container: ContainerRuntime) => ({
      pod,
      container,
      clock,
      say: world.viewFor(container, now).say,
      look: () => this.#look(key),
    });
    const hostIP: string =
      node['status']?.addresses?.find((one: { type: string }) => one.type === 'InternalIP')?.address ?? '';

    if (pod.metadata.deletionTimestamp) {
      const grace = Math.max(Date.parse(pod.metadata.deletionTimestamp) - now, 0);
      const isForced = pod.metadata.deletionGracePeriodSeconds === 0;
      const graceMs = isForced ? 0 : Math.min(grace, (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
      const next = stopPod(runtime, world, now, { graceMs, isForced });
      if (next > now) {
        const shown = await this.#write(pod, runtime, hostIP, now);
        if (shown) await this.#mains?.follow(key, shown, runtime, hooks);
        return Math.max(next - clock.now(), 1);
      }
      this.#mains?.forget(runtime);
      const written = pod.metadata.finalizers?.length ? await this.#write(pod, runtime, hostIP, now) : pod;
      return written ? this.#end(written) : undefined;
    }
    await this.#probe(key, pod, runtime, world);
    const resized = this.#resize(key, pod, { runtime, node: nodeRuntime, world });
    const waits = world.pullsReady(runtime);
    if (waits) await waits;
    let wake = Math.min(advancePod(runtime, world, now), resized);
    // A container may just have ended for it.
    if (runtime.resizing.progress) wake = Math.min(wake, this.#resize(key, pod, { runtime, node: nodeRuntime, world }));
    await foresee(pod, runtime, nodeRuntime.images);
    const written = await this.#write(pod, runtime, hostIP, now);
    if (written) await this.#mains?.follow(key, written, runtime, hooks);
    if (written && isFinished(written)) {
      this.#vacate(runtime);
      return undefined;
    }
    const next = this.#mains ? Math.min(wake, ...allContainers(runtime).map(nextLive)) : wake;
    return Number.isFinite(next) ? Math.max(next - clock.now(), 1) : undefined;
  }

  #lastMessage(pod: KubeObject, container: ContainerRuntime, exitCode: number): string | undefined {
    const runtime = this.#pods.get(keyOf(pod));
    const main = runtime && this.#mains?.runOf(runtime, container);
    return main
      ? main.lastMessage(exitCode)
      : simulatedMessage(this.#context.lister, pod, container, exitCode, this.#context.clock.now());
  }

  /** Makes the probes that are really made and due. */
  async #probe(key: string, pod: KubeObject, runtime: PodRuntime, world: PodWorld): Promise<void> {
    const { clock } = this.#context;
    for (const container of allContainers(runtime)) {
      const main = container.probing && this.#mains?.runOf(runtime, container);
      if (!main) continue;
      const { say } = world.viewFor(container, clock.now());
      await runLive({ pod, container, clock, look: () => this.#look(key), say }, main);
    }
  }

  #runtime(key: string, pod: KubeObject, node: NodeRuntime, now: number): PodRuntime & { node: string } {
    const known = this.#pods.get(key);
    if (known) return known;
    const made = pod['status']?.startTime
      ? restorePodRuntime(pod, now)
      : newPodRuntime(pod, pod['spec'].hostNetwork ? '' : node.addresses.allocate(pod.metadata.uid!), now);
    if (!made.ip && !pod['spec'].hostNetwork) made.ip = node.addresses.allocate(made.uid);
    const runtime = { ...made, node: pod['spec'].nodeName as string };
    this.#pods.set(key, runtime);
    node.room.place((pod.metadata.generation ?? 1) > 1 ? allocatedPod(pod, runtime) : pod);
    return runtime;
  }

  #world(pod: KubeObject, { images }: NodeRuntime): PodWorld {
    const host: string = pod['spec'].nodeName;
    return podWorld(this.#context, pod, {
      images: this.#images,
      node: images,
      pullFault: (image) => this.#pulls.fault(image, host),
      pullAccess: this.#pulls.access,
      pullRate: () => pullRateOf(this.#context.lister.get('nodes', undefined, host)),
      parallelPulls: () => parallelPullsOf(this.#context.lister.get('nodes', undefined, host)),
      diskRoom: () => this.#pulls.diskRoom(host),
      watched: this.#isLive,
      isInterpreted: (container) => this.#mains?.holds(pod, container) === true,
      lastMessage: (container, exitCode) => this.#lastMessage(pod, container, exitCode),
      imagePulled: () => this.#imagesChanged(host),
    });
  }

  /** Writes the status if it changed; undefined when the pod is gone. */
  async #write(pod: KubeObject, runtime: PodRuntime, hostIP: string, now: number): Promise<KubeObject | undefined> {
    const status = podStatus(pod, runtime, { now, hostIP });
    if (jsonEqual(status, pod['status'])) return pod;
    // While a past is lived through nobody watches: only what controllers act on is written.
    if (!this.#isLive && isSameToControllers(status, pod['status'] ?? {})) return pod;
    try {
      return await this.#context.client.updateStatus<KubeObject>('pods', { ...pod, status });
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** The last word: the object goes, unless a finalizer still holds it. */
  async #end(pod: KubeObject): Promise<Again> {
    if (!pod.metadata.deletionTimestamp) return undefined;
    if (pod.metadata.finalizers?.length && pod.metadata.deletionGracePeriodSeconds === 0) return undefined;
    await deleteIfThere(this.#context, 'pods', pod, { gracePeriodSeconds: 0 });
    return undefined;
  }
}
