import { DocumentModel } from '../views/document-model.ts';
import { LogsModel } from '../views/logs-model.ts';
import type { Action } from './action.ts';

function documentAction(id: string, label: string, run: (model: DocumentModel) => void): Action {
  return {
    id,
    label,
    group: 'Text',
    views: ['document'],
    apply: ({ model }) => {
      if (model instanceof DocumentModel) run(model);
    },
  };
}

function logAction(id: string, label: string, hint: boolean, run: (model: LogsModel) => void): Action {
  return {
    id,
    label,
    group: 'Logs',
    views: ['logs'],
    hint,
    apply: ({ model }) => {
      if (model instanceof LogsModel) run(model);
    },
  };
}

export const textActions: readonly Action[] = [
  documentAction('next-match', 'Next match', (model) => model.nextMatch(1)),
  documentAction('previous-match', 'Previous match', (model) => model.nextMatch(-1)),
  {
    ...documentAction('managed-fields', 'Managed fields', (model) => model.toggle('managed fields')),
    disabled: ({ model }) =>
      model instanceof DocumentModel && !model.hasToggle('managed fields')
        ? 'only YAML shows managed fields'
        : undefined,
  },
  {
    id: 'wrap',
    label: 'Wrap',
    group: 'Text',
    views: ['document', 'logs'],
    hint: true,
    disabled: ({ model }) =>
      model instanceof DocumentModel || model instanceof LogsModel ? undefined : 'this view fits the screen by itself',
    apply: ({ model }) => {
      if (model instanceof DocumentModel || model instanceof LogsModel) model.toggle('wrap');
    },
  },
  logAction('follow', 'Follow', true, (model) => model.toggle('follow')),
  logAction('timestamps', 'Timestamps', true, (model) => model.toggle('timestamps')),
  logAction('clear-logs', 'Clear', false, (model) => model.clearLines()),
  {
    ...logAction('next-container', 'Container', true, () => undefined),
    apply({ host, model }) {
      const name = model instanceof LogsModel ? model.nextContainer() : undefined;
      host.toast('info', name ? `Container ${name}` : 'The pod has one container.');
    },
  },
];
