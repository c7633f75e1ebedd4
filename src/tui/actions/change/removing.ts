import { KctlError } from '../../../lib/errors.ts';
import { textField } from '../../state/dialog.ts';
import { guardsOf } from '../../state/guards.ts';
import { refArgument } from '../../views/ref-text.ts';
import { TableModel } from '../../views/table-model.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext } from '../action.ts';
import type { Change } from './change.ts';
import { changing } from './changing.ts';
import { namespaceFlags } from './steps.ts';
import { needsObject, targetsOf } from './targets.ts';

/** The dashboard does not wait: the table says when they are gone. */
function deleteArgv(refs: readonly ObjectRef[], ...flags: string[]): string[] {
  return ['delete', ...refs.map(refArgument), ...flags, '--wait=false', ...namespaceFlags(refs)];
}

function needsDelete(context: ActionContext): string | undefined {
  const stays = targetsOf(context).find(({ resource }) => !resource.verbs.includes('delete'));
  return needsObject(context) ?? (stays ? `the server does not let ${stays.resource.plural} be deleted` : undefined);
}

const killFlags = ['--grace-period=0', '--force'];

/** Rows of pods that have ended, by what their status says. */
const endings: ReadonlySet<string> = new Set(['Completed', 'Succeeded', 'Failed', 'Error', 'Evicted', 'OOMKilled']);

/** The pods of the table that have ended, seen or hidden by the filter. */
function endedPods({ model }: ActionContext): ObjectRef[] {
  if (!(model instanceof TableModel)) return [];
  const { visible, columns } = model.store.getSnapshot();
  const status = columns.findIndex(({ name }) => name === 'Status');
  return model.store
    .window(0, visible)
    .rows.filter(({ cells }) => endings.has(String(cells[status])))
    .map(({ namespace, name, uid }) => ({
      resource: model.view.resource,
      namespace: namespace || undefined,
      name,
      uid,
    }));
}

function eviction({ name, namespace }: ObjectRef): string {
  return JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } });
}

export const removingActions: readonly Action[] = [
  changing({
    id: 'delete',
    label: 'Delete',
    verb: 'delete',
    hint: true,
    disabled: needsDelete,
    make: (_, targets) => ({
      title: targets.length === 1 ? say('Delete?') : say('Delete {count} objects?', { count: targets.length }),
      confirmLabel: 'Delete',
      danger: true,
      fields: [
        { id: 'propagation', label: 'Dependents', options: ['Background', 'Foreground', 'Orphan'], value: 0 },
        { id: 'force', label: 'Grace', options: ['Default', 'Now (force)'], value: 0 },
      ],
      targets,
      argv: (refs, { propagation = 'Background', force = '' }) => [
        ...deleteArgv(refs, `--cascade=${propagation.toLowerCase()}`, ...(force.startsWith('Now') ? killFlags : [])),
      ],
      preview: 'command',
      done: 'Deleted {what}',
    }),
  }),
  changing({
    id: 'kill',
    label: 'Kill',
    verb: 'delete',
    kinds: ['pods'],
    make: ({ host }, targets) => ({
      title: targets.length === 1 ? say('Kill?') : say('Kill {count} pods?', { count: targets.length }),
      lines: [say('Now, without time to end well.')],
      confirmLabel: 'Kill',
      danger: true,
      targets,
      argv: (refs) => deleteArgv(refs, ...killFlags),
      preview: 'command',
      unasked: !guardsOf(host).killAsks,
      done: 'Killed {what}',
    }),
  }),
  changing({
    id: 'evict',
    label: 'Evict',
    verb: 'create',
    right: { verb: 'create', subresource: 'eviction' },
    kinds: ['pods'],
    make: (_, targets) => ({
      title: targets.length === 1 ? say('Evict?') : say('Evict {count} pods?', { count: targets.length }),
      lines: [say('As a drain does it: a disruption budget may refuse.')],
      confirmLabel: 'Evict',
      danger: true,
      targets,
      each: true,
      argv: ([ref]) => [
        'create',
        '--raw',
        `/api/v1/namespaces/${ref!.namespace}/pods/${ref!.name}/eviction`,
        '-f',
        '-',
      ],
      stdin: ([ref]) => eviction(ref!),
      done: 'Evicted {what}',
    }),
  }),
  changing({
    id: 'sanitize',
    label: 'Sanitize',
    verb: 'delete',
    kinds: ['pods'],
    disabled: () => undefined,
    make(context): Change {
      const targets = endedPods(context);
      if (targets.length === 0) throw new KctlError('input', say('no pod of this table has ended'));
      const count = String(targets.length);
      return {
        title: say('Delete all pods that have ended?'),
        confirmLabel: 'Delete',
        danger: true,
        fields: [
          textField('count', say('Type {count}', { count }), '', (text) =>
            text === count ? undefined : say('type {count}, which is how many they are', { count }),
          ),
        ],
        targets,
        argv: (refs) => deleteArgv(refs),
        done: 'Deleted {what}',
      };
    },
  }),
];
