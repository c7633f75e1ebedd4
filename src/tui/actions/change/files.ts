import { statSync } from 'node:fs';
import { join } from 'node:path';
import { groupResource } from '../../../api/resource.ts';
import { launchEditor } from '../../../lib/editor.ts';
import { KctlError } from '../../../lib/errors.ts';
import { filesResource, folderOf } from '../../views/local/files.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext } from '../action.ts';
import type { Change } from './change.ts';
import { propose } from './propose.ts';
import { targetsOf } from './targets.ts';

/** The namespace that manifests without one go to. */
function namespaceHere({ services }: ActionContext['host']): string[] {
  return ['-n', services.cluster.namespace];
}

/** A file or a folder with all that is in it. */
const fromPath = (path: string): string[] => (statSync(path).isDirectory() ? ['-R', '-f', path] : ['-f', path]);

/** Applies, or deletes what is in, files and folders, after the server has tried it. */
export async function proposeFiles(context: ActionContext, verb: 'apply' | 'delete', paths: readonly string[]) {
  const { host } = context;
  for (const path of paths) {
    if (!statSync(path, { throwIfNoEntry: false })) throw new KctlError('input', say('there is no {path}', { path }));
  }
  const change: Change = {
    title: verb === 'apply' ? say('Apply?') : say('Delete what is in these files?'),
    lines: paths,
    confirmLabel: verb === 'apply' ? 'Apply' : 'Delete',
    danger: verb === 'delete',
    targets: paths.map((path): ObjectRef => ({ resource: filesResource, namespace: undefined, name: path })),
    unlisted: true,
    argv: (refs) => [
      verb,
      ...refs.flatMap(({ name }) => fromPath(name)),
      ...(verb === 'delete' ? ['--wait=false'] : []),
      ...namespaceHere(host),
    ],
    preview: 'command',
    done: verb === 'apply' ? 'Applied {what}' : 'Deleted what is in {what}',
  };
  await propose(context, change);
}

function pathsOf(context: ActionContext): string[] {
  const { view } = context.model;
  if (view.type !== 'table') return [];
  return targetsOf(context).map(({ name }) => join(folderOf(view), name));
}

const ofFiles = {
  group: 'Change',
  views: ['table'],
  kinds: [groupResource(filesResource)],
  optional: true,
  hint: true,
  disabled: ({ target }: ActionContext) => (target ? undefined : 'no row is selected'),
} as const;

export const fileActions: readonly Action[] = [
  {
    ...ofFiles,
    id: 'file-apply',
    label: 'Apply',
    verb: 'patch',
    danger: true,
    apply: (context) => proposeFiles(context, 'apply', pathsOf(context)),
  },
  {
    ...ofFiles,
    id: 'file-delete',
    label: 'Delete its objects',
    verb: 'delete',
    danger: true,
    apply: (context) => proposeFiles(context, 'delete', pathsOf(context)),
  },
  {
    ...ofFiles,
    id: 'file-diff',
    label: 'Diff',
    verb: 'get',
    async apply(context) {
      const { host } = context;
      const [path] = pathsOf(context);
      const { stdout, stderr, code } = await host.services.run(['diff', ...fromPath(path!), ...namespaceHere(host)]);
      // As of diff: 1 says that there are differences.
      const text = code > 1 ? stderr : stdout || say('The cluster has what the files say.');
      await host.ask({ title: path!, lines: text.trimEnd().split('\n'), notice: true, confirmLabel: 'Close' });
    },
  },
  {
    ...ofFiles,
    id: 'file-edit',
    label: 'Edit',
    async apply(context) {
      const [path] = pathsOf(context);
      await context.host.lendTerminal(() => launchEditor(path!, context.host.services.env));
      context.model.refresh();
    },
  },
];
