/** Why a node does not take a pod. */
export interface Rejection {
  /** The plugin of the default scheduler that says so. */
  plugin: string;
  /** In the scheduler's words. */
  reasons: readonly string[];
  /** False where no eviction of other pods could help. */
  resolvable: boolean;
}
