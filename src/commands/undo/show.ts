import { isSecret } from '../../api/changes/kept-object.ts';
import { shownValue } from '../../api/changes/shown-value.ts';
import type { FieldConflict } from '../../api/changes/three-way.ts';
import { ageSince } from '../../lib/age.ts';
import { truncateText } from '../../lib/text-width.ts';
import { someOf } from '../preview/finding.ts';
import type { JournalEntry } from '../shared/journal/entry.ts';
import { textTable } from '../shared/text-table.ts';
import { changeName } from './change-name.ts';
import type { Step } from './plan.ts';

/** `change 12, 3m ago in context prod: kctl scale deploy/web --replicas=0` */
export function entryLine({ id, time, context, command }: JournalEntry, now: number): string {
  const where = context === '' ? '' : ` in context ${context}`;
  return `change ${id}, ${ageSince(time, now)} ago${where}: ${command}`;
}

/** What would be done, an object a paragraph; what needs nothing comes last, by its reason. */
export function planText(steps: readonly Step[]): string {
  const doing = steps.filter(({ does }) => does !== 'nothing');
  const idle = Map.groupBy(
    steps.filter((step) => step.does === 'nothing'),
    ({ why }) => why,
  );
  const paragraph = (name: string, lines: readonly string[]): string =>
    `  ${name}\n${lines.map((line) => `      ${line}\n`).join('')}`;
  return [
    ...doing.map((step) => paragraph(changeName(step.change), stepLines(step))),
    ...[...idle.values()].map((some) =>
      paragraph(someOf(some.map(({ change }) => changeName(change))), stepLines(some[0]!)),
    ),
  ].join('');
}

function stepLines(step: Step): string[] {
  const note = 'note' in step && step.note !== undefined ? [`(${step.note})`] : [];
  switch (step.does) {
    case 'delete':
      return ['is deleted', ...note];
    case 'create':
      return ['is made again', ...note];
    case 'nothing':
      return [`nothing to do: ${step.why}`];
    case 'refuse':
      return [
        `cannot be put back: ${step.why}`,
        ...(step.conflicts ?? []).map((one) => `  ${conflictText(one, step)}`),
      ];
    case 'fields':
      return step.fields.map(
        ({ path, now, before }) => `${path}: ${shown(now, path, step)} -> ${shown(before, path, step)}`,
      );
  }
}

function conflictText({ path, after, now, before }: FieldConflict, step: Step): string {
  const [left, is, was] = [after, now, before].map((value) => shown(value, path, step));
  return `${path}: was ${was}, was set to ${left}, is ${is} now`;
}

function shown(value: unknown, path: string, { change }: Step): string {
  const some = change.before ?? change.after;
  return shownValue(value, path, some ? isSecret(some) : false);
}

/**
 * The entries, the newest first.
 * @param columns of the terminal, which a line does not leave; undefined: a line is as long as it is
 */
export function listText(
  entries: readonly JournalEntry[],
  undone: ReadonlySet<number>,
  now: number,
  columns: number | undefined,
): string {
  const rows = entries.map((entry) => {
    const { id, time, context, command, changes, undoes } = entry;
    const [first] = changes;
    const more = changes.length > 1 ? ` +${changes.length - 1}` : '';
    const state = undone.has(id) ? 'undone' : undoes === undefined ? '' : `undoes ${undoes}`;
    return [String(id), ageSince(time, now), context || '-', state, `${changeName(first!)}${more}`, command];
  });
  const text = textTable(['ID', 'AGE', 'CONTEXT', 'STATE', 'OBJECTS', 'COMMAND'], rows);
  if (columns === undefined) return text;
  return text.replace(/^.+$/gm, (line) => truncateText(line, columns));
}

/** One change of the journal, as programs read it. */
interface ListedEntry {
  id: number;
  /** RFC 3339. */
  time: string;
  context: string;
  server: string;
  user: string;
  namespace: string;
  /** `undone`, `undoes 12`, or empty. */
  state: string;
  objects: readonly string[];
  command: string;
}

/** The entries, the newest first, as a JSON list of `ListedEntry`. */
export function listJson(entries: readonly JournalEntry[], undone: ReadonlySet<number>): string {
  const listed = entries.map(({ changes, undoes, ...entry }): ListedEntry => {
    const { id, time, context, server, user, namespace, command } = entry;
    const state = undone.has(id) ? 'undone' : undoes === undefined ? '' : `undoes ${undoes}`;
    return { id, time, context, server, user, namespace, state, objects: changes.map(changeName), command };
  });
  return `${JSON.stringify(listed, null, 2)}\n`;
}
