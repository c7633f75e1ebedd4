import { parseReleaseSecretName } from '../../store/helm/release.ts';
import { textField } from '../state/dialog.ts';
import { type HelmPart, openHelmText } from '../views/local/helm-text.ts';
import { TableModel } from '../views/table-model.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';
import { changing } from './change/changing.ts';
import { namespaceFlags } from './change/steps.ts';

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

/** The releases of rows, which stand for the secrets that keep them. */
const releasesOf = (refs: readonly ObjectRef[]): string[] =>
  refs.flatMap((ref) => parseReleaseSecretName(ref.name)?.name ?? []);

const isRevision = (text: string): string | undefined =>
  /^[1-9]\d{0,8}$/.test(text) ? undefined : say('type the number of a revision');

/** In the history to the revision under the cursor; among releases to the one before, or which is typed. */
const rollback = changing({
  id: 'helm-rollback',
  label: 'Roll back',
  verb: 'create',
  right: { verb: 'create', resource: 'secrets' },
  views,
  optional: false,
  hint: ['table/helm-history'],
  make({ model }, [first]) {
    const release = parseReleaseSecretName(first!.name);
    if (!release) return undefined;
    const { name, revision } = release;
    const isOfHistory = model.view.type === 'table' && model.view.resource.plural === 'helm-history';
    const before = String(isOfHistory ? revision : Math.max(1, revision - 1));
    return {
      title: say('Roll {name} back?', { name }),
      lines: [say('A new revision will be as that one was; its hooks run.')],
      confirmLabel: 'Roll back',
      danger: true,
      fields: isOfHistory ? [] : [textField('revision', 'Revision', before, isRevision)],
      targets: [first!],
      unlisted: true,
      argv: (refs, { revision: to = before }) => ['helm', 'rollback', name, to, ...namespaceFlags(refs)],
      preview: 'command',
      done: say('Rolled back {name}', { name }),
    };
  },
});

const uninstall = changing({
  id: 'helm-uninstall',
  label: 'Uninstall',
  verb: 'delete',
  right: { verb: 'delete', resource: 'secrets' },
  views,
  optional: false,
  hint: ['table/helm'],
  make(_, targets) {
    // Several revisions of a release are one release.
    const firsts = new Map(targets.map((ref) => [`${ref.namespace}/${releasesOf([ref])[0]}`, ref]));
    const names = releasesOf([...firsts.values()]);
    return {
      title: names.length === 1 ? say('Uninstall?') : say('Uninstall {count} releases?', { count: names.length }),
      lines: [names.join(', ')],
      confirmLabel: 'Uninstall',
      danger: true,
      fields: [{ id: 'history', label: 'History', options: ['Forget', 'Keep'], value: 0 }],
      targets: [...firsts.values()],
      unlisted: true,
      argv: (refs, { history = 'Forget' }) => [
        ...['helm', 'uninstall', ...releasesOf(refs)],
        ...(history === 'Keep' ? ['--keep-history'] : []),
        ...namespaceFlags(refs),
      ],
      preview: 'command',
      done: say('Uninstalled {names}', { names: names.join(', ') }),
    };
  },
});

export const helmActions: readonly Action[] = [
  textAction('helm-values', 'Values', 'values'),
  textAction('helm-manifest', 'Manifest', 'manifest'),
  textAction('helm-notes', 'Notes', 'notes'),
  textAction('helm-hooks', 'Hooks', 'hooks'),
  rollback,
  uninstall,
  {
    id: 'all-values',
    label: 'All values',
    group: 'Text',
    views: ['document/values'],
    hint: true,
    apply: ({ model }) => (model as unknown as { toggle(name: string): void }).toggle('all values'),
  },
];
