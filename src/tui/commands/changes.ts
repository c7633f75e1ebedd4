import { KctlError } from '../../lib/errors.ts';
import type { ActionContext, ActionHost } from '../actions/action.ts';
import { create } from '../actions/change/create.ts';
import { proposeFiles } from '../actions/change/files.ts';
import { undoChange } from '../actions/change/journal.ts';
import { templates } from '../actions/change/templates.ts';
import { filesResource, localPath } from '../views/local/files.ts';
import { journalResource } from '../views/local/journal.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

function contextOf(host: ActionHost): ActionContext {
  const model = host.current();
  return { host, model, target: model.target() };
}

/** @throws KctlError where nothing may be changed */
export function requireWrite({ userFiles, past }: ActionHost): void {
  if (past.at !== undefined) throw new KctlError('input', say('the screen shows the past (= goes live)'));
  if (userFiles.settings.readOnly) throw new KctlError('input', say('the dashboard is read-only'));
}

/** Doing things that no row stands for. */
export const changeCommands: readonly DashboardCommand[] = [
  {
    names: ['apply'],
    usage: 'PATH',
    about: 'apply a file or a folder, after a look at what it changes',
    run(host, { rest }) {
      requireWrite(host);
      if (rest === '') throw new KctlError('usage', say('which file or folder? :apply PATH'));
      return proposeFiles(contextOf(host), 'apply', [localPath(rest)]);
    },
  },
  {
    names: ['dir', 'd', 'dirs', 'ls'],
    usage: '[PATH]',
    about: 'manifests in a folder: apply, delete, edit, diff',
    run: (host, { rest }) =>
      host.switchTable({
        resource: filesResource,
        of: localPath(rest === '' ? '.' : rest),
        sort: { column: 'Name', descending: false },
      }),
  },
  {
    names: ['new', 'create'],
    usage: '[KIND]',
    about: 'a new object from a template, in your editor',
    complete: (_, args) =>
      args.length === 0 ? templates.map(({ name }) => name).filter((name) => !/\W/.test(name)) : [],
    run(host, { rest }) {
      requireWrite(host);
      return create(contextOf(host), rest);
    },
  },
  {
    names: ['undo'],
    usage: '[CHANGE]',
    about: 'take back the last change of this cluster, or one of the journal',
    run(host, { args: [id] }) {
      requireWrite(host);
      return undoChange(contextOf(host), id);
    },
  },
  {
    names: ['journal', 'changes'],
    about: 'what was changed, and can be taken back',
    run: (host) => host.switchTable({ resource: journalResource, sort: { column: 'Change', descending: true } }),
  },
];
