import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { NodePulls } from '../../api/node-pulls.ts';

/** What a rollout is known by so far. Immutable; only `reduceRollout` makes new ones. */
export interface RolloutState {
  /** Deployment, StatefulSet or DaemonSet; undefined until it was seen, or after it was deleted. */
  workload: KubeObject | undefined;
  deleted: boolean;
  /** ReplicaSets or ControllerRevisions, by uid. */
  revisions: ReadonlyMap<string, KubeObject>;
  /** By uid. */
  pods: ReadonlyMap<string, KubeObject>;
  /** By when the last pod that has gone had to be gone (RFC 3339); '' while none has. */
  lastGone: string;
  /** PodDisruptionBudgets of the namespace, by uid. */
  budgets: ReadonlyMap<string, KubeObject>;
  /** Nodes that new pods were sent to, by name; null: it cannot be read. */
  nodes: ReadonlyMap<string, KubeObject | null>;
  /** By uid of the object that they are about, then by `reason/container`. */
  notices: ReadonlyMap<string, ReadonlyMap<string, Notice>>;
  /** By reference as pods name it; null: the server knows no facts of it. */
  images: ReadonlyMap<string, ImageFacts | null>;
  /** What nodes tell of their pulls, by node; null: this node tells nothing. */
  pulls: ReadonlyMap<string, NodePulls | null>;
  /** The end of the log of a run that crashed, by `pod uid/container`. */
  logs: ReadonlyMap<string, CrashLog>;
}

/** One reason of events.v1 that something of the rollout gave: the last of them, and since when they come. */
export interface Notice {
  /** Of the object that it is about. */
  uid: string;
  kind: string;
  name: string;
  /** '' where it is about no container. */
  container: string;
  reason: string;
  message: string;
  /** RFC 3339: the last time, and the first. */
  at: string;
  since: string;
  count: number;
  warning: boolean;
}

interface CrashLog {
  pod: string;
  container: string;
  /** How often it had restarted when it was read. */
  restarts: number;
  /** Without escape sequences made harmless: whoever shows them does that. */
  lines: readonly string[];
  /** Why it could not be read; '' where it was. */
  problem: string;
}

/** Where objects came from, which says how to take them up. */
export type RolloutKind = 'workload' | 'revision' | 'pod' | 'event' | 'budget';

export type RolloutEvent =
  | { type: 'put'; kind: RolloutKind; object: KubeObject }
  | { type: 'drop'; kind: RolloutKind; object: KubeObject }
  /** A list: everything of that kind that it does not hold is gone. */
  | { type: 'list'; kind: RolloutKind; objects: readonly KubeObject[] }
  | { type: 'image'; reference: string; facts: ImageFacts | null }
  | { type: 'node'; name: string; object: KubeObject | null }
  | { type: 'pulls'; node: string; pulls: NodePulls | null }
  | { type: 'log'; uid: string; log: CrashLog };

export const emptyRollout: RolloutState = {
  workload: undefined,
  deleted: false,
  revisions: new Map(),
  pods: new Map(),
  lastGone: '',
  budgets: new Map(),
  nodes: new Map(),
  notices: new Map(),
  images: new Map(),
  pulls: new Map(),
  logs: new Map(),
};

/** The latest notice about an object with one of these reasons, of one container where that is said. */
export function noticeOf(
  state: RolloutState,
  uid: string,
  reasons: readonly string[],
  container?: string,
): Notice | undefined {
  let best: Notice | undefined;
  for (const notice of state.notices.get(uid)?.values() ?? []) {
    if (!reasons.includes(notice.reason)) continue;
    if (container !== undefined && notice.container !== container) continue;
    if (!best || notice.at > best.at) best = notice;
  }
  return best;
}
