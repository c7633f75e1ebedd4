import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { StoreEvent } from '../client.ts';
import { timestamp } from '../clock.ts';
import { withCondition } from '../controllers/conditions.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from '../controllers/controller.ts';
import { deleteIfThere } from '../controllers/ownership.ts';
import { isFinished } from '../controllers/pods.ts';
import type { Again } from '../controllers/work-queue.ts';
import { filterNode, wishOf } from './filters.ts';
import { unschedulableMessage } from './message.ts';
import { NodeCache, type NodeInfo } from './node-cache.ts';
import { findVictims } from './preemption.ts';
import type { Rejection } from './rejection.ts';
import { chooseNode } from './scores.ts';

const COMPONENT = 'default-scheduler';
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
/** Unschedulable pods are looked at again after this long even when nothing seems to have changed. */
const FLUSH_MS = 300_000;
/** Pods placed before the event loop gets its turn. */
const BATCH = 50;

interface Waiting {
  attempts: number;
  /** Not before this moment (ms). */
  from: number;
  /** True when it was refused and nothing has changed since. */
  parked: boolean;
}

/** Places pods, the important and the older first; one that fits nowhere waits until something changes. */
export class Scheduler {
  readonly #context: ControlContext;
  readonly #cache: NodeCache;
  readonly #waiting = new Map<string, Waiting>();
  #lowestPriority: number | undefined;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#cache = new NodeCache(context.lister);
  }

  controller(): Controller {
    const all = ['pods'];
    return {
      name: COMPONENT,
      watches: {
        pods: (event) => (this.#podChanged(event) ? all : []),
        nodes: (event) => (this.#nodeChanged(event) ? all : []),
        persistentvolumeclaims: (event) => (event.type === 'ADDED' && this.#unpark() ? all : []),
      },
      reconcile: () => this.#placeAll(),
    };
  }

  #podChanged({ type, object, previous }: StoreEvent): boolean {
    const key = keyOf(object);
    if (type === 'DELETED') {
      this.#waiting.delete(key);
      this.#cache.removePod(object);
      return object['spec'].nodeName ? this.#unpark() : false;
    }
    this.#cache.setPod(object);
    if (object['spec'].nodeName || object.metadata.deletionTimestamp) {
      this.#waiting.delete(key);
      // A pod that has ended frees its place.
      return previous !== undefined && isFinished(object) && !isFinished(previous) && this.#unpark();
    }
    if ((object['spec'].schedulerName ?? COMPONENT) !== COMPONENT || isFinished(object)) return false;
    const known = this.#waiting.get(key);
    if (!known) {
      this.#waiting.set(key, { attempts: 0, from: 0, parked: false });
      return true;
    }
    if (previous && previous.metadata.generation === object.metadata.generation) return false;
    known.parked = false;
    return true;
  }

  #nodeChanged({ type, object, previous }: StoreEvent): boolean {
    if (type === 'DELETED') {
      this.#cache.removeNode(object.metadata.name!);
      return false;
    }
    this.#cache.setNode(object, this.#context.lister);
    const facts = (node: KubeObject) =>
      JSON.stringify([node.metadata.labels, node['spec'], node['status']?.allocatable]);
    return (!previous || facts(object) !== facts(previous)) && this.#unpark();
  }

  #unpark(): boolean {
    let any = false;
    for (const waiting of this.#waiting.values()) {
      any ||= waiting.parked;
      waiting.parked = false;
    }
    return any;
  }

  async #placeAll(): Promise<Again> {
    const { clock, lister } = this.#context;
    const now = clock.now();
    this.#lowestPriority = undefined;
    const due: KubeObject[] = [];
    for (const [key, waiting] of this.#waiting) {
      if (waiting.parked || waiting.from > now) continue;
      const pod = lister.get('pods', ...splitKey(key));
      if (!pod || pod['spec'].nodeName) this.#waiting.delete(key);
      else due.push(pod);
    }
    due.sort(byImportance);
    for (const pod of due.slice(0, BATCH)) await this.#place(pod);
    return due.length > BATCH ? 1 : this.#nextLook();
  }

  #nextLook(): Again {
    let next = Number.POSITIVE_INFINITY;
    const now = this.#context.clock.now();
    for (const waiting of this.#waiting.values()) {
      if (waiting.parked && waiting.from + FLUSH_MS <= now) waiting.parked = false;
      next = Math.min(next, waiting.parked ? waiting.from + FLUSH_MS : waiting.from);
    }
    return next === Number.POSITIVE_INFINITY ? undefined : Math.max(next - now, 1);
  }

  async #place(pod: KubeObject): Promise<void> {
    const { client, recorder, random } = this.#context;
    const key = keyOf(pod);
    const gates: { name: string }[] = pod['spec'].schedulingGates ?? [];
    if (gates.length > 0) {
      const message = 'Scheduling is blocked due to non-empty scheduling gates';
      await this.#refuse(pod, 'SchedulingGated', message);
      return;
    }
    const missing = this.#missingClaim(pod);
    const wish = wishOf(pod, this.#cache.relationsOf(pod));
    const rejections: Rejection[] = [];
    const fitting: NodeInfo[] = [];
    for (const info of missing ? [] : this.#cache.nodes()) {
      const rejection = filterNode(wish, info);
      if (rejection) rejections.push(rejection);
      else fitting.push(info);
    }
    if (fitting.length === 0) {
      const isHopeless =
        missing || !rejections.some(({ resolvable }) => resolvable) || (pod['spec'].priority ?? 0) <= this.#lowest();
      const preemption = isHopeless ? undefined : findVictims(wish, this.#cache.nodes(), this.#context.lister);
      const message = missing
        ? `0/${this.#cache.size} nodes are available: ${missing}.`
        : unschedulableMessage(rejections, preemption !== undefined);
      recorder.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, component: COMPONENT });
      await this.#refuse(pod, 'Unschedulable', message, preemption?.node);
      for (const victim of preemption?.victims ?? []) await this.#preempt(victim, pod, preemption!.node);
      return;
    }
    const node = chooseNode(wish, fitting, random).node.metadata.name!;
    try {
      await client.bind(pod.metadata.namespace!, pod.metadata.name!, node);
    } catch (error) {
      if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return void this.#waiting.delete(key);
      throw error;
    }
    this.#waiting.delete(key);
    const message = `Successfully assigned ${key} to ${node}`;
    recorder.record(pod, { type: 'Normal', reason: 'Scheduled', message, component: COMPONENT });
  }

  /** Of all pods: whoever is not above it need not look for victims. Found once per round. */
  #lowest(): number {
    this.#lowestPriority ??= this.#context.lister
      .list<KubeObject>('pods')
      .reduce((least, one) => Math.min(least, one['spec'].priority ?? 0), Number.POSITIVE_INFINITY);
    return this.#lowestPriority;
  }

  /** A less important pod makes room, within its grace period. */
  async #preempt(victim: KubeObject, preemptor: KubeObject, node: string): Promise<void> {
    const { client, clock, recorder } = this.#context;
    if (victim.metadata.deletionTimestamp) return;
    const conditions = withCondition(
      victim['status']?.conditions ?? [],
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${COMPONENT}: preempting to accommodate a higher priority pod`,
      },
      timestamp(clock),
    );
    try {
      await client.updateStatus('pods', { ...victim, status: { ...victim['status'], conditions } });
    } catch (error) {
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
    }
    await deleteIfThere(this.#context, 'pods', victim);
    const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`;
    recorder.record(victim, { type: 'Normal', reason: 'Preempted', message, component: COMPONENT });
  }

  #missingClaim(pod: KubeObject): string | undefined {
    for (const volume of pod['spec'].volumes ?? []) {
      const name: string | undefined = volume.persistentVolumeClaim?.claimName;
      if (name && !this.#context.lister.get('persistentvolumeclaims', pod.metadata.namespace, name)) {
        return `persistentvolumeclaim "${name}" not found`;
      }
    }
    return undefined;
  }

  /** Shows why in the PodScheduled condition and parks the pod. */
  async #refuse(pod: KubeObject, reason: string, message: string, nominated?: string): Promise<void> {
    const { client, clock } = this.#context;
    const waiting = this.#waiting.get(keyOf(pod));
    if (waiting) {
      waiting.from = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** waiting.attempts, LONGEST_RETRY_MS);
      waiting.attempts++;
      waiting.parked = true;
    }
    const known = pod['status']?.conditions ?? [];
    const same = known.some(
      (condition: { type: string; reason?: string; message?: string }) =>
        condition.type === 'PodScheduled' && condition.reason === reason && condition.message === message,
    );
    if (same && !nominated) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False' as const,
      lastProbeTime: null,
      reason,
      message,
      ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    };
    // withCondition keeps a condition with the same reason; the message is what changed.
    const others = known.filter(({ type }: { type: string }) => type !== 'PodScheduled');
    const before = known.find(({ type }: { type: string }) => type === 'PodScheduled');
    const next = withCondition(others, condition, before?.lastTransitionTime ?? timestamp(clock));
    try {
      const nomination = nominated ? { nominatedNodeName: nominated } : {};
      await client.updateStatus('pods', { ...pod, status: { ...pod['status'], ...nomination, conditions: next } });
    } catch (error) {
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error;
    }
  }
}

function byImportance(a: KubeObject, b: KubeObject): number {
  const priority = (b['spec'].priority ?? 0) - (a['spec'].priority ?? 0);
  if (priority !== 0) return priority;
  return (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;
}
