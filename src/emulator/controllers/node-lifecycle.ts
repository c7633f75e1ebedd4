import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { type ControlContext, type Controller, keyOf, patienceFor, splitKey } from './controller.ts';
import { markPodUnready, markUnknown, readiness } from './node-lifecycle/readiness.ts';
import { Silence } from './node-lifecycle/silence.ts';
import { carriedKey, evictingKey, keepAway, setEvicting } from './node-lifecycle/taints.ts';
import { type ZoneCount, Zones, zoneOf } from './node-lifecycle/zones.ts';
import { isReady } from './pods.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'node-controller';
const NODES = 'nodes';
/** Silence is looked for in steps (kube-controller-manager --node-monitor-period), so that nodes that went together are seen together. */
const MONITOR_MS = 5000;
/** Its nodes do not count when the state of a zone is judged. */
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

interface Known {
  uid: string;
  zone: string;
  isReady: boolean;
  counts: boolean;
  /** When its silence is too long. */
  endsAt: number;
}

/**
 * Judges nodes by their leases and statuses: one that is silent becomes Unknown and its pods count as not ready; one
 * that is not ready is tainted, NoSchedule at once, NoExecute at the speed that the state of its zone allows
 * (kubernetes pkg/controller/nodelifecycle).
 */
export function nodeLifecycleController(context: ControlContext): Controller {
  const monitor = new NodeMonitor(context);
  return {
    name: COMPONENT,
    watches: {
      // One key for all nodes: what one of them may lose depends on how the others are.
      nodes: ({ object }) => {
        monitor.look(object.metadata.name!);
        return [NODES];
      },
      // A pod that came to a node that nothing is known of.
      pods: ({ type, object, previous }) => {
        const node = object['spec'].nodeName;
        if (!node || type === 'DELETED' || previous?.['spec'].nodeName === node) return [];
        return monitor.isDoubtful(node) ? [keyOf(object)] : [];
      },
    },
    patience: (key) => (key === NODES ? patienceFor(monitor.count) : 0),
    reconcile: (key) => (key === NODES ? monitor.pass() : markIfDoubtful(context, monitor, key)),
  };
}

async function markIfDoubtful(context: ControlContext, monitor: NodeMonitor, key: string): Promise<Again> {
  const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
  if (pod && isReady(pod) && monitor.isDoubtful(pod['spec'].nodeName)) await markPodUnready(context, pod);
  return undefined;
}

class NodeMonitor {
  readonly #context: ControlContext;
  readonly #silence: Silence;
  readonly #zones = new Zones();
  readonly #known = new Map<string, Known>();
  readonly #dirty = new Set<string>();
  /** Nodes that are to get a NoExecute taint, in the order in which they failed. */
  readonly #giveUp = new Set<string>();

  constructor(context: ControlContext) {
    this.#context = context;
    this.#silence = new Silence(context);
  }

  get count(): number {
    return this.#known.size;
  }

  look(name: string): void {
    this.#dirty.add(name);
  }

  isDoubtful(name: string): boolean {
    const known = this.#known.get(name);
    return known !== undefined && !known.isReady;
  }

