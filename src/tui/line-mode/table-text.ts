import { healthColumns, rowHealth } from '../../api/row-health.ts';
import { ageSince } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { isSpanColumn } from '../../lib/printed-span.ts';
import type { CompactRow } from '../../store/compact-row.ts';
import { localGroup } from '../views/local/local-table.ts';
import { isFault } from '../views/row-health.ts';
import type { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';

const bars = /[\u2500-\u259f]+|·{3,}/g;

function cellOf(row: CompactRow, index: number, name: string, now: number): string {
  if (name === 'Age') return ageSince(row.creationTimestamp, now);
  const value = row.cells[index];
  if (value === null || value === undefined || value === '') return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  // Bars are for the eye; their figure stands beside them.
  return escapeTerminal(text.replace(bars, '').trim());
}

/** Columns of a table that are read: those that a screen shows first, without the name, which leads. */
function readColumns(model: TableModel): { name: string; index: number }[] {
  const { columns } = model.store.getSnapshot();
  const title = titleColumn(model);
  return columns.flatMap(({ name, priority = 0 }, index) =>
    name === 'Name' || index === title || (priority > 0 && !model.view.wide) ? [] : [{ name, index }],
  );
}

/** Tables of our own call their rows by keys that nobody reads: there the first column says what they are. */
function titleColumn(model: TableModel): number {
  const { columns } = model.store.getSnapshot();
  const isOwn = model.view.resource.group === localGroup && !columns.some(({ name }) => name === 'Name');
  return isOwn ? 0 : -1;
}

/** What a row is called; with its namespace where the table has several. */
function rowName(model: TableModel, row: CompactRow): string {
  const { scope, resource } = model.view;
  const title = titleColumn(model);
  const called = title < 0 ? '' : cellOf(row, title, '', 0);
  if (called !== '') return called;
  const isAlone = !resource.namespaced || scope.namespace === row.namespace || row.namespace === '';
  return escapeTerminal(isAlone ? row.name : `${row.namespace}/${row.name}`);
}

/** One row as a sentence: `3 of 16. web-0. Problem. Ready 0/1, Status CrashLoopBackOff, Restarts 3, Age 5m.` */
export function rowText(model: TableModel, row: CompactRow, index: number): string {
  const now = model.store.shownAt();
  const { columns, visible } = model.store.getSnapshot();
  const cells = readColumns(model).flatMap(({ name, index: at }) => {
    const text = cellOf(row, at, name, now);
    return text === '' ? [] : [`${name} ${text}`];
  });
  const fault = isFault(rowHealth(row, healthColumns(columns))) ? `${say('Problem')}. ` : '';
  const place = say('{index} of {count}', { index: index + 1, count: visible });
  return `${place}. ${rowName(model, row)}. ${fault}${cells.join(', ')}.`;
}

/** What differs between two tables of rows by key, in words for each row; spans of time are no change. */
export function tableChanges(
  model: TableModel,
  before: ReadonlyMap<string, CompactRow>,
  after: ReadonlyMap<string, CompactRow>,
): string[] {
  const columns = model.store
    .getSnapshot()
    .columns.flatMap(({ name }, index) => (name === 'Name' || isSpanColumn(name) ? [] : [{ name, index }]));
  // What a row is like is said first, as people would.
  const rank = ({ name }: { name: string }) => (/^(status|phase)$/i.test(name) ? 0 : /^ready$/i.test(name) ? 1 : 2);
  const ranked = columns.sort((a, b) => rank(a) - rank(b));
  const now = model.store.shownAt();
  const changes: string[] = [];
  for (const [key, row] of after) {
    const old = before.get(key);
    if (old === row) continue;
    const name = rowName(model, row);
    if (!old || old.uid !== row.uid) {
      const [first] = ranked;
      const state = first ? cellOf(row, first.index, first.name, now) : '';
      changes.push(state ? say('{name} is new, {state}', { name, state }) : say('{name} is new', { name }));
      continue;
    }
    const changed = ranked.filter(({ index }) => row.cells[index] !== old.cells[index]);
    if (changed.length === 0) continue;
    const texts = changed.slice(0, 2).map((column) => {
      const text = cellOf(row, column.index, column.name, now) || say('empty');
      return rank(column) === 0 ? text : `${column.name} ${text}`;
    });
    changes.push(say('{name} now {state}', { name, state: texts.join(', ') }));
  }
  for (const [key, row] of before) {
    if (!after.has(key)) changes.push(say('{name} is gone', { name: rowName(model, row) }));
  }
  return changes;
}
