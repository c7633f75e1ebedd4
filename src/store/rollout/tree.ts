import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type Budget, budgetsOf } from './budgets.ts';
import { type PodNode, podProgress } from './pod-progress.ts';
import {
  CHANGE_CAUSE_ANNOTATION,
  isControlledBy,
  newReplicaSet,
  type PodTemplate,
  revisionNumber,
} from './revisions.ts';
import { type RolloutRoom, rolloutRoom } from './room.ts';
import type { RolloutState } from './state.ts';

export interface RolloutTree {
  kind: string;
  namespace: string;
  name: string;
  createdAt: string;
  /** `RollingUpdate`, `Recreate` or `OnDelete`. */
  strategy: string;
  paused: boolean;
  /** One pod at a time, each waited for, whatever its revision (StatefulSets that are not `Parallel`). */
  ordered: boolean;
  /** Seconds that a pod has to be ready before it counts as available. */
  minReadySeconds: number;
  /** Pods: wanted, there at all, of the new revision and ready of these, of older ones, ready, available. */
  totals: {
    desired: number;
    total: number;
    new: number;
    newReady: number;
    old: number;
    ready: number;
    available: number;
  };
  room: RolloutRoom;
  /** PodDisruptionBudgets that select its pods. They bind evictions (drains), not the rollout itself. */
  budgets: readonly Budget[];
  /** Newest first; the new one, and older ones that still have pods or are wanted to. */
  revisions: readonly RevisionNode[];
  /** Older revisions that are kept for undo and have no pods. */
  kept: number;
}

export interface RevisionNode {
  /** Name of the ReplicaSet or ControllerRevision. */
  name: string;
  kind: string;
  revision: number | undefined;
  isNew: boolean;
  desired: number;
  ready: number;
  createdAt: string;
  changeCause: string;
  images: readonly RevisionImage[];
  pods: readonly PodNode[];
}

export interface RevisionImage {
  reference: string;
  /** Undefined while unknown; null where the server knows nothing of it. */
  facts: ImageFacts | null | undefined;
  /** Layers, and their bytes, that no image of another shown revision has; undefined without facts. */
  fresh: { layers: number; bytes: number } | undefined;
}

/**
 * The picture of a rollout at this moment; undefined until the workload itself was seen.
 * @param now ms since the epoch, on the cluster's clock
 */
export function rolloutTree(state: RolloutState, now: number): RolloutTree | undefined {
  const { workload } = state;
  if (!workload) return undefined;
  const owned = [...state.revisions.values()].filter((revision) => isControlledBy(revision, workload));
  const current = currentRevision(workload, owned);
  const pods = podsByRevision(state, workload, owned);
  const nodes = owned
    .map((revision) => revisionNode(revision, revision === current, { workload, state, now }, pods.get(revision) ?? []))
    .filter((node) => node.isNew || node.pods.length > 0 || node.desired > 0)
    .sort((a, b) => (b.revision ?? Number.MAX_SAFE_INTEGER) - (a.revision ?? Number.MAX_SAFE_INTEGER));
  const spec = workload.spec ?? {};
  const totals = totalsOf(workload, nodes);
  return {
    kind: workload.kind,
    namespace: workload.metadata.namespace ?? '',
    name: workload.metadata.name ?? '',
    createdAt: workload.metadata.creationTimestamp ?? '',
    strategy: (spec.strategy ?? spec.updateStrategy)?.type ?? 'RollingUpdate',
    paused: spec.paused === true,
    ordered: workload.kind === 'StatefulSet' && spec.podManagementPolicy !== 'Parallel',
    minReadySeconds: spec.minReadySeconds ?? 0,
    totals,
    budgets: budgetsOf(state, workload),
    room: rolloutRoom(workload, totals.desired, totals.total, totals.available),
    revisions: nodes.map((node) => ({ ...node, images: freshImages(node, nodes) })),
    kept: owned.length - nodes.length,
  };
}

function currentRevision(workload: KubeObject, owned: readonly KubeObject[]): KubeObject | undefined {
  if (workload.kind === 'Deployment') return newReplicaSet(workload, owned);
  if (workload.kind === 'StatefulSet') {
    return owned.find((revision) => revision.metadata.name === workload.status?.updateRevision);
  }
  return owned.toSorted((a, b) => (b.revision ?? 0) - (a.revision ?? 0))[0];
}

