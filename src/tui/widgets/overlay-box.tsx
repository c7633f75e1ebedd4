import { Box, useCursor } from 'ink';
import type { Theme } from '../../theme/theme.ts';
import type { Rect } from '../layout/layout.ts';
import type { Overlay } from '../state/overlays.ts';
import { dialogCursor, dialogLines } from './dialog-lines.ts';
import { Lines } from './lines.tsx';
import { pickerCursor, pickerLines } from './picker-lines.ts';

/** A dialog or a list over the screen, with the terminal's own cursor where something is typed. */
export function OverlayBox({ overlay, rect, theme }: { overlay: Overlay; rect: Rect; theme: Theme }) {
  const { setCursorPosition } = useCursor();
  const lines =
    overlay.type === 'dialog'
      ? dialogLines(overlay.state, rect.width, rect.height, theme)
      : pickerLines(overlay.state, rect.width, rect.height, theme);
  const cursor =
    overlay.type === 'dialog'
      ? dialogCursor(overlay.state, rect.width, lines.length)
      : pickerCursor(overlay.state, rect.width);
  setCursorPosition(cursor && { x: rect.x + cursor.x, y: rect.y + cursor.y });
  return (
    <Box position="absolute" marginLeft={rect.x} marginTop={rect.y} width={rect.width} height={lines.length}>
      <Lines rect={{ width: rect.width, height: lines.length }} lines={lines} />
    </Box>
  );
}
