import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import { type Amounts, add, amounts, type HostPort, hostPortsOf, requestsOf } from './pod-resources.ts';
import { aversionsOf, type PlacedPod, Relations } from './relations.ts';

interface Placed extends PlacedPod {
  requests: Amounts;
  ports: HostPort[];
  owner: string | undefined;
}

/** A node and what is placed on it. */
export class NodeInfo {
  node: KubeObject;
  allocatable: Amounts;
  readonly requested: Amounts = {};
  readonly #pods = new Map<string, Placed>();
  readonly #perOwner = new Map<string, number>();
  /** Those that do not want everybody beside them: few, asked about for every newcomer. */
  readonly #averse = new Map<string, Placed>();

  constructor(node: KubeObject) {
    this.node = node;
    this.allocatable = amounts(node['status']?.allocatable);
  }

  get podCount(): number {
    return this.#pods.size;
  }

  update(node: KubeObject): void {
    this.node = node;
    this.allocatable = amounts(node['status']?.allocatable);
  }

  /** Pods of that controller on this node. */
  ofOwner(uid: string | undefined): number {
    return uid ? (this.#perOwner.get(uid) ?? 0) : 0;
  }

  hasPort(test: (port: HostPort) => boolean): boolean {
    for (const { ports } of this.#pods.values()) if (ports.some(test)) return true;
    return false;
  }

  placed(): Iterable<PlacedPod> {
    return this.#pods.values();
  }

  averse(): Iterable<PlacedPod> {
    return this.#averse.values();
  }

  relabel({ metadata }: KubeObject): void {
    const placed = this.#pods.get(metadata.uid!);
    if (placed) placed.labels = metadata.labels ?? {};
  }

  place(pod: KubeObject, labelsOf: (namespace: string) => Record<string, string> = () => ({})): void {
    const uid = pod.metadata.uid!;
    this.remove(uid);
    const owner = ownerUid(pod);
    const placed = {
      requests: requestsOf(pod),
      ports: hostPortsOf(pod),
      owner,
      namespace: pod.metadata.namespace!,
      labels: pod.metadata.labels ?? {},
      aversions: aversionsOf(pod, labelsOf),
    };
    if (placed.aversions.length > 0) this.#averse.set(uid, placed);
    this.#pods.set(uid, placed);
    add(this.requested, placed.requests);
    if (owner) this.#perOwner.set(owner, this.ofOwner(owner) + 1);
  }

  remove(uid: string): void {
    const placed = this.#pods.get(uid);
    if (!placed) return;
    this.#pods.delete(uid);
    this.#averse.delete(uid);
    add(this.requested, placed.requests, -1);
    if (placed.owner) this.#perOwner.set(placed.owner, this.ofOwner(placed.owner) - 1);
  }
}

export const ownerUid = (pod: KubeObject): string | undefined =>
  pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;

/** Who is placed where, kept from changes, so that placing a pod costs one pass over the nodes and none over the pods. */
export class NodeCache {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #placedOn = new Map<string, string>();

  readonly #labelsOf: (namespace: string) => Record<string, string>;

  constructor(lister: Lister) {
    this.#labelsOf = (namespace) => lister.get<KubeObject>('namespaces', undefined, namespace)?.metadata.labels ?? {};
    for (const node of lister.list('nodes')) this.setNode(node, lister);
    for (const pod of lister.list('pods')) this.setPod(pod);
  }

  get size(): number {
    return this.#nodes.size;
  }

  nodes(): Iterable<NodeInfo> {
    return this.#nodes.values();
  }

  /** The pod's relations to what is placed; undefined when neither side has any. */
  relationsOf(pod: KubeObject): Relations | undefined {
    const { affinity, topologySpreadConstraints } = pod['spec'];
    const nodes = [...this.#nodes.values()];
    const cares = affinity?.podAffinity || affinity?.podAntiAffinity || topologySpreadConstraints?.length;
    if (!cares && nodes.every((info) => info.averse()[Symbol.iterator]().next().done)) return undefined;
    return new Relations(pod, nodes, this.#labelsOf);
  }

  setNode(node: KubeObject, lister: Lister): void {
    const known = this.#nodes.get(node.metadata.name!);
    if (known) known.update(node);
    else {
      this.#nodes.set(node.metadata.name!, new NodeInfo(node));
      for (const pod of lister.list<KubeObject>('pods')) {
        if (pod['spec'].nodeName !== node.metadata.name) continue;
        this.#placedOn.delete(pod.metadata.uid!);
        this.setPod(pod);
      }
    }
  }

  removeNode(name: string): void {
    this.#nodes.delete(name);
  }

  setPod(pod: KubeObject): void {
    const { phase } = pod['status'] ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      this.removePod(pod);
      return;
    }
    const node: string | undefined = pod['spec'].nodeName;
    if (!node) return;
    const info = this.#nodes.get(node);
    if (this.#placedOn.get(pod.metadata.uid!) === node) {
      info?.relabel(pod);
      return;
    }
    this.#placedOn.set(pod.metadata.uid!, node);
    info?.place(pod, this.#labelsOf);
  }

  removePod(pod: KubeObject): void {
    const node = this.#placedOn.get(pod.metadata.uid!);
    if (!node) return;
    this.#placedOn.delete(pod.metadata.uid!);
    this.#nodes.get(node)?.remove(pod.metadata.uid!);
  }
}
