import { localGroup } from '../views/local/local-table.ts';
import { refText } from '../views/open-views.ts';
import { TableModel } from '../views/table-model.ts';
import type { ObjectRef } from '../views/view.ts';
import type { Action, ActionContext } from './action.ts';

const shownTargets = 8;

function targetsOf({ model, target }: ActionContext): ObjectRef[] {
  if (model instanceof TableModel) return model.targets();
  return target ? [target] : [];
}

export const changeActions: readonly Action[] = [
  {
    id: 'delete',
    label: 'Delete',
    group: 'Change',
    verb: 'delete',
    views: ['table'],
    danger: true,
    hint: true,
    disabled(context) {
      const [first] = targetsOf(context);
      if (!first) return 'no row is selected';
      if (first.resource.group === localGroup) return 'these rows are no objects of the cluster';
      return first.resource.verbs.includes('delete')
        ? undefined
        : `the server does not let ${first.resource.plural} be deleted`;
    },
    plan(context) {
      const targets = targetsOf(context);
      const more = targets.length - shownTargets;
      return {
        title: targets.length === 1 ? 'Delete?' : `Delete ${targets.length} objects?`,
        lines: [...targets.slice(0, shownTargets).map(refText), ...(more > 0 ? [`and ${more} more`] : [])],
        confirmLabel: 'Delete',
        fields: [
          { id: 'propagation', label: 'Dependents', options: ['Background', 'Foreground', 'Orphan'], value: 0 },
          { id: 'force', label: 'Grace', options: ['Default', 'Now (force)'], value: 0 },
        ],
      };
    },
    async apply(context, values) {
      const targets = targetsOf(context);
      const force = values.force?.startsWith('Now');
      const options = {
        propagationPolicy: values.propagation ?? 'Background',
        ...(force ? { gracePeriodSeconds: 0 } : {}),
      };
      const results = await Promise.allSettled(targets.map((ref) => context.host.services.delete(ref, options)));
      const failed = results.filter((result) => result.status === 'rejected');
      if (context.model instanceof TableModel) context.model.clearMarks();
      if (failed.length > 0) throw failed[0]!.reason;
      context.host.toast(
        'info',
        targets.length === 1 ? `Deleted ${refText(targets[0]!)}` : `Deleted ${targets.length} objects`,
      );
    },
  },
];
