/** One layer of a pull that is under way, or was lately. Times are RFC 3339 with milliseconds. */
export interface LayerPull {
  /** `sha256:…` of the layer as it is transferred. */
  digest: string;
  /** As it is transferred. */
  sizeBytes: number;
  /**
   * `cached`: on the node before this pull; `shared`: another pull of the node, which this one waits for,
   * brings it; `waiting`: its transfer has not begun.
   */
  state: 'cached' | 'shared' | 'waiting' | 'pulling' | 'pulled';
  /** 0 of what is not transferred by this pull. */
  doneBytes: number;
  /** When its transfer begins and ends, as far as nothing else happens; absent of what is not transferred. */
  startsAt?: string;
  endsAt?: string;
}

/** A pull of one container's image. */
export interface ImagePull {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  /** As the container's spec names it. */
  image: string;
  /** When the kubelet began to wait for it; pulls of a node go one at a time. */
  queuedAt: string;
  startsAt: string;
  endsAt: string;
  /** What the node receives in a second during this pull. */
  bytesPerSecond: number;
  /** Lowest layer first. */
  layers: LayerPull[];
}

/** The answer of a simulated kubelet at `nodePullsPath`. */
export interface NodePulls {
  node: string;
  /** The moment of these figures (RFC 3339, the cluster's clock). */
  now: string;
  /** In the order in which they take their turn; those that have ended stay for a while. */
  pulls: ImagePull[];
}

/**
 * Where the kubelet of a simulated node tells of its pulls, through the API server's proxy: a path of our own,
 * which needs the right to `get nodes/proxy`. No other kubelet has it: they answer 404.
 */
export function nodePullsPath(node: string): string {
  return `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${NODE_PULLS.join('/')}`;
}

/** The path on the kubelet itself, in parts. */
export const NODE_PULLS = ['kctl', 'v1', 'pulls'] as const;
