import { appsTables } from './apps.ts';
import { autoscalingTables } from './autoscaling.ts';
import { batchTables } from './batch.ts';
import { clusterTables } from './cluster.ts';
import { coreConfigTables } from './core-config.ts';
import { coreWorkloadTables } from './core-workloads.ts';
import { defaultPrinter, type TablePrinter } from './define.ts';
import { networkingTables } from './networking.ts';
import { policyTables } from './policy.ts';
import { rbacTables } from './rbac.ts';
import { storageTables } from './storage.ts';

export { crdTablePrinter } from './custom.ts';
export type { TablePrinter } from './define.ts';

const tables: Readonly<Record<string, TablePrinter>> = {
  ...coreWorkloadTables,
  ...coreConfigTables,
  ...appsTables,
  ...batchTables,
  ...autoscalingTables,
  ...networkingTables,
  ...rbacTables,
  ...storageTables,
  ...policyTables,
  ...clusterTables,
};

/** The printer of `pods`, `deployments.apps`, ... as Kubernetes 1.36 has it; unknown resources have name and age. */
export function tablePrinter(groupResource: string): TablePrinter {
  return Object.hasOwn(tables, groupResource) ? (tables[groupResource] ?? defaultPrinter) : defaultPrinter;
}
