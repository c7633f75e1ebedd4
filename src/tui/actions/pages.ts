import { openExplain } from '../views/pages/open-explain.ts';
import { PageModel } from '../views/pages/page-model.ts';
import { TreePage } from '../views/pages/tree-page.ts';
import type { Action, ActionContext } from './action.ts';

const ours = ({ model }: ActionContext): string | undefined =>
  model instanceof PageModel ? undefined : 'this page has nothing to open';
const inTree = ({ model }: ActionContext): string | undefined =>
  model instanceof TreePage ? undefined : 'this page has no branches';

/** Pages of our own making, by name: where their actions are at home. */
const pages = [
  'page/xray',
  'page/pulses',
  'page/explain',
  'page/benchmark',
  'page/layer-map',
  'page/image-diff',
  'page/file-story',
  'page/image-paths',
  'page/rollout',
];
const trees = ['page/xray', 'page/explain', 'page/layer-map', 'page/image-diff', 'page/file-story', 'page/rollout'];

export const pageActions: readonly Action[] = [
  {
    id: 'page-enter',
    label: 'Open',
    group: 'Show',
    views: pages,
    hint: true,
    disabled: ours,
    apply: ({ host, model }) => (model as PageModel).enter(host),
  },
  {
    id: 'fold',
    label: 'Fold',
    group: 'Show',
    views: trees,
    hint: true,
    disabled: inTree,
    apply: ({ model }) => (model as TreePage).toggleFold(),
  },
  {
    id: 'fold-all',
    label: 'Fold all',
    group: 'Show',
    views: trees,
    disabled: inTree,
    apply: ({ model }) => (model as TreePage).foldAll(),
  },
  {
    id: 'explain',
    label: 'Fields',
    group: 'Show',
    verb: 'get',
    views: ['table'],
    apply: ({ host }) => openExplain(host),
  },
];
