import { parseFirstYamlDocument, toYaml } from '../../../lib/yaml.ts';
import type { DashboardServices } from '../../services.ts';
import { localGroup } from '../../views/local/local-table.ts';
import { refArgument, refText } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext } from '../action.ts';
import { carriedOver, diffLines, editAgain, inEditor, withCountsOf } from './edit-loop.ts';
import { fieldPreview } from './field-preview.ts';
import { propose } from './propose.ts';
import { inNamespace } from './steps.ts';

/** An object as people edit it: without who owns which field. */
async function editable({ get }: DashboardServices, { resource, namespace, name }: ObjectRef): Promise<string> {
  const { metadata, ...rest } = await get(resource, namespace, name);
  const { managedFields: _, ...kept } = metadata;
  const { apiVersion, kind, ...body } = rest;
  return toYaml({ apiVersion, kind, metadata: kept, ...body });
}

const isConflict = (reason: string): boolean => /\(Conflict\)/.test(reason);

/** Why a text is no object; undefined where it is one. */
function syntaxProblem(text: string): string[] | undefined {
  try {
    const read = parseFirstYamlDocument(text, 'the file', true);
    return typeof read === 'object' && read !== null && 'kind' in read ? undefined : [say('the file holds no object')];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

/**
 * Edits an object until what was saved is sent or given up. Before it is sent the difference to what is
 * there is shown, as text and, from a dry run, by field. What somebody else changed meanwhile is taken over.
 */
async function edit(context: ActionContext): Promise<void> {
  const { host } = context;
  const target = context.target!;
  const { services } = host;
  let before = await editable(services, target);
  let text = before;
  let reasons: readonly string[] = [];
  for (;;) {
    const saved = await inEditor(host, text, reasons);
    if (saved.trim() === '' || saved.trimEnd() === before.trimEnd()) {
      host.toast('info', say('Nothing was changed in {what}', { what: refText(target) }));
      return;
    }
    text = saved;
    const wrong = syntaxProblem(text);
    if (wrong) {
      reasons = wrong;
      if (await editAgain(host, wrong)) continue;
      return;
    }
    const sent = text;
    const change = {
      title: say('Save {what}?', { what: refText(target) }),
      lines: ['', ...diffLines(before, sent)],
      confirmLabel: 'Save',
      targets: [target],
      argv: () => ['replace', '-f', '-', ...inNamespace(target.namespace)],
      stdin: () => sent,
      shown: () => ['edit', refArgument(target), ...inNamespace(target.namespace)],
      keepsFailures: true,
      done: 'Saved {what}',
    };
    const tally = await propose(context, {
      ...change,
      preview: (values, signal) => fieldPreview(services, change, values, signal),
    });
    if (!tally) {
      // Cancel means: do not send this; what was typed is not lost by it.
      reasons = [];
      if (await editAgain(host, [say('Nothing was sent. What you typed is still here.')])) continue;
      return;
    }
    if (tally.failed.length === 0) return;
    const reason = tally.reasons.join('\n');
    reasons = reason.split('\n');
    if (isConflict(reason)) {
      const now = await editable(services, target);
      const carried = carriedOver(before, sent, now);
      reasons = carried
        ? [say('The object was changed meanwhile. Your changes are carried over to it: look, and save again.')]
        : [
            say('The object was changed meanwhile, in the same lines. This is yours; saving it takes that back:'),
            ...diffLines(before, now),
          ];
      text = carried ?? withCountsOf(sent, now);
      before = now;
    }
    if (!(await editAgain(host, reasons))) return;
  }
}

export const editAction: Action = {
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
};
