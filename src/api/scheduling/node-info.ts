import type { KubeObject } from '../meta.ts';
import {
  type Amounts,
  add,
  amounts,
  assumedRequestsOf,
  type HostPort,
  hostPortsOf,
  portsClash,
  requestsOf,
} from './pod-resources.ts';
import type { SharedTerm } from './pod-terms.ts';

/** A pod on a node, with what scheduling asks about it. */
export interface PlacedPod {
  pod: KubeObject;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  priority: number;
  requests: Amounts;
  assumed: Amounts;
  ports: readonly HostPort[];
  /** Its wishes about neighbours; filled in by the cluster state. */
  terms: readonly SharedTerm[];
  isDeleting: boolean;
}

export const priorityOf = (pod: KubeObject): number => pod['spec'].priority ?? 0;

export function placedPod(pod: KubeObject): PlacedPod {
  return {
    pod,
    namespace: pod.metadata.namespace!,
    labels: pod.metadata.labels ?? {},
    priority: priorityOf(pod),
    requests: requestsOf(pod),
    assumed: assumedRequestsOf(pod),
    ports: hostPortsOf(pod),
    terms: [],
    isDeleting: pod.metadata.deletionTimestamp !== undefined,
  };
}

/** A node and what is placed on it. */
export class NodeInfo {
  node: KubeObject;
  allocatable: Amounts;
  readonly requested: Amounts = {};
  readonly assumed: Amounts = {};
  readonly #pods = new Map<string, PlacedPod>();
  #ports = 0;

  constructor(node: KubeObject) {
    this.node = node;
    this.allocatable = amounts(node['status']?.allocatable);
  }

  get name(): string {
    return this.node.metadata.name!;
  }

  get podCount(): number {
    return this.#pods.size;
  }

  update(node: KubeObject): void {
    if (this.node['status']?.allocatable !== node['status']?.allocatable)
      this.allocatable = amounts(node['status']?.allocatable);
    this.node = node;
  }

  /** A host port in use that is in the way of `port`. */
  clash(port: HostPort): PlacedPod | undefined {
    if (this.#ports === 0) return undefined;
    for (const placed of this.#pods.values()) if (placed.ports.some((taken) => portsClash(port, taken))) return placed;
    return undefined;
  }

  pods(): MapIterator<PlacedPod> {
    return this.#pods.values();
  }

  place(pod: KubeObject): PlacedPod {
    const placed = placedPod(pod);
    this.put(placed);
    return placed;
  }

  put(placed: PlacedPod): void {
    const uid = placed.pod.metadata.uid!;
    this.remove(uid);
    this.#pods.set(uid, placed);
    add(this.requested, placed.requests);
    add(this.assumed, placed.assumed);
    this.#ports += placed.ports.length;
  }

  remove(uid: string): PlacedPod | undefined {
    const placed = this.#pods.get(uid);
    if (!placed) return undefined;
    this.#pods.delete(uid);
    add(this.requested, placed.requests, -1);
    add(this.assumed, placed.assumed, -1);
    this.#ports -= placed.ports.length;
    return placed;
  }

  /** The same node as it would be with other pods on it. */
  with({ added = [], removed = [] }: Delta): NodeInfo {
    const other = new NodeInfo(this.node);
    for (const placed of this.#pods.values()) if (!removed.includes(placed)) other.put(placed);
    for (const placed of added) other.put(placed);
    return other;
  }
}

/** Pods that are taken to be on a node, or gone from it, while one asks whether another would fit. */
export interface Delta {
  added?: readonly PlacedPod[];
  removed?: readonly PlacedPod[];
}

/** How many more of the pods that `matches` there would be. */
export function shift(delta: Delta | undefined, matches: (placed: PlacedPod) => boolean): number {
  if (!delta) return 0;
  let sum = 0;
  for (const placed of delta.added ?? []) if (matches(placed)) sum++;
  for (const placed of delta.removed ?? []) if (matches(placed)) sum--;
  return sum;
}
