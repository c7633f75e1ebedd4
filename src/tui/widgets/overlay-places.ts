import type { Theme } from '../../theme/theme.ts';
import type { Rect } from '../layout/layout.ts';
import type { Overlay } from '../state/overlays.ts';
import { dialogLines, dialogSize, dialogStopAt } from './dialog-lines.ts';
import { pickerItemAt, pickerSize } from './picker-lines.ts';

/** How large what lies over a screen of `columns` × `rows` wants to be, frame included. */
export function overlaySize(overlay: Overlay, columns: number, rows: number): { width: number; height: number } {
  return overlay.type === 'dialog' ? dialogSize(overlay.state, columns) : pickerSize(overlay.state, columns, rows);
}

/** What is clicked at a place of the screen: a stop of the dialog or an item of the list; undefined beside all of them. */
export function overlayStopAt(
  overlay: Overlay,
  rect: Rect,
  at: { x: number; y: number },
  theme: Theme,
): number | undefined {
  if (overlay.type === 'picker') return pickerItemAt(overlay.state, rect.height, at.y - rect.y);
  const lines = dialogLines(overlay.state, rect.width, rect.height, theme).length;
  return dialogStopAt(overlay.state, rect.width, lines, at.x - rect.x, at.y - rect.y);
}
