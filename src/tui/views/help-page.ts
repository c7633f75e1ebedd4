import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { ActionContext } from '../actions/action.ts';
import { bindingsFor, reasonDisabled } from '../actions/registry.ts';
import { keyLabel } from '../keys.ts';
import { DocumentModel } from './document-model.ts';
import { columnLine, paintPage } from './paint-text.ts';

const commandHelp: readonly (readonly [string, string])[] = [
  [':KIND [NAMESPACE] [/FILTER]', 'any kind by any of its names'],
  [':ns [NAME]', 'namespaces, or go to one (or all)'],
  [':ctx [NAME]', 'contexts, or go to one'],
  [':rollout NAME', 'follow a rollout'],
  [':aliases', 'every kind with its short names'],
  [':theme NAME', 'another theme'],
  [':q', 'quit'],
];

const filterHelp: readonly (readonly [string, string])[] = [
  ['/web run', 'rows that match both expressions'],
  ['/!web', 'rows that do not match'],
  ['/-l app=web', 'rows with these labels'],
  ['/-f wb', 'names with these letters in this order'],
];

const mouseHelp: readonly (readonly [string, string])[] = [
  ['Wheel', 'scroll'],
  ['Click', 'select a row'],
  ['Shift + drag', 'select text, as your terminal does it'],
];

/** The help page of a view: its keys by group, disabled ones with their reason, then commands and filters. */
function helpText(context: ActionContext, width: number): string {
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const { binding, action } of bindingsFor(context.model.view.type)) {
    const reason = reasonDisabled(action, context);
    const label = `${action.label}${action.danger ? ' (asks first)' : ''}${reason ? ` [${reason}]` : ''}`;
    const lines = groups.get(action.group) ?? [];
    groups.set(action.group, [...lines, [binding.keys.map(keyLabel).join(' '), label]]);
  }
  groups.set('Commands', [...commandHelp]);
  groups.set('Filter', [...filterHelp]);
  groups.set('Mouse', [...mouseHelp]);
  const blocks = [...groups].map(([group, rows]) => [group, ...columnsOf(rows), '']);
  return (width < 110 ? blocks.flat() : sideBySide(blocks, Math.floor(width / 2))).join('\n');
}

/** Blocks in two columns of about the same length, in order. */
function sideBySide(blocks: readonly string[][], columnWidth: number): string[] {
  const total = blocks.reduce((sum, block) => sum + block.length, 0);
  const left: string[] = [];
  const right: string[] = [];
  for (const block of blocks)
    (right.length === 0 && left.length + block.length / 2 <= total / 2 ? left : right).push(...block);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    [padText(truncateText(left[row] ?? '', columnWidth - 1), columnWidth), right[row] ?? ''].join(columnLine),
  );
}

function columnsOf(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(16, ...rows.map(([key]) => textWidth(key)));
  return rows.map(([key, label]) => `  ${padText(key, width)}  ${label}`);
}

export function openHelp(context: ActionContext, width: number): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'help' },
    load: async () => helpText(context, width),
    paint: paintPage,
  });
}
