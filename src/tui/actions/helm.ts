import { type HelmPart, openHelmText } from '../views/local/helm-text.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

const views = ['table/helm', 'table/helm-history'];

/** `web.v3`: the revision under the cursor. */
function revisionOf({ model }: ActionContext): { name: string; revision: string } | undefined {
  const row = model instanceof TableModel ? model.selectedRow() : undefined;
  return row && { name: String(row.cells[0]), revision: String(row.cells[1]) };
}

const needsRow = ({ target }: ActionContext): string | undefined => (target ? undefined : 'no row is selected');

function textAction(id: string, label: string, part: HelmPart): Action {
  return {
    id,
    label,
    group: 'Show',
    views,
    hint: true,
    disabled: needsRow,
    apply(context) {
      const { name, revision } = revisionOf(context)!;
      context.host.push(openHelmText(context.host.services, context.target!, part, `${name}.v${revision}`));
    },
  };
}

/**
 * What helm itself has to do: its hooks and three-way merges are not done over again here. The command line
 * is put on the clipboard.
 */
function handedOver(id: string, label: string, line: (release: { name: string; revision: string }) => string): Action {
  return {
    id,
    label,
    group: 'Change',
    views,
    disabled: needsRow,
    apply(context) {
      const { host, target } = context;
      const command = `${line(revisionOf(context)!)} -n ${target!.namespace}`;
      host.copy(command);
      host.toast(
        'info',
        say('Helm runs hooks and merges for this, so helm has to do it. Copied: {command}', { command }),
      );
    },
  };
}

export const helmActions: readonly Action[] = [
  textAction('helm-values', 'Values', 'values'),
  textAction('helm-manifest', 'Manifest', 'manifest'),
  textAction('helm-notes', 'Notes', 'notes'),
  textAction('helm-hooks', 'Hooks', 'hooks'),
  handedOver('helm-rollback', 'Roll back', ({ name, revision }) => `helm rollback ${name} ${revision}`),
  handedOver('helm-uninstall', 'Uninstall', ({ name }) => `helm uninstall ${name}`),
  {
    id: 'all-values',
    label: 'All values',
    group: 'Text',
    views: ['document/values'],
    hint: true,
    apply: ({ model }) => (model as unknown as { toggle(name: string): void }).toggle('all values'),
  },
];