  async pass(): Promise<Again> {
    const { clock } = this.#context;
    const names = new Set(this.#dirty);
    this.#dirty.clear();
    const started = clock.now();
    for (const [name, { endsAt }] of this.#known) if (monitoredAt(endsAt) <= started) names.add(name);
    let failure: unknown;
    for (const name of names) {
      try {
        await this.#examine(name);
      } catch (error) {
        this.#dirty.add(name);
        // Who waits for a retry may hide what else went wrong.
        if (failure === undefined || isApiError(failure, 'Conflict')) failure = error;
      }
    }
    await this.#judgeZones();
    const taintAt = await this.#taint();
    if (failure !== undefined) throw failure;
    let next = taintAt;
    for (const { endsAt } of this.#known.values()) next = Math.min(next, monitoredAt(endsAt));
    return Number.isFinite(next) ? Math.max(next - clock.now(), 1) : undefined;
  }

  async #examine(name: string): Promise<void> {
    let node = this.#context.lister.get<KubeObject>('nodes', undefined, name);
    const before = this.#known.get(name);
    if (before && before.uid !== node?.metadata.uid) this.#forget(name, before.uid);
    if (!node) return;
    const known = this.#known.get(name) ?? this.#register(node);
    const endsAt = this.#silence.endsAt(node);
    const isSilent = endsAt <= this.#context.clock.now();
    // The look at a silent node is over; the next word from it is an event.
    known.endsAt = isSilent ? Number.POSITIVE_INFINITY : endsAt;
    try {
      if (isSilent && readiness(node)?.status !== 'Unknown') node = await markUnknown(this.#context, node);
    } finally {
      known.isReady = readiness(node)?.status === 'True';
    }
    known.zone = zoneOf(node);
    known.counts = node.metadata.labels?.[EXCLUDED] === undefined;
    node = await keepAway(this.#context, node);
    await this.#evict(node);
  }

  #register(node: KubeObject): Known {
    const { name, uid } = node.metadata;
    const known = { uid: uid!, zone: zoneOf(node), isReady: false, counts: true, endsAt: Number.POSITIVE_INFINITY };
    this.#known.set(name!, known);
    this.#say(name!, uid!, 'RegisteredNode', `Registered Node ${name} in Controller`);
    return known;
  }

  #forget(name: string, uid: string): void {
    this.#known.delete(name);
    this.#silence.forget(name);
    this.#giveUp.delete(name);
    this.#say(name, uid, 'RemovingNode', `Removing Node ${name} from Controller`);
  }

  #say(name: string, uid: string, reason: string, what: string): void {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    const message = `Node ${name} event: ${what}`;
    this.#context.recorder.record(node, { type: 'Normal', reason, message, component: COMPONENT });
  }

  /** A node that has one of the two taints changes it at once; one that has none waits for its turn. */
  async #evict(node: KubeObject): Promise<void> {
    const name = node.metadata.name!;
    const wanted = evictingKey(node);
    const carried = carriedKey(node);
    if (!wanted || wanted === carried) this.#giveUp.delete(name);
    if (wanted === carried) return;
    if (wanted && !carried) this.#giveUp.add(name);
    // A node that never said anything keeps what it was made with.
    else if (readiness(node)) await setEvicting(this.#context, node, wanted);
  }

  async #judgeZones(): Promise<void> {
    const counts = new Map<string, ZoneCount>();
    for (const { zone, isReady: ready, counts: isCounted } of this.#known.values()) {
      if (!isCounted) continue;
      const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
      count[ready ? 'ready' : 'notReady']++;
      counts.set(zone, count);
    }
    const news = this.#zones.judge(counts, this.#context.clock.now());
    if (news === 'found') this.#silence.forgive();
    if (news !== 'lost') return;
    for (const name of this.#known.keys()) {
      const node = this.#context.lister.get<KubeObject>('nodes', undefined, name);
      if (node && carriedKey(node)) await setEvicting(this.#context, node, undefined);
    }
  }

  /** @returns when the next one may be given up */
  async #taint(): Promise<number> {
    const { clock, lister } = this.#context;
    let next = Number.POSITIVE_INFINITY;
    for (const name of this.#giveUp) {
      const zone = this.#known.get(name)?.zone ?? '';
      const at = this.#zones.nextAt(zone);
      if (at > clock.now()) {
        next = Math.min(next, at);
        continue;
      }
      const node = lister.get<KubeObject>('nodes', undefined, name);
      const wanted = node && evictingKey(node);
      this.#zones.spend(zone, clock.now());
      if (node && wanted) await setEvicting(this.#context, node, wanted);
      this.#giveUp.delete(name);
    }
    return next;
  }
}

/** The first look at or after a moment. */
const monitoredAt = (ms: number): number => Math.ceil(ms / MONITOR_MS) * MONITOR_MS;
