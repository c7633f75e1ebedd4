import type { FaultSpec } from '../../api/control/faults.ts';

/** A fault that is set. */
export interface Fault {
  id: string;
  spec: FaultSpec;
  /** Milliseconds since the epoch on the cluster's clock. */
  since: number;
  until: number | undefined;
  /** How often it has struck. */
  strikes: number;
}
