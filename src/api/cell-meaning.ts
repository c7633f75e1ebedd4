import { printedSpan } from '../lib/printed-span.ts';
import type { TableColumn } from './meta.ts';
import {
  type Health,
  type HealthColumns,
  type HealthRow,
  healthColumns,
  rowHealth,
  statusHealth,
} from './row-health.ts';

/** What a printed cell says about its object, for those who show it in colours; `plain` says nothing. */
export type Meaning = Exclude<Health, 'unknown'> | 'plain' | 'muted' | 'fresh' | 'old';

/** One row, and what the rules for its cells ask of the others. */
interface Cells {
  health: Health;
  /** The text under a column, by its name in lower case; '' where there is none. */
  text(column: string): string;
}

type Rule = (text: string, row: Cells) => Meaning | undefined;

interface ColumnRule {
  /** Names of columns, in lower case. */
  columns: readonly string[];
  /** Kinds that it is about; absent: all. */
  kinds?: readonly string[];
  /** Undefined leaves it to the next rule. */
  rule: Rule;
}

const minute = 60_000;
const hour = 60 * minute;
/** What is younger is fresh (ms). */
const freshFor = 5 * minute;
/** A restart longer ago is history (ms). */
const recentFor = 24 * hour;

const count = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const inColour = (health: Health): Meaning => (health === 'unknown' ? 'plain' : health);
/** What has just been made is on its way. */
const isFresh = ({ text }: Cells): boolean => ageMeaning(text('age')) === 'fresh';

/** Where a row is well by its words, the rest of it may still say otherwise (`Running`, 0/1). */
const status: Rule = (text, { health }) => {
  const word = statusHealth(text);
  return inColour(word === 'ok' && health !== 'unknown' ? health : word);
};

const truth: Rule = (text, { health }) => {
  if (/^True\b/.test(text)) return 'ok';
  if (/^False\b/.test(text)) return health === 'progress' ? 'progress' : 'error';
  return /^Unknown\b/.test(text) ? 'warn' : undefined;
};

/** `1/2`. What is ended, or on its way, is not behind. */
const ratio: Rule = (text, row) => {
  const { health, text: at } = row;
  const match = /^(\d+)\/(\d+)$/.exec(text);
  if (!match) return undefined;
  const [ready, wanted] = [Number(match[1]), Number(match[2])];
  if (ready === wanted) return wanted === 0 || health === 'done' ? 'done' : 'ok';
  if (health === 'done' || health === 'progress' || health === 'error') return health;
  if (at('status') !== '' || at('phase') !== '') return 'warn';
  return isFresh(row) ? 'progress' : ready === 0 ? 'error' : 'warn';
};

/** Copies of a workload, against as many as are wanted. */
const copies: Rule = (text, row) => {
  const { text: at } = row;
  const [has, wanted] = [count(text), count(at('desired')) ?? count(/\/(\d+)$/.exec(at('ready'))?.[1] ?? '')];
  if (has === undefined || wanted === undefined) return undefined;
  if (has >= wanted) return wanted === 0 ? 'done' : 'ok';
  return isFresh(row) ? 'progress' : has === 0 ? 'error' : 'warn';
};

/** `5 (3m ago)`. */
const restarts: Rule = (text) => {
  const times = Number.parseInt(text, 10);
  const ago = printedSpan(text);
  if (!(times > 0)) return 'muted';
  if (ago === undefined || ago > recentFor) return 'plain';
  return times >= 5 && ago < hour ? 'error' : 'warn';
};

/** How much is used of all that there is. */
const fullness: Rule = (text) => {
  const share = Number.parseInt(text, 10);
  return share >= 90 ? 'error' : share >= 75 ? 'warn' : undefined;
};

/** Of an age as it is printed (`3m5s`). */
export function ageMeaning(text: string): Meaning | undefined {
  const ago = printedSpan(text);
  return ago === undefined ? undefined : ago < freshFor ? 'fresh' : 'old';
}

const says =
  (words: Readonly<Record<string, Meaning>>): Rule =>
  (text) =>
    words[text];

