import { saveText } from '../state/save-text.ts';
import { DocumentModel } from '../views/document-model.ts';
import { yamlToggles } from '../views/object/yaml-text.ts';
import { RowsPage } from '../views/rows/rows-page.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

function documentAction(
  id: string,
  label: string,
  run: (model: DocumentModel, context: ActionContext) => void,
): Action {
  return {
    id,
    label,
    group: 'Text',
    views: ['document'],
    disabled: ({ model }) => (model instanceof DocumentModel ? undefined : 'this view has no text of that sort'),
    apply: (context) => {
      if (context.model instanceof DocumentModel) run(context.model, context);
    },
  };
}

/** A switch that only some documents have; `missing` says which do. */
function toggleAction(id: string, label: string, name: string, missing: string): Action {
  return {
    ...documentAction(id, label, (model) => model.toggle(name)),
    disabled: ({ model }) => (model instanceof DocumentModel && model.hasToggle(name) ? undefined : missing),
  };
}

/** What can be read, searched, copied and saved as text. */
const readable = ['document', 'page/tree', 'page/timeline', 'page/why'] as const;

function search(id: string, label: string, step: 1 | -1): Action {
  return {
    id,
    label,
    group: 'Text',
    views: readable,
    apply: ({ host, model }) => {
      if (!(model instanceof DocumentModel || model instanceof RowsPage)) return;
      if (model.filter() === '') host.toast('info', say('Nothing is searched yet: / searches.'));
      else if (!model.nextMatch(step)) host.toast('info', say('Nothing matches {text}', { text: model.filter() }));
    },
  };
}

function textOf({ model }: ActionContext): string | undefined {
  return model instanceof DocumentModel || model instanceof RowsPage ? model.text() : undefined;
}

const suffixes: Readonly<Record<string, string>> = { yaml: '.yaml', diff: '.diff' };

function save(context: ActionContext): void {
  const { host, model } = context;
  const { cluster, env, timing } = host.services;
  const { view } = model;
  const [kind, of = ''] =
    view.type === 'document' ? [view.content, view.of] : view.type === 'page' ? [view.page, view.of] : [''];
  const place = { env, context: cluster.contextName, now: timing.now() };
  const path = saveText(place, `${of} ${kind}`.trim(), suffixes[kind] ?? '.txt', textOf(context) ?? '');
  host.toast('info', say('Saved as {path}', { path }));
}

export const textActions: readonly Action[] = [
  search('next-match', 'Next match', 1),
  search('previous-match', 'Previous match', -1),
  {
    ...documentAction('live', 'Live on/off', (model) => model.toggleLive()),
    disabled: ({ model }) =>
      model instanceof DocumentModel && model.isLive !== undefined ? undefined : 'this text follows nothing',
  },
  toggleAction('managed-fields', 'Managed fields', yamlToggles.managed, 'only YAML shows managed fields'),
  toggleAction('field-owners', "Fields' owners", yamlToggles.owners, 'only YAML shows who owns its fields'),
  {
    id: 'full-screen',
    label: 'Full screen',
    group: 'Text',
    views: ['document', 'page'],
    apply: ({ host }) => host.toggle('header'),
  },
  {
    id: 'copy-text',
    label: 'Copy all',
    group: 'Text',
    views: readable,
    hint: true,
    apply: (context) => {
      const text = textOf(context) ?? '';
      context.host.copy(text);
      context.host.toast('info', say('Copied {count} lines', { count: text.split('\n').length - 1 }));
    },
  },
  { id: 'save-text', label: 'Save', group: 'Text', views: readable, apply: save },
  {
    id: 'wrap',
    label: 'Wrap',
    group: 'Text',
    views: ['document'],
    hint: true,
    disabled: ({ model }) => (model instanceof DocumentModel ? undefined : 'this view fits the screen by itself'),
    apply: ({ model }) => {
      if (model instanceof DocumentModel) model.toggle('wrap');
    },
  },
];
