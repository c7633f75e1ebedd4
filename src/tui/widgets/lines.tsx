import { Box, Text } from 'ink';
import { memo } from 'react';
import type { Rect } from '../layout/layout.ts';

/** One styled line. It must not be wider than its place: it is neither wrapped nor measured again. */
const Line = memo(function Line({ text }: { text: string }) {
  return <Text wrap="truncate-end">{text === '' ? ' ' : text}</Text>;
});

/** Styled lines in a rectangle: the seam through which every part of the screen is painted. */
export function Lines({ rect, lines }: { rect: Pick<Rect, 'width' | 'height'>; lines: readonly string[] }) {
  if (rect.height === 0) return null;
  const rows = Array.from({ length: rect.height }, (_, index) => lines[index] ?? '');
  return (
    <Box flexDirection="column" width={rect.width} height={rect.height} flexShrink={0} overflow="hidden">
      {rows.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
        <Line key={index} text={text} />
      ))}
    </Box>
  );
}
