import { existsSync } from 'node:fs';
import { fieldDifferences } from '../../../api/changes/field-diff.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';
import { textField } from '../../state/dialog.ts';
import { saveText } from '../../state/save-text.ts';
import { localPath } from '../../views/local/files.ts';
import { localGroup } from '../../views/local/local-table.ts';
import { type DraftSnapshot, EditDraft, isConflict } from '../../views/object/edit/edit-draft.ts';
import { EditReview } from '../../views/object/edit/edit-review.ts';
import { editableObject, editorText, readEdited } from '../../views/object/edit/edited-text.ts';
import { writePatch } from '../../views/object/edit/patch-file.ts';
import { refArgument, refText } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext, ActionHost } from '../action.ts';
import { editAgain, inEditor, withoutComments } from './edit-loop.ts';
import { propose } from './propose.ts';
import { commandText, inNamespace } from './steps.ts';

/** Puts what was typed into a file that only its owner reads, and says which. */
function keep(host: ActionHost, ref: ObjectRef, text: string): void {
  const { cluster, env, timing } = host.services;
  const place = { env, context: cluster.contextName, now: timing.now() };
  const path = saveText(place, refText(ref), '.edit.yaml', text);
  host.toast('info', say('Not saved. What you typed is kept in {path}', { path }));
}

/**
 * Opens an object in the editor until what comes out is an object.
 * @returns it; `same` where nothing was changed; undefined where the user gave up
 */
async function fromEditor(
  host: ActionHost,
  ref: ObjectRef,
  opened: KubeObject,
  reasons: readonly string[] = [],
): Promise<KubeObject | 'same' | undefined> {
  const first = editorText(opened);
  let text = first;
  let wrong = reasons;
  for (;;) {
    const saved = await inEditor(host, text, wrong);
    if (saved.trim() === '' || saved.trimEnd() === withoutComments(first).trimEnd()) return 'same';
    text = saved;
    try {
      const read = readEdited(text, opened);
      return fieldDifferences(editableObject(opened), read).length === 0 ? 'same' : read;
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      wrong = error.message.split('\n');
    }
    if (!(await editAgain(host, wrong))) {
      keep(host, ref, text);
      return undefined;
    }
  }
}

/** Edits an object, and shows what was changed before it is sent. */
async function edit({ host, target }: ActionContext): Promise<void> {
  const ref = target!;
  const { services } = host;
  const base = await services.get(ref.resource, ref.namespace, ref.name);
  const mine = await fromEditor(host, ref, base);
  if (mine === 'same') host.toast('info', say('Nothing was changed in {what}', { what: refText(ref) }));
  if (mine === 'same' || !mine) return;
  const draft = new EditDraft(services, ref, base, mine);
  host.push(new EditReview(services, ref, draft, () => keep(host, ref, editorText(draft.getSnapshot().mine))));
}

/** What keeps an edit from being saved as it is, for the head of the file. */
function reasonsOf({ conflicts, trial }: DraftSnapshot): string[] {
  return [
    ...conflicts.map(({ path, now }) =>
      say('{path}: others made it {theirs} meanwhile', { path, theirs: JSON.stringify(now) ?? say('go away') }),
    ),
    ...(trial.phase === 'refused' ? trial.said : []),
  ];
}

async function editOnceMore(host: ActionHost, review: EditReview): Promise<void> {
  const { draft } = review;
  const opened = draft.getSnapshot().mine;
  const next = await fromEditor(host, review.target()!, opened, reasonsOf(draft.getSnapshot()));
  if (next === 'same' || !next) return;
  review.settle(false);
  draft.edited(next, opened);
}

/** How often a save is tried again where only counters of the object have moved. */
const mostTries = 5;

