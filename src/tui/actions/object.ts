import type { OwnerReference } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import { DocumentModel } from '../views/document-model.ts';
import { tableOfOne, usersOf } from '../views/drills.ts';
import { usedKinds } from '../views/local/used-by.ts';
import { DiffModel } from '../views/object/diff-model.ts';
import { eventScope } from '../views/object/object-events.ts';
import { openTimeline } from '../views/object/timeline-page.ts';
import { openTree } from '../views/object/tree-page.ts';
import { openWhy } from '../views/object/why-page.ts';
import { openYaml, yamlToggles } from '../views/object/yaml-text.ts';
import { refText } from '../views/ref-text.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';
import { needsServerObject, serverRef } from './show.ts';

const seen = { group: 'Show', verb: 'get', views: ['table', 'document', 'logs', 'page'] } as const;

/** An action on the one object that a row, a page or a text is about. */
function objectAction(
  id: string,
  label: string,
  run: (context: ActionContext, ref: ObjectRef) => void | Promise<void>,
  rest: Partial<Action> = {},
): Action {
  return {
    ...seen,
    id,
    label,
    disabled: needsServerObject,
    apply: (context) => run(context, serverRef(context)!),
    ...rest,
  };
}

/** The uid, where a row did not bring it. */
async function uidOf(
  { host }: ActionContext,
  { resource, namespace, name, uid }: ObjectRef,
): Promise<string | undefined> {
  return uid ?? (await host.services.get(resource, namespace, name)).metadata.uid;
}

async function events(context: ActionContext, ref: ObjectRef): Promise<void> {
  const { host } = context;
  const model = host.current();
  const uid = await uidOf(context, ref);
  if (host.current() !== model) return;
  const of = `${ref.resource.singular || ref.resource.plural}/${ref.name}`;
  host.openTable({ resource: findBuiltin('events')!, scope: eventScope(ref, uid), of });
}

/** What an event is about stands where others have their owner. */
async function owner({ host }: ActionContext, ref: ObjectRef): Promise<void> {
  const model = host.current();
  const object = await host.services.get(ref.resource, ref.namespace, ref.name);
  const owners: readonly OwnerReference[] = object.metadata.ownerReferences ?? [];
  const about = object['involvedObject'] ?? object['regarding'];
  const found = owners.find(({ controller }) => controller) ?? owners[0] ?? about;
  if (!found?.name) throw new KctlError('input', `nothing owns ${refText(ref)}`);
  const { discovery } = host.services.cluster;
  const resource = await discovery.resolveKind(found.apiVersion ?? 'v1', found.kind);
  const namespace = resource.namespaced ? (found.namespace ?? ref.namespace) : undefined;
  if (host.current() === model) host.openTable(tableOfOne({ resource, namespace, name: found.name }, ref));
}

async function node({ host }: ActionContext, ref: ObjectRef): Promise<void> {
  const model = host.current();
  const { spec } = await host.services.get(ref.resource, ref.namespace, ref.name);
  if (!spec?.nodeName) throw new KctlError('input', `${refText(ref)} has no node yet`);
  if (host.current() !== model) return;
  host.openTable(tableOfOne({ resource: findBuiltin('nodes')!, namespace: undefined, name: spec.nodeName }, ref));
}

function decode({ host, model }: ActionContext, ref: ObjectRef): void {
  if (model instanceof DocumentModel && model.hasToggle(yamlToggles.decoded)) model.toggle(yamlToggles.decoded);
  else host.push(openYaml(host.services, ref, { [yamlToggles.decoded]: true }));
}

const decodedKinds = ['Secret', 'ConfigMap'];

/** On the page itself only another object's page of that sort is news. */
function notOn(page: string): Partial<Action> {
  return {
    disabled: (context) => {
      const { view } = context.model;
      const ref = serverRef(context);
      const isShown = view.type === 'page' && view.page === page && ref !== undefined && view.of === refText(ref);
      return isShown ? `this is its ${page}` : needsServerObject(context);
    },
  };
}

function diffAction(
  id: string,
  label: string,
  run: (model: DiffModel, host: ActionContext['host']) => void | Promise<void>,
): Action {
  return {
    id,
    label,
    group: 'Show',
    views: ['document/diff'],
    hint: true,
    apply: ({ host, model }) => (model instanceof DiffModel ? run(model, host) : undefined),
  };
}

async function chooseBase(model: DiffModel, host: ActionContext['host']): Promise<void> {
  const items = model.bases();
  if (items.length === 0) throw new KctlError('input', 'there is nothing to compare with yet');
  const picked = await host.pick({ title: say('Compare with'), items });
  const id = picked?.items[0]?.id;
  if (id !== undefined) model.compareWith(id);
}

export const objectActions: readonly Action[] = [
  objectAction('events', 'Events', events, { hint: ['document/describe', 'document/yaml'] }),
  objectAction('why', 'Why', ({ host }, ref) => host.push(openWhy(host.services, ref)), notOn('why')),
  objectAction('tree', 'Tree', ({ host }, ref) => host.push(openTree(host.services, ref)), notOn('tree')),
  objectAction(
    'timeline',
    'Timeline',
    ({ host }, ref) => host.push(openTimeline(host.services, ref)),
    notOn('timeline'),
  ),
  objectAction('diff', 'Diff', ({ host }, ref) => host.push(new DiffModel(host.services, ref)), {
    disabled: (context) => (context.model instanceof DiffModel ? 'this is the difference' : needsServerObject(context)),
  }),
  diffAction('diff-older', 'Older', (model, host) => {
    if (!model.step(-1)) host.toast('info', say('There is nothing older to compare with.'));
  }),
  diffAction('diff-newer', 'Newer', (model, host) => {
    if (!model.step(1)) host.toast('info', say('There is nothing newer to compare with.'));
  }),
  diffAction('diff-base', 'Compare with', chooseBase),
  diffAction('diff-layout', 'Side by side', (model) => model.toggleLayout()),
  objectAction('owner', 'Owner', owner),
  objectAction('node', 'Node', node, { kinds: ['pods', 'containers.kctl.dev'], views: ['table', 'page'] }),
  objectAction('used-by', 'Used by', ({ host }, ref) => host.openTable(usersOf(ref)), {
    kinds: usedKinds,
    hint: true,
    // A text or a page has no rows whose kind would be asked for.
    disabled: (context) => {
      const ref = serverRef(context);
      const isFor = !ref || usedKinds.includes(groupResource(ref.resource));
      return needsServerObject(context) ?? (isFor ? undefined : `not for ${ref.resource.plural}`);
    },
  }),
  objectAction('decode', 'Decode', decode, {
    kinds: ['secrets', 'configmaps'],
    hint: true,
    disabled: (context) =>
      needsServerObject(context) ??
      (decodedKinds.includes(serverRef(context)?.resource.kind ?? '')
        ? undefined
        : 'only secrets and config maps are encoded'),
  }),
];
