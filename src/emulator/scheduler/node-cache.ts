import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import { type Amounts, add, amounts, type HostPort, hostPortsOf, requestsOf } from './pod-resources.ts';

interface Placed {
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

  place(pod: KubeObject): void {
    const uid = pod.metadata.uid!;
    this.remove(uid);
    const owner = ownerUid(pod);
    const placed = { requests: requestsOf(pod), ports: hostPortsOf(pod), owner };
    this.#pods.set(uid, placed);
    add(this.requested, placed.requests);
    if (owner) this.#perOwner.set(owner, this.ofOwner(owner) + 1);
  }

  remove(uid: string): void {
    const placed = this.#pods.get(uid);
    if (!placed) return;
    this.#pods.delete(uid);
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

  constructor(lister: Lister) {
    for (const node of lister.list('nodes')) this.setNode(node, lister);
    for (const pod of lister.list('pods')) this.setPod(pod);
  }

  get size(): number {
    return this.#nodes.size;
  }

  nodes(): Iterable<NodeInfo> {
    return this.#nodes.values();
  }

  setNode(node: KubeObject, lister: Lister): void {
    const known = this.#nodes.get(node.metadata.name!);
    if (known) known.update(node);
    else {
      this.#nodes.set(node.metadata.name!, new NodeInfo(node));
      for (const pod of lister.list('pods')) if (pod['spec'].nodeName === node.metadata.name) this.setPod(pod);
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
    if (!node || this.#placedOn.get(pod.metadata.uid!) === node) return;
    this.#placedOn.set(pod.metadata.uid!, node);
    this.#nodes.get(node)?.place(pod);
  }

  removePod(pod: KubeObject): void {
    const node = this.#placedOn.get(pod.metadata.uid!);
    if (!node) return;
    this.#placedOn.delete(pod.metadata.uid!);
    this.#nodes.get(node)?.remove(pod.metadata.uid!);
  }
}
