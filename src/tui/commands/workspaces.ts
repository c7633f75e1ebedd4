import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { type KeptTab, keepTabs, readWorkspaces, workspacesFile, writeWorkspaces } from '../state/kept-workspaces.ts';
import { linkedViews } from '../state/linked-panes.ts';
import {
  closeTab,
  focusPane,
  openTab,
  renameTab,
  selectTab,
  splitLike,
  type Workspace,
  withPaneAt,
} from '../state/workspace.ts';
import type { DashboardCommand } from './command.ts';
import { addressOfView, openAddress } from './open-address.ts';

/** Opens the tabs of a kept workspace instead of those that are open. What of it cannot be opened is said, and left out. */
async function restore(host: ActionHost, tabs: readonly KeptTab[]): Promise<void> {
  const before = host.workspace.tabs.length;
  for (const kept of tabs) await restoreTab(host, kept);
  host.arrange((workspace) => withoutFirst(workspace, before));
}

/** Without the first `count` tabs, which were there before. */
function withoutFirst(workspace: Workspace, count: number): Workspace {
  let rest = workspace;
  for (let index = 0; index < count; index++) rest = closeTab(selectTab(rest, 0));
  return selectTab(rest, 0);
}

async function restoreTab(host: ActionHost, kept: KeptTab): Promise<void> {
  host.arrange((workspace) => selectTab(workspace, workspace.tabs.length - 1));
  host.arrange(openTab);
  host.arrange((workspace) => renameTab(workspace, kept.name ?? ''));
  const ids = new Map<number, number>();
  host.arrange((workspace) => splitLike(workspace, kept.tree, ids));
  for (const [old, id] of ids) {
    host.arrange((workspace) => focusPane(workspace, id));
    try {
      await openAddress(host, kept.panes[String(old)] ?? '');
    } catch (error) {
      host.fail(error);
    }
  }
  for (const [old, link] of Object.entries(kept.links ?? {})) {
    const [id, from] = [ids.get(Number(old)), ids.get(link.from)];
    if (id === undefined || from === undefined || !(link.show in linkedViews)) continue;
    host.arrange((workspace) => withPaneAt(workspace, id, (pane) => ({ ...pane, link: { from, show: link.show } })));
  }
  host.arrange((workspace) => focusPane(workspace, ids.get(kept.focus)!));
}

export const workspaceCommands: readonly DashboardCommand[] = [
  {
    names: ['workspace', 'ws'],
    usage: '[NAME | save NAME | delete NAME]',
    about: 'keep all tabs and panes under a name, or open some that are kept',
    complete: (_, args) => (args.length === 0 ? ['save', 'delete'] : []),
    async run(host, { args: [word, given] }) {
      const file = workspacesFile(host.services.env);
      const kept = readWorkspaces(file);
      if (word === 'save' && given) {
        writeWorkspaces(file, { ...kept, [given]: keepTabs(host.workspace, addressOfView) });
        host.toast('info', `Kept as ${given}`);
        return;
      }
      if (word === 'delete' && given) {
        const { [given]: _, ...rest } = kept;
        writeWorkspaces(file, rest);
        host.toast('info', `Forgot ${given}`);
        return;
      }
      const name = word ?? (await choose(host, Object.keys(kept)));
      if (name === undefined) return;
      const tabs = kept[name];
      if (!tabs) throw new KctlError('usage', `there is no workspace "${name}": :workspace save NAME keeps this one`);
      await restore(host, tabs);
    },
  },
];

async function choose(host: ActionHost, names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) throw new KctlError('usage', 'there are none yet: :workspace save NAME keeps this one');
  const picked = await host.pick({ title: 'Workspaces', items: names.map((name) => ({ id: name, label: name })) });
  return picked?.items[0]?.id;
}
