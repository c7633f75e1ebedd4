import { groupResource } from '../../../api/resource.ts';
import { textField } from '../../state/dialog.ts';
import { contextsResource } from '../../views/local/contexts.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext } from '../action.ts';
import type { Change } from './change.ts';
import { propose } from './propose.ts';

const ofContexts = {
  group: 'Change',
  views: ['table'],
  kinds: [groupResource(contextsResource)],
  optional: true,
  hint: true,
  disabled: ({ target }: ActionContext) => (target ? undefined : 'no row is selected'),
} as const;

/** Changes the kubeconfig, and shows what it has then. */
async function change(context: ActionContext, proposed: Omit<Change, 'targets' | 'local'>): Promise<boolean> {
  const tally = await propose(context, { ...proposed, targets: [context.target!], local: true, unlisted: true });
  if (tally) context.model.refresh();
  return tally?.failed.length === 0;
}

/** Contexts of the kubeconfig: the cluster does not see what is done here. */
export const contextActions: readonly Action[] = [
  {
    ...ofContexts,
    id: 'context-rename',
    label: 'Rename',
    async apply(context) {
      const { host } = context;
      const { name } = context.target!;
      let next = name;
      const isRenamed = await change(context, {
        title: say('Rename context {name}', { name }),
        confirmLabel: 'Rename',
        fields: [textField('name', 'Name', name, (text) => (text === '' ? say('a name is needed') : undefined))],
        argv: (_, values) => {
          next = values['name'] ?? '';
          return ['config', 'rename-context', name, next];
        },
        done: 'Renamed {what}',
      });
      if (!isRenamed || name !== host.services.cluster.contextName) return;
      // What is open goes on under the new name; there is none of the old one any more.
      await host.switchContext(next);
      host.command('contexts');
      host.toast('info', say('Renamed {what}', { what: next }));
    },
  },
  {
    ...ofContexts,
    id: 'context-delete',
    label: 'Delete',
    async apply(context) {
      const { name } = context.target!;
      await change(context, {
        title: say('Delete context {name}?', { name }),
        lines: [say('It goes from the kubeconfig. The cluster and the user that it names stay there.')],
        confirmLabel: 'Delete',
        danger: true,
        argv: () => ['config', 'delete-context', name],
        done: 'Deleted {what}',
      });
    },
  },
];
