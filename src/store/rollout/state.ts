import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';

/** What a rollout is known by so far. Immutable; only `reduceRollout` makes new ones. */
export interface RolloutState {
  /** Deployment, StatefulSet or DaemonSet; undefined until it was seen, or after it was deleted. */
  workload: KubeObject | undefined;
  deleted: boolean;
  /** ReplicaSets or ControllerRevisions, by uid. */
  revisions: ReadonlyMap<string, KubeObject>;
  /** By uid. */
  pods: ReadonlyMap<string, KubeObject>;
  /** The latest event of each reason, by `uid of the object/reason`. */
  notices: ReadonlyMap<string, Notice>;
  /** By reference as pods name it; null: the server knows no facts of it. */
  images: ReadonlyMap<string, ImageFacts | null>;
}

/** One reason of events.v1 that something of the rollout gave, and when it did so last. */
export interface Notice {
  reason: string;
  message: string;
  /** RFC 3339 */
  at: string;
  warning: boolean;
}

/** Where objects came from, which says how to take them up. */
export type RolloutKind = 'workload' | 'revision' | 'pod' | 'event';

export type RolloutEvent =
  | { type: 'put'; kind: RolloutKind; object: KubeObject }
  | { type: 'drop'; kind: RolloutKind; object: KubeObject }
  /** A list: everything of that kind that it does not hold is gone. */
  | { type: 'list'; kind: RolloutKind; objects: readonly KubeObject[] }
  | { type: 'image'; reference: string; facts: ImageFacts | null };

export const emptyRollout: RolloutState = {
  workload: undefined,
  deleted: false,
  revisions: new Map(),
  pods: new Map(),
  notices: new Map(),
  images: new Map(),
};