/** The first rule that has an opinion decides. */
const columnRules: readonly ColumnRule[] = [
  { columns: ['status'], kinds: ['Node'], rule: (text) => (/^NotReady\b/.test(text) ? 'error' : undefined) },
  { columns: ['status'], kinds: ['PersistentVolumeClaim'], rule: says({ Lost: 'error' }) },
  { columns: ['type'], kinds: ['Event'], rule: says({ Normal: 'muted', Warning: 'warn' }) },
  {
    columns: ['reason'],
    kinds: ['Event'],
    rule: (text, { text: at }) => {
      if (at('type') === 'Normal') return 'plain';
      return statusHealth(text) === 'error' ? 'error' : 'warn';
    },
  },
  { columns: ['reason'], rule: (text) => inColour(statusHealth(text)) },
  {
    columns: ['status', 'phase', 'condition', 'state', 'health', 'health status', 'sync status'],
    rule: (text, row) => truth(text, row) ?? status(text, row),
  },
  { columns: ['ready', 'completions'], rule: ratio },
  { columns: ['ready', 'current', 'up-to-date', 'available'], rule: copies },
  { columns: ['ready', 'available', 'synced', 'healthy', 'established', 'approved'], rule: truth },
  { columns: ['restarts'], rule: restarts },
  { columns: ['%cpu', '%mem', '%cpu/l', '%mem/l'], rule: fullness },
  { columns: ['%cpu/r', '%mem/r'], rule: (text) => (Number.parseInt(text, 10) > 100 ? 'warn' : undefined) },
  { columns: ['age', 'last seen', 'first seen', 'last schedule'], rule: ageMeaning },
  { columns: ['suspend'], rule: says({ True: 'warn', False: 'muted' }) },
  { columns: ['suspended'], rule: says({ true: 'warn', false: 'muted' }) },
  { columns: ['allowed disruptions'], rule: says({ 0: 'warn' }) },
  { columns: ['external-ip', 'address'], rule: says({ '<pending>': 'progress' }) },
  { columns: ['endpoints'], rule: says({ '<none>': 'warn', '<unset>': 'warn' }) },
  { columns: ['targets'], rule: (text) => (text.includes('<unknown>') ? 'warn' : undefined) },
  {
    columns: ['replicas'],
    kinds: ['HorizontalPodAutoscaler'],
    rule: (text, { text: at }) => (text !== '0' && text === at('maxpods') ? 'warn' : undefined),
  },
  // The name carries what the row is about: what is over steps back, what is broken stands out.
  { columns: ['name'], rule: (_text, { health }) => (health === 'error' || health === 'done' ? health : 'plain') },
];

/** What servers print where there is nothing. */
const absent: ReadonlySet<string> = new Set(['<none>', '<unset>', '<unknown>', '-']);

/** Says what the cells of one row mean; `index` counts the server's columns. */
export type RowMeaning = (index: number) => Meaning;

/**
 * The rules for a table with these columns.
 * @param kind of the objects (`Pod`); undefined where nobody knows
 */
export function cellMeanings(columns: readonly TableColumn[], kind?: string): (row: HealthRow) => RowMeaning {
  const names = columns.map(({ name }) => name.toLowerCase());
  const where: HealthColumns = healthColumns(columns);
  const rules = names.map((name) =>
    columnRules
      .filter(
        (each) => each.columns.includes(name) && (!each.kinds || (kind !== undefined && each.kinds.includes(kind))),
      )
      .map(({ rule }) => rule),
  );
  return (row) => {
    const textAt = (index: number) => String(row.cells[index] ?? '');
    const cells: Cells = { health: rowHealth(row, where), text: (column) => textAt(names.indexOf(column)) };
    return (index) => {
      const text = textAt(index);
      for (const rule of rules[index] ?? []) {
        const meaning = rule(text, cells);
        if (meaning !== undefined) return meaning;
      }
      return absent.has(text) ? 'muted' : 'plain';
    };
  };
}

/** What `describe` says under a label that tells how an object is doing; undefined for any other. */
export function describedMeaning(label: string, value: string): Meaning | undefined {
  switch (label) {
    case 'Status':
    case 'State':
    case 'Last State':
    case 'Phase':
    case 'Reason':
    case 'Health':
      return inColour(statusHealth(/^\S+/.exec(value)?.[0] ?? ''));
    case 'Ready':
      return value === 'True' ? 'ok' : value === 'False' ? 'warn' : undefined;
    case 'Restart Count':
      return value === '0' ? 'muted' : undefined;
    default:
      return absent.has(value) ? 'muted' : undefined;
  }
}
