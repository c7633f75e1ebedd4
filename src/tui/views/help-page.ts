import { padText, textWidth } from '../../lib/text-width.ts';
import type { ActionContext, BoundAction } from '../actions/action.ts';
import { accessQuestions, reasonDisabled } from '../actions/disabled.ts';
import { dashboardCommands } from '../commands/registry.ts';
import { keyLabel } from '../keys.ts';
import { accessOf } from '../state/access.ts';
import { say, sayAssembled } from '../words/say.ts';
import { DocumentModel } from './document-model.ts';
import { wrapWords } from './error-lines.ts';
import { columnLine, paintPage } from './paint-text.ts';

type Entry = readonly [keys: string, meaning: string];

const commandHelp = (): readonly Entry[] => [
  [':KIND [NAMESPACE] [/FILTER]', say('any kind by any of its names')],
  ...dashboardCommands.map(({ names, usage, about }): Entry => [`:${names[0]}${usage ? ` ${usage}` : ''}`, say(about)]),
];

const filterHelp = (): readonly Entry[] => [
  ['/web run', say('rows that match both expressions')],
  ['/!web', say('rows that do not match')],
  ['/status=Pending age<2h', say('columns compared: = != ~ !~ > >= < <=')],
  ['/-l app=web', say('rows with these labels')],
  ['/-F spec.nodeName=n1', say('rows with these fields')],
  ['/-f wb', say('names with these letters in this order')],
];

const mouseHelp = (): readonly Entry[] => [
  [say('Wheel'), say('scroll')],
  [say('Click'), say('select a row, press a button')],
  [say('Shift + drag'), say('select text, as your terminal does it')],
];

const signHelp = (): readonly Entry[] => [
  ['x', say('broken')],
  ['!', say('needs a look')],
  ['~', say('on its way')],
  ['*', say('marked')],
];

/** Narrower than this, a column of help wraps too often to be read. */
const columnWidth = 40;
const mostColumns = 3;

/** Keys of the view by group, disabled ones with their reason, then commands, filters and signs. */
function helpGroups(context: ActionContext, bindings: readonly BoundAction[]): Map<string, readonly Entry[]> {
  const groups = new Map<string, readonly Entry[]>();
  for (const { binding, action } of bindings) {
    const reason = reasonDisabled(action, context);
    // What is for some kinds is left out of the help of others, and all changes where nothing may be changed.
    const isForKind = action.kinds && !reason?.startsWith('not for ') && !context.host.userFiles.settings.readOnly;
    if (reason && action.optional && !isForKind) continue;
    const asks = action.danger ? ` (${say('asks first')})` : '';
    const label = `${say(action.label)}${asks}${reason ? ` [${sayAssembled(reason)}]` : ''}`;
    const group = say(action.group);
    groups.set(group, [...(groups.get(group) ?? []), [binding.keys.map(keyLabel).join(' '), label]]);
  }
  groups.set(say('Commands'), commandHelp());
  groups.set(say('Filter'), context.model.filterHints?.() ?? filterHelp());
  groups.set(say('Mouse'), mouseHelp());
  if (context.model.view.type === 'table') groups.set(say('Signs before a row'), signHelp());
  return groups;
}

/** The page in as many columns as `width` has room for. */
function helpText(groups: ReadonlyMap<string, readonly Entry[]>, width: number): string {
  const count = Math.max(1, Math.min(mostColumns, Math.floor(width / columnWidth)));
  const room = Math.floor(width / count);
  const blocks = [...groups].map(([group, entries]) => [
    group,
    ...entryLines(entries, room - columnLine.length - 1),
    '',
  ]);
  const columns = inColumns(blocks, count);
  const height = Math.max(...columns.map((column) => column.length));
  const rows = Array.from({ length: height }, (_, row) =>
    columns.map((column, index) =>
      index < count - 1 ? padText(column[row] ?? '', room - columnLine.length) : (column[row] ?? ''),
    ),
  );
  return rows.map((row) => row.join(columnLine)).join('\n');
}

/** Whole blocks in order, in columns of about the same height. */
function inColumns(blocks: readonly string[][], count: number): string[][] {
  const fits = (height: number): string[][] | undefined => {
    const columns: string[][] = [[]];
    for (const block of blocks) {
      if (columns.at(-1)!.length > 0 && columns.at(-1)!.length + block.length > height) columns.push([]);
      columns.at(-1)!.push(...block);
    }
    return columns.length <= count ? columns : undefined;
  };
  const total = blocks.reduce((sum, block) => sum + block.length, 0);
  for (let height = Math.ceil(total / count); ; height++) {
    const columns = fits(height);
    if (columns) return columns;
  }
}

/** Keys at the left, meanings beside them; what is too long goes on in the next line, under itself. */
function entryLines(entries: readonly Entry[], width: number): string[] {
  // Keys that leave too little room for their meaning stand on a line of their own.
  const most = Math.max(12, Math.floor(width * 0.45));
  const keyWidth = Math.max(12, ...entries.map(([keys]) => textWidth(keys)).filter((wide) => wide <= most));
  const rest = Math.max(10, width - keyWidth - 4);
  const indent = ' '.repeat(keyWidth + 4);
  return entries.flatMap(([keys, meaning]) => {
    const lines = wrapWords(meaning, rest);
    if (textWidth(keys) > keyWidth) return [`  ${keys}`, ...lines.map((line) => indent + line)];
    return lines.map((line, index) => (index === 0 ? `  ${padText(keys, keyWidth)}  ` : indent) + line);
  });
}

export function openHelp(context: ActionContext): DocumentModel {
  // Of the view that help is about: it is not the one that is seen by then.
  const bindings = context.host.bindings();
  const model = new DocumentModel({
    view: { type: 'document', content: 'help' },
    load: async () => {
      const groups = helpGroups(context, bindings);
      return (width) => helpText(groups, width);
    },
    paint: paintPage,
  });
  void learnAccess(context, bindings).then((isNews) => isNews && model.refresh());
  return model;
}

/** Asks what the user may do here. @returns whether something must not be done that help has offered */
async function learnAccess(context: ActionContext, bindings: readonly BoundAction[]): Promise<boolean> {
  const { host } = context;
  const questions = accessQuestions(
    context,
    bindings.map(({ action }) => action),
  );
  const answers = await Promise.all(questions.map((one) => accessOf(host.services).ask(one)));
  return answers.includes(false);
}
