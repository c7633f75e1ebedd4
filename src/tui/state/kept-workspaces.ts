import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import type { PaneTree } from '../layout/pane-tree.ts';
import type { ViewModel } from '../views/view-model.ts';
import type { PaneLink, Tab, Workspace } from './workspace.ts';

/** A tab as it is kept: its panes by the addresses of their tables, and how they lie. */
export interface KeptTab {
  name?: string;
  tree: PaneTree;
  focus: number;
  /** By pane id. */
  panes: Readonly<Record<string, string>>;
  /** By pane id: what it shows of which other one's row. */
  links?: Readonly<Record<string, PaneLink>>;
}

/** Tabs by the name that the user gave them together. */
export type KeptWorkspaces = Readonly<Record<string, readonly KeptTab[]>>;

/** `$KCTL_HOME/dashboard/workspaces.json`: they may span contexts, so they belong to none. */
export function workspacesFile(env: Record<string, string | undefined>): string {
  return join(dataHome(env), 'dashboard', 'workspaces.json');
}

/**
 * What is kept of a workspace: of each pane what is seen in it, as far as an address opens it; of one that follows another
 * the table at its bottom.
 * @param addressOf undefined for what no address opens
 */
export function keepTabs(
  workspace: Workspace,
  addressOf: (model: ViewModel, context: string) => string | undefined,
): readonly KeptTab[] {
  return workspace.tabs.map(({ name, tree, focus, panes }: Tab) => ({
    ...(name !== undefined && { name }),
    tree,
    focus,
    panes: Object.fromEntries(
      panes.flatMap(({ id, stack, session, link }) => {
        const seen = link ? stack.slice(0, 1) : stack.toReversed();
        const addresses = seen.flatMap((model) => addressOf(model, session.context) ?? []);
        return addresses.slice(0, 1).map((address) => [id, address]);
      }),
    ),
    ...(panes.some(({ link }) => link) && {
      links: Object.fromEntries(panes.flatMap(({ id, link }) => (link ? [[id, link]] : []))),
    }),
  }));
}

/** An unreadable file counts as empty. */
export function readWorkspaces(file: string): KeptWorkspaces {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(
      Object.entries(read).filter(([, tabs]) => Array.isArray(tabs) && tabs.every(isKeptTab)),
    ) as KeptWorkspaces;
  } catch {
    return {};
  }
}

function isKeptTab(tab: unknown): tab is KeptTab {
  const { tree, focus, panes } = (tab ?? {}) as Record<string, unknown>;
  if (typeof panes !== 'object' || panes === null || typeof focus !== 'number') return false;
  const ids = treeIds(tree);
  return ids?.includes(focus) === true && ids.every((id) => typeof (panes as Record<string, unknown>)[id] === 'string');
}

/** The panes of what may be a tree; undefined for what is none. */
function treeIds(tree: unknown): number[] | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  const { pane, split, parts } = tree as Record<string, unknown>;
  if (typeof pane === 'number') return [pane];
  if ((split !== 'columns' && split !== 'rows') || !Array.isArray(parts) || parts.length < 2) return undefined;
  const ids = parts.map(treeIds);
  return ids.every((list) => list !== undefined) ? ids.flat() : undefined;
}

/** @throws the error of the file system */
export function writeWorkspaces(file: string, kept: KeptWorkspaces): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify(kept, null, 2)}\n`, { lasting: false });
}
