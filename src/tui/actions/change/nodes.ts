import { textField } from '../../state/dialog.ts';
import { refArgument } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action } from '../action.ts';
import { changing } from './changing.ts';

const names = (refs: readonly ObjectRef[]): string[] => refs.map(({ name }) => name);
const choice = (id: string, label: string, value = 0) => ({ id, label, options: ['No', 'Yes'], value });

function cordoning(id: 'cordon' | 'uncordon', label: string, title: string, done: string): Action {
  const patch = JSON.stringify({ spec: { unschedulable: id === 'cordon' ? true : null } });
  return changing({
    id,
    label,
    verb: 'patch',
    kinds: ['nodes'],
    hint: true,
    make: (_, targets) => ({
      title: say(title),
      confirmLabel: label,
      targets,
      argv: (refs) => [id, ...names(refs)],
      rehearsal: (ref) => ['patch', refArgument(ref), '--type=merge', '-p', patch],
      preview: 'fields',
      done,
    }),
  });
}

/** What the answers of the dialog are as flags of `drain`. */
function drainFlags(values: Readonly<Record<string, string>>): string[] {
  const yes = (id: string, flag: string) => (values[id] === 'Yes' ? [flag] : []);
  return [
    ...yes('daemonsets', '--ignore-daemonsets'),
    ...yes('emptydir', '--delete-emptydir-data'),
    ...yes('force', '--force'),
    ...yes('eviction', '--disable-eviction'),
    ...(values.grace ? [`--grace-period=${values.grace}`] : []),
    ...(values.timeout ? [`--timeout=${values.timeout}`] : []),
  ];
}

export const nodeActions: readonly Action[] = [
  cordoning('cordon', 'Cordon', 'Cordon: no new pods?', 'Cordoned {what}'),
  cordoning('uncordon', 'Uncordon', 'Uncordon: new pods again?', 'Uncordoned {what}'),
  changing({
    id: 'drain',
    label: 'Drain',
    verb: 'patch',
    kinds: ['nodes'],
    hint: true,
    make: (_, targets) => ({
      title: say('Drain?'),
      confirmLabel: 'Drain',
      fields: [
        choice('daemonsets', 'Ignore daemon sets', 1),
        choice('emptydir', 'Delete emptyDir data'),
        choice('force', 'Pods of no controller'),
        choice('eviction', 'Without eviction'),
        textField('grace', 'Grace, seconds', '', (text) =>
          /^(-1|\d*)$/.test(text) ? undefined : say('seconds, or nothing for what each pod says'),
        ),
        textField('timeout', 'Timeout', '5m', (text) =>
          /^(\d+(h|m|s|ms))*$|^0$/.test(text) ? undefined : say('a time such as 30s or 5m; nothing for no end'),
        ),
      ],
      targets,
      argv: (refs, values) => ['drain', ...names(refs), ...drainFlags(values)],
      preview: 'command',
      done: 'Drained {what}',
    }),
  }),
];
