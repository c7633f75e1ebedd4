import type { TableColumn } from '../../api/meta.ts';
import type { CompactRow } from '../../store/compact-row.ts';
import type { ThemeToken } from '../../theme/tokens.ts';

export type Health = 'ok' | 'progress' | 'warn' | 'error' | 'done' | 'unknown';

/** Status words of the printed tables (Status, Phase, Type of events); the first expression that matches decides. */
const statusWords: readonly (readonly [RegExp, Health])[] = [
  [/^(Running|Active|Bound|Ready|Available|True|Approved,Issued|Normal|Complete|deployed)$/, 'ok'],
  [/^(Completed|Succeeded|Released|superseded)$/, 'done'],
  [/^Ready,SchedulingDisabled$|^Terminating$|^Warning$|^Unknown$|^Suspended$|^Lost$|^NotReady$/, 'warn'],
  [/^NotReady,SchedulingDisabled$/, 'error'],
  [
    /BackOff|Err|Error|Failed|OOMKilled|Evicted|Invalid|CannotRun|DeadlineExceeded|NeverPull|Preempting|Denied/,
    'error',
  ],
  [
    /^(Pending|ContainerCreating|PodInitializing|Init:\d+\/\d+|NotTriggerScaleUp|Progressing|SchedulingGated|Waiting)$/,
    'progress',
  ],
];

/** How a health looks: a sign of one cell, so that colour is never the only carrier, and a token. */
export const healthLook: Readonly<Record<Health, { sign: string; token: ThemeToken }>> = {
  ok: { sign: ' ', token: 'status.ok' },
  progress: { sign: '~', token: 'status.progress' },
  warn: { sign: '!', token: 'status.warn' },
  error: { sign: 'x', token: 'status.error' },
  done: { sign: ' ', token: 'status.done' },
  unknown: { sign: ' ', token: 'text' },
};

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

/** `Running` with 0/1 ready is no health: what is not ready yet is on its way, and marked so. */
export function rowHealth(row: CompactRow, where: HealthColumns): Health {
  if (row.deletionTimestamp) return 'warn';
  const status = where.status >= 0 ? String(row.cells[where.status] ?? '') : '';
  const known = statusWords.find(([expression]) => expression.test(status))?.[1] ?? 'unknown';
  if (known !== 'ok' && known !== 'unknown') return known;
  const ratio = /^(\d+)\/(\d+)$/.exec(String(row.cells[where.ready] ?? ''));
  if (!ratio) return known;
  if (ratio[1] === ratio[2]) return ratio[2] === '0' ? 'done' : 'ok';
  return 'warn';
}

/** What the fault filter (ctrl-z) keeps. */
export function isFault(health: Health): boolean {
  return health === 'error' || health === 'warn' || health === 'progress';
}
