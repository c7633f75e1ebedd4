/** How many can be added at once. */
export const MOST_NODES = 10_000;

/** A node in the answer of `GET /kctl/v1/nodes`. */
export interface NodeSummary {
  name: string;
  /** As `kubectl get` says it: `Ready,SchedulingDisabled`. */
  status: string;
  roles: string[];
  zone?: string;
  /** Quantities. */
  capacity: { cpu?: string; memory?: string; pods?: string };
  /** That are bound to it. */
  pods: number;
  /** Its kubelet is silent. */
  down: boolean;
}

/** The answer of `POST /kctl/v1/nodes/<action>`. */
export interface NodesDone {
  nodes: { name: string; changed: boolean }[];
}
