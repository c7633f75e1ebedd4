import { KctlError } from '../../lib/errors.ts';
import { FileStoryPage } from '../views/images/file-story-page.ts';
import type { FileToggle } from '../views/images/file-toggles.ts';
import { ImageDiffPage } from '../views/images/image-diff-page.ts';
import { ImagePathsPage } from '../views/images/image-paths-page.ts';
import { LayerMapPage } from '../views/images/layer-map-page.ts';
import { LayersPage } from '../views/images/layers-page.ts';
import { askedImage, listedImages } from '../views/local/images.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';
import { extractFile } from './images-extract.ts';
import { copyPath, diffWithBelow, jumpToChange, openStory, showInLayers } from './images-files.ts';
import { openListedAction } from './images-open.ts';

const here = ['page/layers'] as const;

function pageAction(
  id: string,
  label: string,
  run: (page: LayersPage, context: ActionContext) => void | Promise<void>,
  rest: Partial<Action> = {},
): Action {
  return {
    id,
    label,
    group: 'Show',
    views: here,
    apply: (context) => (context.model instanceof LayersPage ? run(context.model, context) : undefined),
    ...rest,
  };
}

const withFiles = ({ model }: ActionContext): string | undefined =>
  model instanceof LayersPage ? model.noFiles() : undefined;

function toggleAction(toggle: FileToggle, label: string): Action {
  return pageAction(`layers-${toggle}`, label, (page) => page.withFiles((files) => files.toggle(toggle)), {
    disabled: withFiles,
  });
}

/** What keys do on the page of an image's layers; dive's where they are not taken. */
export const layerActions: readonly Action[] = [
  pageAction('layers-open', 'Open', (page, { host }) => page.enter(host), { hint: true }),
  pageAction('layers-pane', 'Other pane', (page) => page.togglePane(), { hint: true }),
  pageAction('layers-previous', 'Layer below', (page) => page.stepLayer(-1)),
  pageAction('layers-next', 'Layer above', (page) => page.stepLayer(1)),
  pageAction('layers-this', 'This layer', (page) => page.setAggregated(false), { hint: true }),
  pageAction('layers-aggregated', 'All layers so far', (page) => page.setAggregated(true), { hint: true }),
  pageAction('layers-changed', 'Only changes', (page) => page.withFiles((files) => files.toggleChanged()), {
    hint: true,
    disabled: withFiles,
  }),
  toggleAction('added', 'Added on/off'),
  toggleAction('modified', 'Modified on/off'),
  toggleAction('removed', 'Removed on/off'),
  toggleAction('unmodified', 'Unmodified on/off'),
  pageAction('layers-fold', 'Fold', (page) => page.withFiles((files) => files.fold()), { disabled: withFiles }),
  pageAction('layers-fold-all', 'Fold all', (page) => page.withFiles((files) => files.foldAll()), {
    disabled: withFiles,
  }),
  pageAction('layers-attributes', 'Attributes', attributes, { disabled: withFiles }),
  pageAction('layers-by-size', 'By size or name', (page) => page.withFiles((files) => files.toggleBySize()), {
    disabled: withFiles,
  }),
  pageAction('layers-next-change', 'Next change', jumpToChange(1), { disabled: withFiles }),
  pageAction('layers-previous-change', 'Previous change', jumpToChange(-1), { disabled: withFiles }),
  pageAction('layers-story', 'Through the layers', openStory, { hint: true, disabled: withFiles }),
  pageAction('layers-diff', 'Differences below', diffWithBelow, { disabled: withFiles }),
  pageAction('layers-paths', 'All files', (page, { host }) => host.push(new ImagePathsPage(page)), {
    hint: true,
    disabled: withFiles,
  }),
  pageAction('layers-stop', 'Stop', (page) => page.stop(), {
    optional: true,
    disabled: ({ model }) => (model instanceof LayersPage ? model.idle() : undefined),
  }),
  pageAction('layers-filter', 'Filter files', (page, { host }) => host.prompt('filter', page.filter())),
  pageAction('layers-extract', 'Extract', extractFile, { hint: true, disabled: withFiles }),
  {
    id: 'layers-copy',
    label: 'Copy path',
    group: 'Show',
    views: ['page/layers', 'page/image-paths'],
    disabled: withFiles,
    apply: copyPath,
  },
];

function attributes(page: LayersPage): void {
  page.withFiles((files) => {
    files.attributes = !files.attributes;
  });
}

/** Two images that are marked, or the one under the cursor and one that is picked. */
async function compare({ host, model }: ActionContext): Promise<void> {
  if (!(model instanceof TableModel)) return;
  const names = model.targets().map(({ name }) => name);
  if (names.length === 1) {
    const items = listedImages(host.services)
      .filter((name) => name !== names[0])
      .map((name) => ({ id: name, label: name }));
    const picked = await host.pick({ title: say('Compare {name} with', { name: names[0]! }), items });
    const other = picked?.items[0]?.id;
    if (other === undefined) return;
    names.push(other);
  }
  if (names.length !== 2) throw new KctlError('usage', say('mark two images to compare them'));
  const [before, after] = names.map((name) => ({ ...askedImage(host.services, name), image: name }));
  host.push(new ImageDiffPage(host.services, before!, after!));
}

/** What keys do where images are listed, and on the map of their layers. */
export const imageActions: readonly Action[] = [
  {
    id: 'images-compare',
    label: 'Compare',
    group: 'Show',
    views: ['table/images'],
    hint: true,
    disabled: ({ target }) => (target ? undefined : 'no row is selected'),
    apply: compare,
  },
  openListedAction,
  showInLayers,
  {
    id: 'story-diff',
    label: 'Differences',
    group: 'Show',
    views: ['page/file-story'],
    hint: true,
    apply: ({ host, model }) => (model instanceof FileStoryPage ? model.diff(host) : undefined),
  },
  {
    id: 'paths-order',
    label: 'Order',
    group: 'Show',
    views: ['page/image-paths'],
    hint: true,
    apply: ({ model }) => (model instanceof ImagePathsPage ? model.turn() : undefined),
  },
  {
    id: 'layer-map-turn',
    label: 'By image or node',
    group: 'Show',
    views: ['page/layer-map'],
    hint: true,
    apply: ({ model }) => (model instanceof LayerMapPage ? model.turn() : undefined),
  },
];
