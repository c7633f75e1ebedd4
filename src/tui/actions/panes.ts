import { textField } from '../state/dialog.ts';
import { linkedViews } from '../state/linked-panes.ts';
import {
  activeTab,
  closePane,
  closeTab,
  focusStep,
  openTab,
  renameTab,
  selectTab,
  splitPane,
  splitToFollow,
  toggleZoom,
  type Workspace,
} from '../state/workspace.ts';
import { say } from '../words/say.ts';
import { type Action, type ActionContext, everyView } from './action.ts';

function arranging(
  id: string,
  label: string,
  change: (workspace: Workspace) => Workspace,
  disabled?: (workspace: Workspace) => string | undefined,
): Action {
  return {
    id,
    label,
    group: 'Panes',
    views: everyView,
    ...(disabled && { disabled: ({ host }: ActionContext) => disabled(host.workspace) }),
    apply: ({ host }) => host.arrange(change),
  };
}

const oneTab = ({ tabs }: Workspace) => (tabs.length < 2 ? 'there is one tab' : undefined);
const onePane = (workspace: Workspace) => (activeTab(workspace).panes.length < 2 ? 'there is one pane' : undefined);

/** Tabs, and panes side by side and over each other. */
export const paneActions: readonly Action[] = [
  arranging('tab-new', 'New tab', openTab),
  arranging('tab-close', 'Close tab', closeTab, oneTab),
  arranging('tab-next', 'Next tab', (workspace) => selectTab(workspace, workspace.active + 1), oneTab),
  arranging('tab-previous', 'Previous tab', (workspace) => selectTab(workspace, workspace.active - 1), oneTab),
  {
    id: 'tab-rename',
    label: 'Rename tab',
    group: 'Panes',
    views: everyView,
    plan: ({ host }) => ({
      title: 'Rename tab',
      lines: [],
      confirmLabel: 'Rename',
      fields: [textField('name', 'Name', activeTab(host.workspace).name)],
    }),
    apply: ({ host }, { name = '' }) => host.arrange((workspace) => renameTab(workspace, name)),
  },
  arranging('pane-right', 'Split to the right', (workspace) => splitPane(workspace, 'columns')),
  arranging('pane-below', 'Split below', (workspace) => splitPane(workspace, 'rows')),
  {
    id: 'pane-follow',
    label: 'Pane that follows',
    group: 'Panes',
    views: ['table'],
    async apply({ host }) {
      const shows = Object.keys(linkedViews) as (keyof typeof linkedViews)[];
      const items = shows.map((id) => ({ id, label: say(linkedViews[id].label) }));
      const picked = await host.pick({ title: say('Show of the row under the cursor'), items });
      const show = shows.find((id) => id === picked?.items[0]?.id);
      if (show) host.arrange((workspace) => splitToFollow(workspace, show));
    },
  },
  arranging('pane-close', 'Close pane', closePane, onePane),
  arranging('pane-next', 'Next pane', (workspace) => focusStep(workspace, 1), onePane),
  arranging('pane-zoom', 'Pane alone', toggleZoom, onePane),
];
