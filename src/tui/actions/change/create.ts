import { KctlError } from '../../../lib/errors.ts';
import { parseYamlDocuments } from '../../../lib/yaml.ts';
import { isOneNamespace } from '../../state/namespaces.ts';
import { filesResource } from '../../views/local/files.ts';
import { say } from '../../words/say.ts';
import { type Action, type ActionContext, everyView } from '../action.ts';
import type { Change } from './change.ts';
import { editAgain, inEditor } from './edit-loop.ts';
import { propose } from './propose.ts';
import { type Template, templates, templateText } from './templates.ts';

async function chooseTemplate({ host }: ActionContext, wanted: string): Promise<Template | undefined> {
  const named = templates.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (named) return named;
  const items = templates.map(({ name, about }) => ({ id: name, label: name, detail: say(about) }));
  const picked = await host.pick({ title: say('New'), items, query: wanted });
  return templates.find(({ name }) => name === picked?.items[0]?.id);
}

/** Names of what a text declares, for what is said of it. @throws what is wrong with the YAML */
function declared(text: string): string {
  const objects = parseYamlDocuments(text, 'the file', true).filter((one) => one !== null);
  if (objects.length === 0) throw new KctlError('input', say('the file holds no object'));
  return objects
    .map((one) => {
      const { kind = '?', metadata } = one as { kind?: string; metadata?: { name?: string } };
      return `${kind.toLowerCase()}/${metadata?.name ?? '?'}`;
    })
    .join(', ');
}

/** Opens a template in the editor, has the server try what was saved, and creates it once it is agreed to. */
export async function create(context: ActionContext, wanted = ''): Promise<void> {
  const { host } = context;
  const template = await chooseTemplate(context, wanted);
  if (!template) return;
  const { services } = host;
  const namespace = isOneNamespace(host.namespace) ? host.namespace : services.cluster.namespace;
  let text = templateText(template, namespace);
  let reasons: readonly string[] = [];
  for (;;) {
    text = await inEditor(host, text, reasons);
    if (text.trim() === '') return;
    const sent = text;
    try {
      const name = declared(sent);
      const change: Change = {
        title: say('Create?'),
        lines: [name],
        confirmLabel: 'Create',
        targets: [{ resource: filesResource, namespace: undefined, name }],
        unlisted: true,
        keepsFailures: true,
        argv: () => ['create', '-f', '-', '-n', namespace],
        stdin: () => sent,
        async preview(_, signal) {
          const argv = ['apply', '-f', '-', '-n', namespace, '--preview'];
          const { stdout, stderr } = await services.run(argv, { stdin: sent, signal });
          return (stdout + stderr).trimEnd().split('\n');
        },
        done: say('Created {name}', { name }),
      };
      const tally = await propose(context, change);
      if (tally?.failed.length === 0) return;
      reasons = tally ? tally.reasons.join('\n').split('\n') : [say('Nothing was sent. What you typed is still here.')];
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      reasons = error.message.split('\n');
    }
    if (!(await editAgain(host, reasons))) return;
  }
}

export const createAction: Action = {
  id: 'create',
  label: 'Create',
  group: 'Change',
  views: everyView,
  verb: 'create',
  apply: (context) => create(context),
};
