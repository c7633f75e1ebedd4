/** What is set for a workload: shares or amounts, as they were said. */
export interface WorkloadLoad {
  namespace: string;
  /** `deployment/web` */
  target: string;
  cpu?: string;
  memory?: string;
}
