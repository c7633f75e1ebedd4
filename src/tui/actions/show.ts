import { groupResource } from '../../api/resource.ts';
import { drillOf, tableOfOne } from '../views/drills.ts';
import { jumpOf } from '../views/jumps.ts';
import { aliasesResource } from '../views/local/aliases.ts';
import { containersResource } from '../views/local/containers.ts';
import { contextsResource } from '../views/local/contexts.ts';
import { localGroup } from '../views/local/local-table.ts';
import { localTables } from '../views/local/registry.ts';
import { openYaml } from '../views/object/yaml-text.ts';
import { openDescribe } from '../views/open-views.ts';
import { rolloutKinds } from '../views/rollout/rollout-kinds.ts';
import { openRollout } from '../views/rollout/rollout-page.ts';
import { TableModel } from '../views/table-model.ts';
import type { ObjectRef } from '../views/view.ts';
import type { Action, ActionContext } from './action.ts';
import { openImagesAction } from './images-open.ts';
import { showLogs } from './logs.ts';

function needsTarget({ target }: ActionContext): string | undefined {
  return target ? undefined : 'no row is selected';
}

/** The object that a server knows: a container's pod, the row's object otherwise. */
export function serverRef({ model, target }: ActionContext): ObjectRef | undefined {
  if (target?.resource.group !== localGroup) return target;
  return model.view.type === 'table' ? model.view.parent : undefined;
}

export function needsServerObject(context: ActionContext): string | undefined {
  return needsTarget(context) ?? (serverRef(context) ? undefined : 'these rows are no objects of the cluster');
}

const table = { group: 'Show', views: ['table'] } as const;

export const showActions: readonly Action[] = [
  {
    ...table,
    id: 'enter',
    label: 'Open',
    disabled: (context) => (ownEnter(context) ? undefined : needsTarget(context)),
    apply: enter,
  },
  {
    ...table,
    views: ['page/tree', 'page/timeline', 'page/why'],
    id: 'go-to-object',
    label: 'Go to',
    hint: true,
    disabled: ({ target }) => (target ? undefined : 'this line is about no object of its own'),
    apply: ({ host, target }) => host.openTable(tableOfOne(target!)),
  },
  {
    ...table,
    views: ['table', 'logs', 'document', 'page'],
    id: 'describe',
    label: 'Describe',
    verb: 'get',
    hint: true,
    disabled: (context) => alreadyShows(context, 'describe') ?? needsServerObject(context),
    apply: (context) => context.host.push(openDescribe(context.host.services, serverRef(context)!)),
  },
  {
    ...table,
    views: ['table', 'logs', 'document', 'page'],
    id: 'yaml',
    label: 'YAML',
    verb: 'get',
    hint: true,
    disabled: (context) => alreadyShows(context, 'yaml') ?? needsServerObject(context),
    apply: (context) => context.host.push(openYaml(context.host.services, serverRef(context)!)),
  },
  openImagesAction(serverRef, needsServerObject),
  {
    ...table,
    id: 'rollout',
    label: 'Rollout',
    verb: 'get',
    kinds: rolloutKinds,
    hint: true,
    disabled: needsTarget,
    apply: ({ host, target }) => host.push(openRollout(host, target!)),
  },
];

function alreadyShows({ model }: ActionContext, content: string): string | undefined {
  return model.view.type === 'document' && model.view.content === content ? `this is the ${content} view` : undefined;
}

/** What enter does on rows that are no objects with parts of their own. */
const enterLocal: Readonly<Record<string, (context: ActionContext) => void | Promise<void>>> = {
  [groupResource(contextsResource)]: ({ host, target }) => host.switchContext(target!.name),
  [groupResource(aliasesResource)]: ({ host, target }) => host.command(target!.name),
  [groupResource(containersResource)]: (context) => showLogs(context, false),
  namespaces: ({ host, target }) => host.command(`pods ${target!.name}`),
  pods: ({ host, target }) => {
    const { name, namespace } = target!;
    host.openTable({
      resource: containersResource,
      parent: target!,
      scope: namespace ? { namespace } : {},
      sort: { column: 'Idx', descending: false },
      of: `pod/${name}`,
    });
  },
};

/** What a table of our own does at enter, be its row an object or not. */
function ownEnter({ host, model }: ActionContext): (() => void | Promise<void>) | undefined {
  if (!(model instanceof TableModel)) return undefined;
  const row = model.selectedRow();
  const own = localTables.get(groupResource(model.view.resource))?.enter;
  return own && row && (() => own(host, row, model.view));
}

async function enter(context: ActionContext): Promise<void> {
  const { host } = context;
  const own = ownEnter(context);
  if (own) return own();
  const target = context.target!;
  const jump = jumpOf(target.resource, host.userFiles.jumps);
  const local = enterLocal[groupResource(target.resource)];
  if (local && !jump) return local(context);
  const drill = jump ?? drillOf(target.resource);
  if (!drill) return host.push(openDescribe(host.services, target));
  const model = host.current();
  const view = await drill(host, target);
  // The user may have gone on while the object was fetched.
  if (host.current() === model) host.openTable(view);
}
