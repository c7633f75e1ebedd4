/** Why a node does not take a pod. */
export interface Rejection {
  reasons: string[];
  /** False where no eviction of other pods could help. */
  resolvable: boolean;
}
