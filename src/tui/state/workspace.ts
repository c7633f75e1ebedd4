import { type PaneTree, paneOrder, renumbered, splitTree, withoutPane } from '../layout/pane-tree.ts';
import type { ViewModel } from '../views/view-model.ts';
import type { Session } from './session.ts';
import { VisitedViews } from './visited-views.ts';

/** A place on the screen with views of its own. */
export interface Pane {
  readonly id: number;
  readonly session: Session;
  /** The namespace that new views start in; undefined is all. */
  readonly namespace: string | undefined;
  /** Views that lie over each other; the last one is seen. */
  readonly stack: readonly ViewModel[];
  readonly visited: VisitedViews;
  /** It shows something of the row under another pane's cursor. */
  readonly link?: PaneLink;
}

export interface PaneLink {
  /** Id of the pane that is followed. */
  readonly from: number;
  readonly show: 'describe' | 'yaml' | 'logs' | 'events' | 'why';
}

export interface Tab {
  readonly id: number;
  /** What the user called it. */
  readonly name?: string;
  readonly panes: readonly Pane[];
  readonly tree: PaneTree;
  /** Id of the pane that keys go to. */
  readonly focus: number;
  /** The pane with the focus has the whole room. */
  readonly zoomed: boolean;
}

/** Everything that is open. Changes make a new one; views that are in none any more are closed by who keeps it. */
export interface Workspace {
  readonly tabs: readonly Tab[];
  /** Index of the tab that is seen. */
  readonly active: number;
  readonly lastId: number;
}

type PaneStart = Pick<Pane, 'session' | 'namespace'>;

const emptyPane = (id: number, start: PaneStart): Pane => ({
  id,
  session: start.session,
  namespace: start.namespace,
  stack: [],
  visited: new VisitedViews(),
});

const tabWith = (id: number, pane: Pane): Tab => ({
  id,
  panes: [pane],
  tree: { pane: pane.id },
  focus: pane.id,
  zoomed: false,
});

export function newWorkspace(start: PaneStart): Workspace {
  return { tabs: [tabWith(1, emptyPane(2, start))], active: 0, lastId: 2 };
}

export function activeTab(workspace: Workspace): Tab {
  return workspace.tabs[workspace.active]!;
}

export function focusedPane(workspace: Workspace): Pane {
  const tab = activeTab(workspace);
  return tab.panes.find((pane) => pane.id === tab.focus)!;
}

/** Every view of every pane of every tab. */
export function viewsOf(workspace: Workspace): ViewModel[] {
  return workspace.tabs.flatMap((tab) => tab.panes.flatMap((pane) => pane.stack));
}

export function sessionsOf(workspace: Workspace): Set<Session> {
  return new Set(workspace.tabs.flatMap((tab) => tab.panes.map((pane) => pane.session)));
}

function withTab(workspace: Workspace, change: (tab: Tab) => Tab): Workspace {
  const { tabs, active } = workspace;
  return { ...workspace, tabs: tabs.map((tab, index) => (index === active ? change(tab) : tab)) };
}

/** Changes the pane with the focus. */
export function withPane(workspace: Workspace, change: Partial<Omit<Pane, 'id'>>): Workspace {
  return withTab(workspace, (tab) => ({
    ...tab,
    panes: tab.panes.map((pane) => (pane.id === tab.focus ? { ...pane, ...change } : pane)),
  }));
}

/** Changes pane `id` of the active tab. */
export function withPaneAt(workspace: Workspace, id: number, change: (pane: Pane) => Pane): Workspace {
  return withTab(workspace, (tab) => ({
    ...tab,
    panes: tab.panes.map((pane) => (pane.id === id ? change(pane) : pane)),
  }));
}

/** The pane with the focus gets a neighbour to its right that follows it; the focus stays. */
export function splitToFollow(workspace: Workspace, show: PaneLink['show']): Workspace {
  const { focus } = activeTab(workspace);
  const split = splitPane(workspace, 'columns');
  return focusPane(withPane(split, { link: { from: focus, show } }), focus);
}

