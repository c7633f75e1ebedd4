import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { shellWords } from '../../lib/shell-words.ts';
import type { ActionHost } from '../actions/action.ts';
import { addressOf, pageAddress, parseAddress } from '../state/address.ts';
import { onlyLooks } from '../state/command-words.ts';
import { ImageDiffPage } from '../views/images/image-diff-page.ts';
import { LayerMapPage } from '../views/images/layer-map-page.ts';
import { LayersPage } from '../views/images/layers-page.ts';
import { filesResource, openFile } from '../views/local/files.ts';
import { openHelmText } from '../views/local/helm-text.ts';
import { imagesResource } from '../views/local/images.ts';
import { localGroup } from '../views/local/local-table.ts';
import { localTables } from '../views/local/registry.ts';
import { logsAddress, openLogsAt, parseLogsAddress } from '../views/logs/log-address.ts';
import { LogsModel } from '../views/logs/logs-model.ts';
import { DiffModel } from '../views/object/diff-model.ts';
import { openTimeline } from '../views/object/timeline-page.ts';
import { openTree } from '../views/object/tree-page.ts';
import { openWhy } from '../views/object/why-page.ts';
import { openYaml } from '../views/object/yaml-text.ts';
import { openDescribe } from '../views/open-views.ts';
import { openExplain } from '../views/pages/open-explain.ts';
import { PulsesPage } from '../views/pages/pulses-page.ts';
import { XrayPage } from '../views/pages/xray-page.ts';
import { openRollout } from '../views/rollout/rollout-page.ts';
import { TableModel } from '../views/table-model.ts';
import type { ObjectRef, View } from '../views/view.ts';
import type { ViewModel } from '../views/view-model.ts';
import { say } from '../words/say.ts';

/** Views of one object, by what an address calls them. */
const objectViews: Readonly<Record<string, (host: ActionHost, ref: ObjectRef, of?: string) => ViewModel>> = {
  describe: ({ services }, ref) => openDescribe(services, ref),
  diff: ({ services }, ref) => new DiffModel(services, ref),
  hooks: ({ services }, ref) => openHelmText(services, ref, 'hooks', releaseText(ref)),
  images: ({ services }, ref, image) => new LayersPage(services, { ref, image }),
  manifest: ({ services }, ref) => openHelmText(services, ref, 'manifest', releaseText(ref)),
  notes: ({ services }, ref) => openHelmText(services, ref, 'notes', releaseText(ref)),
  rollout: (host, ref) => openRollout(host, ref),
  timeline: ({ services }, ref) => openTimeline(services, ref),
  tree: ({ services }, ref) => openTree(services, ref),
  values: ({ services }, ref) => openHelmText(services, ref, 'values', releaseText(ref)),
  why: ({ services }, ref) => openWhy(services, ref),
  yaml: ({ services }, ref) => openYaml(services, ref),
};

/** `web.v3` of the secret that keeps it. */
const releaseText = ({ name }: ObjectRef): string => name.replace(/^sh\.helm\.release\.v1\./, '');

interface Asked {
  namespace: string | undefined;
  kind: string;
  of: string;
  filter: string;
}

/** Views of no object, by what stands in `view`, or in the place of the kind. */
const otherViews: Readonly<Record<string, (host: ActionHost, asked: Asked) => void | Promise<void>>> = {
  xray: async (host, { kind, namespace, filter }) => {
    const page = new XrayPage(host.services, await host.resolveKind(kind), namespace);
    if (filter) page.setFilter(filter);
    host.push(page);
  },
  pulses: (host, { namespace }) => host.push(new PulsesPage(host.services, namespace)),
  explain: (host, { kind, of }) => openExplain(host, of || kind),
  settings: (host) => host.command('settings'),
  file: (host, { of }) => openFile(host, of),
  image: (host, { of }) => host.push(new LayersPage(host.services, { image: of })),
  'layer-map': (host, { of }) => host.push(new LayerMapPage(host.services, of === 'node' ? 'node' : 'image')),
  'image-diff'(host, { of }) {
    const [before = '', after = ''] = of.split(' ');
    host.push(new ImageDiffPage(host.services, { image: before }, { image: after }));
  },
  command(host, { of }) {
    // An address that somebody gave must not change anything.
    if (!onlyLooks(shellWords(of) ?? []))
      throw new KctlError('usage', say('an address runs nothing that may change things: {line}', { line: of }));
    host.command(`kctl ${of}`);
  },
};

/** What the address of a view of no object says. */
const otherAddresses: Readonly<
  Record<string, (view: View & { of?: string }, context: string, filter: string) => string | undefined>