async function save(context: ActionContext, review: EditReview): Promise<void> {
  const { host } = context;
  const { draft } = review;
  const ref = review.target()!;
  for (let tries = 0; tries < mostTries; tries++) {
    const { taken } = draft.getSnapshot();
    const sent = draft.text;
    const tally = await propose(context, {
      title: say('Save {what}?', { what: refText(ref) }),
      confirmLabel: 'Save',
      targets: [ref],
      argv: () => ['replace', '-f', '-', ...inNamespace(ref.namespace)],
      stdin: () => sent,
      shown: () => ['edit', refArgument(ref), ...inNamespace(ref.namespace)],
      keepsFailures: true,
      unasked: true,
      done: 'Saved {what}',
    });
    if (!tally) return;
    if (tally.failed.length === 0) {
      review.settle();
      if (host.current() === review) host.back();
      return;
    }
    const said = tally.reasons.join('\n').split('\n');
    if (!isConflict(said)) {
      draft.refused(said);
      host.toast('error', say('Not saved: the server refuses it.'));
      return;
    }
    draft.meet(await host.services.get(ref.resource, ref.namespace, ref.name));
    // The watch may have told of it first.
    if (draft.getSnapshot().taken !== taken || draft.getSnapshot().lost) break;
  }
  host.toast('error', say('Others changed the object meanwhile: look, and save again.'));
}

async function saveAsPatch({ host }: ActionContext, review: EditReview): Promise<void> {
  const ref = review.target()!;
  const values = await host.ask({
    title: say('Save as a patch'),
    lines: [say('YAML, or JSON where the name ends in .json. Nothing is sent.')],
    confirmLabel: 'Save',
    fields: [
      textField('file', 'File', `${ref.name}.patch.yaml`, (text) => {
        if (text === '') return say('a path is needed');
        return existsSync(localPath(text)) ? say('there is such a file already') : undefined;
      }),
    ],
  });
  if (!values) return;
  const path = localPath(values['file']!);
  const { base, mine } = review.draft.getSnapshot();
  const type = writePatch(path, base, mine);
  review.settle();
  const argv = ['patch', refArgument(ref), ...inNamespace(ref.namespace), `--type=${type}`, `--patch-file=${path}`];
  host.toast('info', say('Saved. It is applied by: {command}', { command: commandText(argv) }));
}

/** Why an edit cannot be saved now. */
function unsavable({ draft }: EditReview): string | undefined {
  const { conflicts, lost } = draft.getSnapshot();
  if (lost) return 'the object is not there any more';
  if (conflicts.length > 0) return 'others changed the same fields: decide first';
  return draft.changes.length === 0 ? 'nothing is changed' : undefined;
}

function reviewAction(
  id: string,
  label: string,
  run: (review: EditReview, context: ActionContext) => void | Promise<void>,
  rest: Partial<Action> = {},
): Action {
  return {
    id,
    label,
    group: 'Change',
    views: ['document/edit'],
    hint: true,
    apply: (context) => (context.model instanceof EditReview ? run(context.model, context) : undefined),
    ...rest,
  };
}

const withReview =
  (reason: (review: EditReview) => string | undefined) =>
  ({ model }: ActionContext): string | undefined =>
    model instanceof EditReview ? reason(model) : undefined;

const needsConflict = withReview(({ draft }) =>
  draft.getSnapshot().conflicts.length === 0 ? 'nothing is in conflict' : undefined,
);

export const editActions: readonly Action[] = [
  reviewAction('edit-save', 'Save', (review, context) => save(context, review), {
    verb: 'update',
    right: { verb: 'update' },
    disabled: withReview(unsavable),
  }),
  {
    id: 'edit',
    label: 'Edit',
    group: 'Change',
    views: ['table', 'document'],
    verb: 'update',
    right: { verb: 'update' },
    hint: true,
    // Marks mean nothing to an editor: it opens what is under the cursor.
    disabled({ target }) {
      if (!target) return 'no row is selected';
      return target.resource.group === localGroup ? 'these rows are no objects of the cluster' : undefined;
    },
    apply: edit,
  },
  reviewAction('edit-again', 'Edit again', (review, { host }) => editOnceMore(host, review), { verb: 'update' }),
  reviewAction('edit-mine', 'Keep yours', ({ draft }) => draft.resolve('mine'), { disabled: needsConflict }),
  reviewAction('edit-theirs', 'Take theirs', ({ draft }) => draft.resolve('theirs'), { disabled: needsConflict }),
  reviewAction('edit-patch', 'Save as patch', (review, context) => saveAsPatch(context, review)),
  reviewAction('edit-layout', 'Side by side', (review) => review.toggleLayout()),
  reviewAction('edit-discard', 'Discard', (review, { host }) => {
    review.settle();
    host.back();
    host.toast('info', say('Thrown away. Nothing was sent.'));
  }),
];
