import { groupResource } from '../../api/resource.ts';
import { textWidth } from '../../lib/text-width.ts';
import type { Plugin, PluginInput } from '../../settings/user-files.ts';
import { type Action, type ActionContext, everyView } from '../actions/action.ts';
import { contextField } from '../actions/change/propose.ts';
import { type DialogField, textField } from '../state/dialog.ts';
import { guardsOf } from '../state/guards.ts';
import { DocumentModel } from '../views/document-model.ts';
import type { View } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { OwnAction } from './key-map.ts';
import { pluginCommands, runCommands } from './run-plugin.ts';
import { allVariablesOf, type Variables } from './variables.ts';

/** Whether a view is one that a plugin is for: `pods`, `po`, `deployments.apps`, `all`. */
function isInScope(scopes: readonly string[], view: View): boolean {
  const wanted = scopes.map((scope) => scope.toLowerCase());
  if (wanted.includes('all')) return true;
  if (view.type !== 'table')
    return wanted.includes(view.type) || (view.type === 'document' && wanted.includes(view.content));
  const { resource } = view;
  const { plural, singular, kind, group, version, shortNames } = resource;
  const called = [plural, singular, kind.toLowerCase(), ...shortNames, groupResource(resource)];
  return [...called, `${group ? `${group}/` : ''}${version}/${plural}`].some((name) => wanted.includes(name));
}

/** The question of an input, as a field of the dialog. */
function fieldOf({
  name,
  label = name,
  type = 'string',
  required = false,
  default: usual = '',
  options = [],
}: PluginInput): DialogField {
  const choices = type === 'bool' ? ['false', 'true'] : type === 'dropdown' ? options : undefined;
  if (choices && choices.length > 0) {
    return { id: name, label, options: choices, value: Math.max(0, choices.indexOf(usual)) };
  }
  return textField(name, label, usual, (text) => {
    if (required && text === '') return say('this has to be filled in');
    return type === 'number' && text !== '' && !Number.isFinite(Number(text))
      ? say('this has to be a number')
      : undefined;
  });
}

function withAnswers(variables: Variables, answers: Readonly<Record<string, string>>): Variables {
  return {
    ...variables,
    ...Object.fromEntries(Object.entries(answers).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  };
}

function pluginAction(name: string, plugin: Plugin): Action {
  const { description, confirm = false, inputs = [], scopes = [], dangerous = false } = plugin;
  const label = description || name;
  const { command, args = [], pipes = [] } = plugin;
  const variables = (context: ActionContext) => allVariablesOf(context, [command, ...args, ...pipes]);
  return {
    id: `plugin/${name}`,
    label,
    group: 'Yours',
    views: everyView,
    optional: true,
    ...(dangerous && { verb: 'update', danger: true }),
    applies: (view) => isInScope(scopes, view),
    ...((confirm || dangerous || inputs.length > 0) && {
      async plan(context: ActionContext) {
        const { host } = context;
        // Where the dashboard's own changes want the name of the context, so do those of the user's programs.
        const isGuarded = dangerous && guardsOf(host).isProtected;
        if (!confirm && !isGuarded && inputs.length === 0) return undefined;
        return {
          title: label,
          lines: confirm || isGuarded ? [commandText(pluginCommands(plugin, await variables(context)))] : [],
          confirmLabel: 'Run',
          fields: [...inputs.map(fieldOf), ...(isGuarded ? [contextField(host.services.cluster.contextName)] : [])],
        };
      },
    }),
    apply: async (context, answers) => run(plugin, label, context, withAnswers(await variables(context), answers)),
  };
}

function commandText(commands: ReturnType<typeof pluginCommands>): string {
  return commands
    .map(({ words }) => words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' '))
    .join(' | ');
}

async function run(plugin: Plugin, label: string, { host }: ActionContext, variables: Variables): Promise<void> {
  const { background = false, overwriteOutput = false, output = background ? undefined : 'terminal' } = plugin;
  const commands = pluginCommands(plugin, variables);
  const work = () => runCommands(commands, host.services, output === 'terminal' ? 'terminal' : 'kept');
  if (output !== 'terminal') host.toast('info', say('{name} runs…', { name: label }));
  const { code, output: printed } = output === 'terminal' ? await host.lendTerminal(work) : await work();
  const text = printed.trimEnd();
  const firstLine = text.split('\n')[0]!;
  if (code !== 0) {
    const ended = say('{name} ended with {code}', { name: label, code });
    host.toast('error', firstLine === '' || text.includes('\n') ? ended : `${ended}: ${firstLine}`);
  } else if (overwriteOutput || output === 'message')
    host.toast('info', firstLine || say('{name} is done', { name: label }));
  else if (output !== 'terminal') host.toast('info', say('{name} is done', { name: label }));
  const isLong = text.includes('\n') || textWidth(firstLine) > 120;
  if (text !== '' && (output === 'page' || (output === undefined && !overwriteOutput && isLong)))
    host.push(outputPage(label, text));
}

function outputPage(label: string, text: string): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'output', of: label },
    load: async () => text,
    paint: (line, theme) => theme.paint('text', line),
  });
}

/** Programs of the user's own on keys, as actions. */
export function pluginActions(plugins: Readonly<Record<string, Plugin>>): OwnAction[] {
  return Object.entries(plugins).map(([name, plugin]) => ({
    key: plugin.shortCut,
    override: plugin.override ?? false,
    from: `plugins.yaml plugins.${name}`,
    action: pluginAction(name, plugin),
  }));
}
