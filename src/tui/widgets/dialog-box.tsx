import { Box } from 'ink';
import type { Theme } from '../../theme/theme.ts';
import type { Rect } from '../layout/layout.ts';
import type { DialogState } from '../state/dialog.ts';
import { dialogLines } from './dialog-lines.ts';
import { Lines } from './lines.tsx';

export function DialogBox({ dialog, rect, theme }: { dialog: DialogState; rect: Rect; theme: Theme }) {
  const lines = dialogLines(dialog, rect.width, rect.height, theme);
  return (
    <Box position="absolute" marginLeft={rect.x} marginTop={rect.y} width={rect.width} height={lines.length}>
      <Lines rect={{ width: rect.width, height: lines.length }} lines={lines} />
    </Box>
  );
}
