import { padText, textWidth } from '../../lib/text-width.ts';
import type { ActionContext } from '../actions/action.ts';
import { bindingsFor, reasonDisabled } from '../actions/registry.ts';
import { keyLabel } from '../keys.ts';
import { DocumentModel } from './document-model.ts';
import { paintPage } from './paint-text.ts';

const commandHelp: readonly (readonly [string, string])[] = [
  [':KIND [NAMESPACE] [/FILTER]', 'show a kind: pods, po, deploy, crds, any name of api-resources'],
  [':ns [NAME]', 'namespaces, or go to one; all is every namespace'],
  [':ctx [NAME]', 'contexts, or go to one'],
  [':rollout NAME', 'follow the rollout of a deployment'],
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

/** The help page of a view: its keys by group, disabled ones with their reason, then commands and filters. */
function helpText(context: ActionContext): string {
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const { binding, action } of bindingsFor(context.model.view.type)) {
    const reason = reasonDisabled(action, context);
    const label = `${action.label}${action.danger ? ' (asks first)' : ''}${reason ? ` [${reason}]` : ''}`;
    const lines = groups.get(action.group) ?? [];
    groups.set(action.group, [...lines, [binding.keys.map(keyLabel).join(' '), label]]);
  }
  groups.set('Commands', [...commandHelp]);
  groups.set('Filter', [...filterHelp]);
  return [...groups].flatMap(([group, rows]) => [group, ...columnsOf(rows), '']).join('\n');
}

function columnsOf(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(16, ...rows.map(([key]) => textWidth(key)));
  return rows.map(([key, label]) => `  ${padText(key, width)}  ${label}`);
}

export function openHelp(context: ActionContext): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'help' },
    load: async () => helpText(context),
    paint: paintPage,
  });
}
