import type { Selector } from '../../lib/label-selector.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';
import type { KubeObject } from '../meta.ts';
import { NodeInfo, type PlacedPod, priorityOf } from './node-info.ts';
import { PlacedTerms } from './placed-terms.ts';
import { requestsOf } from './pod-resources.ts';
import { Tally } from './tally.ts';

/** Questions about pods that are remembered for a namespace before the oldest are forgotten. */
const MOST_TALLIES = 256;
const ZONE = 'topology.kubernetes.io/zone';

interface Place {
  info: NodeInfo;
  placed: PlacedPod;
}

/**
 * The nodes and who is placed where, kept from changes, so that placing a pod costs no pass over the pods. Pods that
 * have ended take no place.
 */
export class ClusterState {
  readonly terms = new PlacedTerms();
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #places = new Map<string, Place>();
  readonly #byNamespace = new Map<string, Set<Place>>();
  readonly #tallies = new Map<string, Map<string, Tally>>();
  readonly #images = new Map<string, number>();
  readonly #claims = new Map<string, Set<PlacedPod>>();
  readonly #priorities = new Map<number, number>();
  readonly #homeless = new Map<string, Map<string, KubeObject>>();
  #order: NodeInfo[] | undefined;
  #version = 0;

  /** Another number after each change that may make a node say something else of a pod. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#nodes.size;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** The nodes, zones in turn, as the scheduler walks through them (pkg/scheduler/backend/cache/node_tree.go). */
  nodes(): readonly NodeInfo[] {
    if (!this.#order) {
      const zones = [...Map.groupBy(this.#nodes.values(), ({ node }) => node.metadata.labels?.[ZONE]).values()];
      const longest = Math.max(0, ...zones.map(({ length }) => length));
      this.#order = [];
      for (let at = 0; at < longest; at++) for (const zone of zones) if (at < zone.length) this.#order.push(zone[at]!);
    }
    return this.#order;
  }

  /** On how many nodes an image is, by the name that nodes give it. */
  nodesWithImage(name: string): number {
    return this.#images.get(name) ?? 0;
  }

  /** Placed pods that mount a claim. */
  usersOfClaim(namespace: string, name: string): ReadonlySet<PlacedPod> | undefined {
    return this.#claims.get(`${namespace}/${name}`);
  }

  /** The least priority of a placed pod; infinity when none is placed. */
  lowestPriority(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const priority of this.#priorities.keys()) least = Math.min(least, priority);
    return least;
  }

  tally(namespace: string, selector: Selector): Tally {
    const known = entryOf(this.#tallies, namespace, () => new Map<string, Tally>());
    // Nothing and everything read the same.
    const id = `${selector} ${selector.matches({})}`;
    let tally = known.get(id);
    if (tally) return tally;
    tally = new Tally(selector);
    for (const { placed, info } of this.#byNamespace.get(namespace) ?? []) tally.change(placed, info, 1);
    if (known.size >= MOST_TALLIES) known.delete(known.keys().next().value!);
    known.set(id, tally);
    return tally;
  }

  setNode(node: KubeObject): void {
    const name = node.metadata.name!;
    const known = this.#nodes.get(name);
    if (!known || !saysTheSame(known.node, node)) this.#version++;
    if (known) {
      if (known.node.metadata.labels?.[ZONE] !== node.metadata.labels?.[ZONE]) this.#order = undefined;
      if (known.node['status']?.images !== node['status']?.images) {
        this.#countImages(known.node, -1);
        this.#countImages(node, 1);
      }
      known.update(node);
      return;
    }
    this.#nodes.set(name, new NodeInfo(node));
    this.#order = undefined;
    this.#countImages(node, 1);
    const waiting = this.#homeless.get(name);
    this.#homeless.delete(name);
    for (const pod of waiting?.values() ?? []) this.setPod(pod);
  }

  removeNode(name: string): void {
    const known = this.#nodes.get(name);
    if (!known) return;
    this.#version++;
    const pods = [...known.pods()];
    for (const { pod } of pods) this.removePod(pod);
    this.#countImages(known.node, -1);
    this.#nodes.delete(name);
    this.#order = undefined;
    // The node may come back before its pods are gone.
    for (const { pod } of pods) this.setPod(pod);
  }

  /** @param node where the pod is taken to be, though it has not been told yet */
  setPod(pod: KubeObject, node: string | undefined = pod['spec'].nodeName): void {
    const uid = pod.metadata.uid!;
    const phase = pod['status']?.phase;
    if (!node || phase === 'Succeeded' || phase === 'Failed') {
      this.removePod(pod);
      return;
    }
    const known = this.#places.get(uid);
    if (known && known.info.name === node && isSame(known.placed.pod, pod)) {
      known.placed.pod = pod;
      return;
    }
    this.removePod(pod);
    const info = this.#nodes.get(node);
    if (info) this.#enter(pod, info);
    else entryOf(this.#homeless, node, () => new Map<string, KubeObject>()).set(uid, pod);
  }

  removePod(pod: KubeObject): void {
    const uid = pod.metadata.uid!;
    const known = this.#places.get(uid);
    if (!known) {
      if (this.#homeless.size === 0) return;
      for (const [node, waiting] of this.#homeless)
        if (waiting.delete(uid) && waiting.size === 0) this.#homeless.delete(node);
      return;
    }
    const { info, placed } = known;
    this.#version++;
    this.#places.delete(uid);
    info.remove(uid);
    this.terms.remove(placed.terms, info);
    this.#byNamespace.get(placed.namespace)?.delete(known);
    for (const tally of this.#tallies.get(placed.namespace)?.values() ?? []) tally.change(placed, info, -1);
    for (const key of claimKeys(placed.pod)) {
      const users = this.#claims.get(key);
      users?.delete(placed);
      if (users?.size === 0) this.#claims.delete(key);
    }
    const left = (this.#priorities.get(placed.priority) ?? 0) - 1;
    if (left > 0) this.#priorities.set(placed.priority, left);
    else this.#priorities.delete(placed.priority);
  }

  #enter(pod: KubeObject, info: NodeInfo): void {
    this.#version++;
    const placed = info.place(pod);
    placed.terms = this.terms.add(pod, info);
    const place: Place = { info, placed };
    this.#places.set(pod.metadata.uid!, place);
    entryOf(this.#byNamespace, placed.namespace, () => new Set<Place>()).add(place);
    for (const tally of this.#tallies.get(placed.namespace)?.values() ?? []) tally.change(placed, info, 1);
    for (const key of claimKeys(pod)) entryOf(this.#claims, key, () => new Set<PlacedPod>()).add(placed);
    const priority = priorityOf(pod);
    this.#priorities.set(priority, (this.#priorities.get(priority) ?? 0) + 1);
  }

  #countImages(node: KubeObject, by: number): void {
    for (const { names = [] } of (node['status']?.images ?? []) as { names?: string[] }[])
      for (const name of names) this.#images.set(name, (this.#images.get(name) ?? 0) + by);
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Nodes report often, and seldom anything that pods are placed by. */
function saysTheSame(before: KubeObject, after: KubeObject): boolean {
  return (
    before === after ||
    (jsonEqual(before.metadata.labels, after.metadata.labels) &&
      jsonEqual(before['status']?.declaredFeatures, after['status']?.declaredFeatures) &&
      jsonEqual(before['spec'], after['spec']) &&
      jsonEqual(before['status']?.allocatable, after['status']?.allocatable))
  );
}

/** Does the pod still take the same place, to whoever asks? */
function isSame(before: KubeObject, after: KubeObject): boolean {
  const [was, is] = [before.metadata, after.metadata];
  if (was.generation !== is.generation || was.deletionTimestamp !== is.deletionTimestamp) return false;
  // What a kubelet grants of a resize is told in the status.
  if ((is.generation ?? 1) > 1 && !jsonEqual(requestsOf(before), requestsOf(after))) return false;
  const [old = {}, now = {}] = [was.labels, is.labels];
  const keys = Object.keys(now);
  return keys.length === Object.keys(old).length && keys.every((key) => old[key] === now[key]);
}

function* claimKeys(pod: KubeObject): Generator<string> {
  for (const { persistentVolumeClaim } of pod['spec'].volumes ?? []) {
    if (persistentVolumeClaim) yield `${pod.metadata.namespace}/${persistentVolumeClaim.claimName}`;
  }
}