/** Opens a view in every pane that has none. */
export function fillPanes(workspace: Workspace, open: (pane: Pane) => ViewModel): Workspace {
  const fill = (pane: Pane) => (pane.stack.length > 0 ? pane : { ...pane, stack: [open(pane)] });
  return { ...workspace, tabs: workspace.tabs.map((tab) => ({ ...tab, panes: tab.panes.map(fill) })) };
}

/** A new tab behind the active one, with one empty pane that is where the focus was. */
export function openTab(workspace: Workspace): Workspace {
  const { tabs, active, lastId } = workspace;
  const tab = tabWith(lastId + 1, emptyPane(lastId + 2, focusedPane(workspace)));
  return {
    tabs: [...tabs.slice(0, active + 1), tab, ...tabs.slice(active + 1)],
    active: active + 1,
    lastId: tab.focus,
  };
}

/** Without the active tab; the last one stays. */
export function closeTab(workspace: Workspace): Workspace {
  const { tabs, active } = workspace;
  if (tabs.length < 2) return workspace;
  return { ...workspace, tabs: tabs.filter((_, index) => index !== active), active: Math.max(0, active - 1) };
}

/** Shows the tab at `index`, counted round the ends. */
export function selectTab(workspace: Workspace, index: number): Workspace {
  const count = workspace.tabs.length;
  return { ...workspace, active: ((index % count) + count) % count };
}

export function renameTab(workspace: Workspace, name: string): Workspace {
  return withTab(workspace, ({ name: _, ...tab }) => (name === '' ? tab : { ...tab, name }));
}

/** A new, empty pane beside or below the one with the focus, which goes to it. */
export function splitPane(workspace: Workspace, split: 'columns' | 'rows'): Workspace {
  const id = workspace.lastId + 1;
  const pane = emptyPane(id, focusedPane(workspace));
  const next = withTab(workspace, (tab) => ({
    ...tab,
    panes: [...tab.panes, pane],
    tree: splitTree(tab.tree, tab.focus, split, id),
    focus: id,
    zoomed: false,
  }));
  return { ...next, lastId: id };
}

/**
 * Splits the active tab, which has one pane, as `tree` is split; the focus goes to its last pane.
 * @param ids is filled: ids of the tree to those of the new panes
 */
export function splitLike(workspace: Workspace, tree: PaneTree, ids: Map<number, number>): Workspace {
  const first = focusedPane(workspace);
  let lastId = workspace.lastId;
  const panes: Pane[] = [];
  for (const [index, old] of paneOrder(tree).entries()) {
    const id = index === 0 ? first.id : ++lastId;
    ids.set(old, id);
    panes.push(index === 0 ? first : { ...first, id, visited: new VisitedViews(), stack: [] });
  }
  const next = withTab(workspace, (tab) => ({ ...tab, panes, tree: renumbered(tree, ids), focus: panes.at(-1)!.id }));
  return { ...next, lastId };
}

/** Without the pane that has the focus; a tab's last one stays. */
export function closePane(workspace: Workspace): Workspace {
  return withTab(workspace, (tab) => {
    const tree = withoutPane(tab.tree, tab.focus);
    if (!tree) return tab;
    const order = paneOrder(tab.tree);
    const at = order.indexOf(tab.focus);
    const focus = order[at === 0 ? 1 : at - 1]!;
    return { ...tab, panes: tab.panes.filter((pane) => pane.id !== tab.focus), tree, focus, zoomed: false };
  });
}

/** Gives the focus to the pane `step` places on, counted round the ends. */
export function focusStep(workspace: Workspace, step: 1 | -1): Workspace {
  return withTab(workspace, (tab) => {
    const order = paneOrder(tab.tree);
    const at = (order.indexOf(tab.focus) + step + order.length) % order.length;
    return { ...tab, focus: order[at]! };
  });
}

export function focusPane(workspace: Workspace, id: number): Workspace {
  return withTab(workspace, (tab) => (tab.panes.some((pane) => pane.id === id) ? { ...tab, focus: id } : tab));
}

export function toggleZoom(workspace: Workspace): Workspace {
  return withTab(workspace, (tab) => ({ ...tab, zoomed: tab.panes.length > 1 && !tab.zoomed }));
}
