import type { Theme } from '../../theme/theme.ts';
import type { Layout } from '../layout/layout.ts';
import type { MouseEvent } from '../term/key.ts';
import type { ViewModel } from '../views/view-model.ts';
import { overlayStopAt } from '../widgets/overlay-places.ts';
import type { Overlay, Overlays } from './overlays.ts';

const wheelLines = 3;
const wheelKeys: Readonly<Record<string, string>> = { 'wheel-up': 'up', 'wheel-down': 'down' };

/** The mouse over a question: the wheel goes through a list, a click presses what is under it. */
export function pointAtOverlay(
  event: MouseEvent,
  overlay: Overlay,
  { layout, overlays, theme }: { layout: Layout | undefined; overlays: Overlays; theme: Theme },
): void {
  const rect = layout?.overlay;
  if (!rect) return;
  const wheel = wheelKeys[event.action];
  if (wheel) {
    if (overlay.type === 'picker') overlays.handle({ type: 'key', id: wheel });
    return;
  }
  if (event.action !== 'press' || event.button !== 'left') return;
  const stop = overlayStopAt(overlay, rect, event, theme);
  if (stop === undefined) return;
  if (overlay.type === 'dialog') overlays.press(stop);
  else overlays.take(stop);
}

/** The mouse over views: a click gives a pane the focus and a row the cursor, the wheel scrolls. */
export function pointAtViews(
  event: MouseEvent,
  layout: Layout,
  host: { current(): ViewModel; focus(pane: number): void },
): void {
  const under = layout.panes.find(
    ({ title, body }) =>
      event.x >= title.x && event.x < title.x + title.width && event.y >= title.y && event.y < body.y + body.height,
  );
  if (under && event.action === 'press') host.focus(under.id);
  if (event.action === 'wheel-up') host.current().move('up', wheelLines);
  if (event.action === 'wheel-down') host.current().move('down', wheelLines);
  if (event.action !== 'press' || event.button !== 'left' || !under || event.y < under.body.y) return;
  host.current().click?.(event.y - under.body.y, event.x - under.body.x);
}