> = {
  'page/xray'({ of = '' }, context, filter) {
    const [kind = '', place] = of.split(' ');
    return pageAddress({ context, namespace: place === 'all' ? undefined : place, kind }, { view: 'xray', filter });
  },
  'page/pulses': ({ of }, context) =>
    pageAddress({ context, namespace: of === 'all' ? undefined : of, kind: 'pulses' }),
  'page/explain': ({ of = '' }, context) => pageAddress({ context, kind: of }, { view: 'explain' }),
  'page/layer-map': ({ of }, context) => pageAddress({ context, kind: 'layer-map' }, { of }),
  'page/image-diff': ({ of }, context) =>
    pageAddress({ context, kind: groupResource(imagesResource) }, { view: 'image-diff', of }),
  'document/settings': (_, context) => pageAddress({ context, kind: 'settings' }),
  'document/file': ({ of }, context) =>
    pageAddress({ context, kind: groupResource(filesResource) }, { view: 'file', of }),
  'document/command'({ of = '' }, context) {
    const line = of.replace(/^kctl /, '');
    return onlyLooks(shellWords(line) ?? []) ? pageAddress({ context, kind: 'command' }, { of: line }) : undefined;
  },
};

/** The object that a page of rows is about stands in its title: `deployments.apps shop/web`. */
function subjectOf(model: ViewModel): { kind: string; namespace: string | undefined; name: string } | undefined {
  const { view } = model;
  const match = 'of' in view ? /^(\S+) (?:([^/\s]+)\/)?([^/\s]+)$/.exec(view.of ?? '') : null;
  if (match) return { kind: match[1]!, namespace: match[2], name: match[3]! };
  const ref = view.type === 'document' ? model.target() : undefined;
  return ref && { kind: groupResource(ref.resource), namespace: ref.namespace, name: ref.name };
}

/** The address of a view; undefined where it cannot be opened by one: help, a page of one run. */
export function addressOfView(model: ViewModel, context: string): string | undefined {
  if (model instanceof LogsModel) return logsAddress(model, context);
  if (model instanceof TableModel) return addressOf(model.view, context);
  const { view } = model;
  if (view.type === 'table' || view.type === 'logs') return undefined;
  const name = view.type === 'document' ? view.content : view.page;
  if (model instanceof LayersPage) {
    const ref = model.target();
    if (!ref) return pageAddress({ context, kind: groupResource(imagesResource) }, { view: 'image', of: model.image });
    const { resource, ...place } = ref;
    return pageAddress({ context, ...place, kind: groupResource(resource) }, { view: 'images', of: model.image });
  }
  const other = otherAddresses[`${view.type}/${name}`];
  if (other) return other(view, context, model.filter());
  const subject = Object.hasOwn(objectViews, name) ? subjectOf(model) : undefined;
  return subject && pageAddress({ context, ...subject }, { view: name });
}

/** The address of what is on the screen, else of the nearest view under it that has one. */
export function addressHere(host: ActionHost): string {
  const context = host.services.cluster.contextName;
  for (const model of host.views().toReversed()) {
    const address = addressOfView(model, context);
    if (address !== undefined) return address;
  }
  throw new KctlError('usage', 'there is no table here to name');
}

/** Opens the view at an address. @throws KctlError for what is none, and whatever its context and kind fail with */
export async function openAddress(host: ActionHost, text: string): Promise<void> {
  const logs = parseLogsAddress(text);
  if (logs) {
    await goTo(host, logs.context);
    host.push(openLogsAt(logs, host.services));
    return;
  }
  const { context, namespace, kind, name, shows, of, parent: within, scope, view } = parseAddress(text);
  await goTo(host, context);
  const other = otherViews[shows ?? kind];
  if (other && name === undefined) {
    return other(host, { namespace, kind, of: of ?? '', filter: view.filter ?? '' });
  }
  const resource = await kindOf(host, kind);
  const place = resource.namespaced ? { namespace } : { namespace: host.namespace };
  const where = resource.namespaced && namespace !== undefined ? { ...scope, namespace } : scope;
  const parent = within && {
    resource: await host.resolveKind(within.kind),
    namespace: within.namespace,
    name: within.name,
  };
  host.switchTable({ ...view, resource, scope: where, ...(parent && { parent }) }, place);
  if (name === undefined) return;
  const open = objectViews[shows ?? 'describe'];
  if (!open) {
    throw new KctlError('usage', say('"{name}" is no view of an object', { name: shows ?? '' }), {
      hint: say('There are: {names}.', { names: Object.keys(objectViews).join(', ') }),
    });
  }
  const ref = { resource, namespace: resource.namespaced ? namespace : undefined, name };
  host.push(open(host, ref, of));
}

/** A kind of the server's, else one of the dashboard's own without its group: `capacity`. */
async function kindOf(host: ActionHost, kind: string): Promise<ResourceInfo> {
  try {
    return await host.resolveKind(kind);
  } catch (error) {
    const own = localTables.get(`${kind}.${localGroup}`);
    if (own) return own.resource;
    throw error;
  }
}

/** The context that is in use stays as it is, with its views. */
async function goTo(host: ActionHost, context: string | undefined): Promise<void> {
  if (context !== undefined && context !== host.services.cluster.contextName) await host.switchContext(context);
}
