import type { DashboardSnapshot } from '../dashboard-options.ts';
import { activeTab } from '../state/workspace.ts';
import { overlaySize } from '../widgets/overlay-places.ts';
import { computeLayout, type Layout } from './layout.ts';

/** Where everything goes on the screen; undefined where it is too small. */
export function layoutOf({ columns, rows, header, prompt, overlay, workspace }: DashboardSnapshot): Layout | undefined {
  const { tree, focus, zoomed, panes } = activeTab(workspace);
  return computeLayout(columns, rows, {
    header,
    prompt: prompt !== undefined,
    tabs: workspace.tabs.length > 1,
    panes: { tree: zoomed || panes.length === 1 ? { pane: focus } : tree, focus },
    overlay: overlay && overlaySize(overlay, columns, rows),
  });
}
