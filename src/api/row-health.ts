import type { TableColumn } from './meta.ts';

/** How an object is doing, as far as its printed row tells. */
export type Health = 'ok' | 'progress' | 'warn' | 'error' | 'done' | 'unknown';

/** Status words of the printed tables (Status, Phase, Type of events); the first expression that matches decides. */
const statusWords: readonly (readonly [RegExp, Health])[] = [
  [
    /^(Running|Active|Bound|Ready|Available|True|Approved,Issued|Normal|Complete|deployed|Healthy|Synced|Established)$/,
    'ok',
  ],
  [/^(Completed|Succeeded|Released|superseded)$/, 'done'],
  [/^(Ready,SchedulingDisabled|Terminating|Warning|Unknown|Suspended|Lost|NotReady|OutOfSync)$/, 'warn'],
  [/^NotReady,SchedulingDisabled$/, 'error'],
  [
    /BackOff|Err|Error|Failed|OOMKilled|Evicted|Invalid|CannotRun|DeadlineExceeded|NeverPull|Preempting|Denied|Degraded/,
    'error',
  ],
  [
    /^(Pending|ContainerCreating|PodInitializing|Init:\d+\/\d+|NotTriggerScaleUp|Progressing|SchedulingGated|Waiting)$/,
    'progress',
  ],
];

/** What a word of a status column says; `unknown` for one that is not in the table. */
export function statusHealth(status: string): Health {
  return statusWords.find(([expression]) => expression.test(status))?.[1] ?? 'unknown';
}

/** Where to look for the health of a table's rows; computed once per set of columns. */
export interface HealthColumns {
  status: number;
  ready: number;
}

export function healthColumns(columns: readonly TableColumn[]): HealthColumns {
  const index = (...names: string[]) => columns.findIndex((column) => names.includes(column.name.toLowerCase()));
  const typeOfEvents = index('reason') >= 0 ? index('type') : -1;
  const status = index('status', 'phase');
  return { status: status >= 0 ? status : typeOfEvents, ready: index('ready', 'completions') };
}

/** What of a row its health can be told by. */
export interface HealthRow {
  cells: readonly unknown[];
  deletionTimestamp?: string | undefined;
}

/** `Running` with 0/1 ready is no health: what is not ready yet is on its way, and marked so. */
export function rowHealth(row: HealthRow, where: HealthColumns): Health {
  if (row.deletionTimestamp) return 'warn';
  const status = where.status >= 0 ? String(row.cells[where.status] ?? '') : '';
  const known = statusHealth(status);
  if (known !== 'ok' && known !== 'unknown') return known;
  const ratio = /^(\d+)\/(\d+)$/.exec(String(row.cells[where.ready] ?? ''));
  if (!ratio) return known;
  if (ratio[1] === ratio[2]) return ratio[2] === '0' ? 'done' : 'ok';
  return 'warn';
}