function podsByRevision(
  state: RolloutState,
  workload: KubeObject,
  owned: readonly KubeObject[],
): Map<KubeObject, KubeObject[]> {
  const byOwner = new Map(owned.map((revision) => [revision.metadata.uid, revision]));
  // StatefulSets label pods with the revision's name, DaemonSets with the hash at its end.
  const byLabel = new Map(
    owned.flatMap((revision) => {
      const { name = '', labels } = revision.metadata;
      return [name, labels?.['controller-revision-hash'] ?? name].map((text) => [text, revision] as const);
    }),
  );
  const result = new Map<KubeObject, KubeObject[]>();
  for (const pod of state.pods.values()) {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;
    const hash = pod.metadata.labels?.['controller-revision-hash'] ?? '';
    const revision = owner === workload.metadata.uid ? byLabel.get(hash) : byOwner.get(owner);
    if (!revision) continue;
    const pods = result.get(revision);
    if (pods) pods.push(pod);
    else result.set(revision, [pod]);
  }
  return result;
}

function revisionNode(
  revision: KubeObject,
  isNew: boolean,
  { workload, state, now }: { workload: KubeObject; state: RolloutState; now: number },
  pods: readonly KubeObject[],
): RevisionNode {
  const timed = isNew ? { now, minReadyMs: (workload.spec?.minReadySeconds ?? 0) * 1000 } : undefined;
  const nodes = pods.map((pod) => podProgress(pod, state, timed)).sort(byAgeAndName);
  const isReplicaSet = revision.kind === 'ReplicaSet';
  const template = isReplicaSet ? revision.spec?.template : revision.data?.spec?.template;
  const references = imagesOf(template ?? {});
  return {
    name: revision.metadata.name ?? '',
    kind: revision.kind,
    revision: revisionNumber(revision),
    isNew,
    desired: isReplicaSet ? (revision.spec?.replicas ?? 1) : isNew ? desiredOf(workload) : 0,
    ready: nodes.filter((pod) => pod.stage === 'ready').length,
    createdAt: revision.metadata.creationTimestamp ?? '',
    changeCause: revision.metadata.annotations?.[CHANGE_CAUSE_ANNOTATION] ?? '',
    images: references.map((reference) => ({ reference, facts: state.images.get(reference), fresh: undefined })),
    pods: nodes,
  };
}

/** Images of a pod template, each once, init containers first. */
export function imagesOf(template: PodTemplate): string[] {
  const { initContainers = [], containers = [] } = template.spec ?? {};
  return [...new Set<string>([...initContainers, ...containers].map((container) => container.image ?? ''))];
}

function freshImages(node: RevisionNode, all: readonly RevisionNode[]): RevisionImage[] {
  const elsewhere = new Set(
    all
      .filter((other) => other !== node)
      .flatMap((other) => other.images.flatMap((image) => image.facts?.layers.map((layer) => layer.digest) ?? [])),
  );
  return node.images.map((image) => {
    if (!image.facts) return image;
    const layers = image.facts.layers.filter((layer) => !elsewhere.has(layer.digest));
    return { ...image, fresh: { layers: layers.length, bytes: layers.reduce((sum, l) => sum + l.sizeBytes, 0) } };
  });
}

function desiredOf(workload: KubeObject): number {
  if (workload.kind === 'DaemonSet') return workload.status?.desiredNumberScheduled ?? 0;
  return workload.spec?.replicas ?? 1;
}

function totalsOf(workload: KubeObject, nodes: readonly RevisionNode[]): RolloutTree['totals'] {
  const living = (node: RevisionNode) => node.pods.filter((pod) => pod.stage !== 'terminating').length;
  const sum = (pick: (node: RevisionNode) => number) => nodes.reduce((total, node) => total + pick(node), 0);
  const { availableReplicas, numberAvailable } = workload.status ?? {};
  return {
    desired: desiredOf(workload),
    total: sum(living),
    new: sum((node) => (node.isNew ? living(node) : 0)),
    newReady: sum((node) => (node.isNew ? node.ready : 0)),
    old: sum((node) => (node.isNew ? 0 : living(node))),
    ready: sum((node) => node.ready),
    available: availableReplicas ?? numberAvailable ?? 0,
  };
}

function byAgeAndName(a: PodNode, b: PodNode): number {
  return a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name, 'en', { numeric: true });
}
