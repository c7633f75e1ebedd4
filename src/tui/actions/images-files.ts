import { pathOf } from '../../oci/layers/layer-tree.ts';
import { openFileDiff } from '../views/images/file-diff.ts';
import { FileStoryPage, sideAt } from '../views/images/file-story-page.ts';
import { ImagePathsPage } from '../views/images/image-paths-page.ts';
import { LayersPage } from '../views/images/layers-page.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

/** What each layer has done to the path under the cursor. */
export function openStory(page: LayersPage, { host }: ActionContext): void {
  const path = page.path();
  if (path !== undefined) host.push(new FileStoryPage(page, path));
}

/** A file against what the layers below made of it. */
export function diffWithBelow(page: LayersPage, { host }: ActionContext): void {
  const row = page.row();
  if (!row) return;
  const { file } = row;
  const layers = file.versions.map(({ layer }) => layer).filter((layer) => layer <= page.layer);
  const [before, after] = [layers.at(-2), layers.at(-1)];
  if (row.isFolder && !row.entry?.link) host.toast('info', say('A folder has no content: go to one of its files.'));
  else if (before === undefined) host.toast('info', say('No layer below has this file.'));
  else host.push(openFileDiff(`/${pathOf(file)}`, sideAt(page, file, before), sideAt(page, file, after)));
}

export const jumpToChange =
  (step: 1 | -1) =>
  (page: LayersPage, { host }: ActionContext): void => {
    const isThere = page.withFiles((files) => files.goToChange(step));
    if (!isThere) host.toast('info', say('No change follows.'));
  };

export function copyPath({ host, model }: ActionContext): void {
  const path = model instanceof LayersPage || model instanceof ImagePathsPage ? model.path() : undefined;
  if (path === undefined) return;
  host.copy(path);
  host.toast('info', say('Copied {name}', { name: path }));
}

/** From a path's story, or the list of all files, to its place in the tree. */
export const showInLayers: Action = {
  id: 'layers-show',
  label: 'In its layer',
  group: 'Show',
  views: ['page/file-story', 'page/image-paths'],
  hint: true,
  apply({ host, model }) {
    if (!(model instanceof FileStoryPage || model instanceof ImagePathsPage)) return;
    model.go();
    while (!(host.current() instanceof LayersPage) && host.back());
  },
};
