import type { TableColumn, TableRow } from '../../../api/meta.ts';
import { type Health, healthColumns, rowHealth } from '../../../api/row-health.ts';
import { isFault } from '../row-health.ts';
import type { KindWish, LiveKinds } from './live-kinds.ts';

/** What pulses shows, in the order of the grid; each by its word on the screen. */
export const pulseKinds: readonly { kind: string; title: string; namespaced: boolean }[] = [
  { kind: 'pods', title: 'Pods', namespaced: true },
  { kind: 'deployments.apps', title: 'Deployments', namespaced: true },
  { kind: 'replicasets.apps', title: 'ReplicaSets', namespaced: true },
  { kind: 'statefulsets.apps', title: 'StatefulSets', namespaced: true },
  { kind: 'daemonsets.apps', title: 'DaemonSets', namespaced: true },
  { kind: 'jobs.batch', title: 'Jobs', namespaced: true },
  { kind: 'cronjobs.batch', title: 'CronJobs', namespaced: true },
  { kind: 'persistentvolumeclaims', title: 'Claims', namespaced: true },
  { kind: 'persistentvolumes', title: 'Volumes', namespaced: false },
  { kind: 'nodes', title: 'Nodes', namespaced: false },
  { kind: 'horizontalpodautoscalers.autoscaling', title: 'Autoscalers', namespaced: true },
  { kind: 'events', title: 'Events', namespaced: true },
];

/** Columns whose places are looked up once for each set of columns. */
const places = new WeakMap<readonly TableColumn[], ReturnType<typeof healthColumns>>();

/** Health by a printed row: all that is kept of an object. */
function keepHealth(row: TableRow, columns: readonly TableColumn[]): Health {
  let place = places.get(columns);
  if (!place) {
    place = healthColumns(columns);
    places.set(columns, place);
  }
  return rowHealth({ cells: row.cells, deletionTimestamp: row.object.metadata.deletionTimestamp }, place);
}

export function pulseWishes(namespace: string | undefined): KindWish[] {
  const scope = namespace === undefined ? {} : { namespace };
  return pulseKinds.map(({ kind, namespaced }) => ({
    kind,
    scope: namespaced ? scope : {},
    rows: true,
    optional: true,
    keepRow: keepHealth,
  }));
}

/** How many are well and how many are not. */
export interface Pulse {
  ok: number;
  fault: number;
}

/** Undefined while nothing is known of the kind, or where it may not be read. */
export function pulseOf(live: LiveKinds, kind: string): Pulse | undefined {
  if (!live.isKnown(kind)) return undefined;
  let fault = 0;
  const items = live.items(kind);
  for (const { value } of items.values()) if (isFault(value as Health)) fault++;
  return { ok: items.size - fault, fault };
}
