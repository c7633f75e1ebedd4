import { useCursor } from 'ink';
import type { Theme } from '../../theme/theme.ts';
import type { Rect } from '../layout/layout.ts';
import type { PromptState } from '../state/prompt-input.ts';
import { sliceText } from '../views/text-slice.ts';
import { promptIndent, promptLine } from './chrome-lines.ts';
import { cursorColumn } from './edit-text.ts';
import { Lines } from './lines.tsx';

/**
 * The line being typed. The terminal's own cursor stands at the place of typing, because input
 * methods (Korean, Chinese, Japanese) draw what is being composed there.
 */
export function PromptLine({ prompt, rect, theme }: { prompt: PromptState; rect: Rect; theme: Theme }) {
  const { setCursorPosition } = useCursor();
  const room = rect.width - promptIndent - 2;
  const column = cursorColumn(prompt.edit);
  const hidden = Math.max(0, column - room);
  setCursorPosition({ x: promptIndent + column - hidden, y: rect.y });
  const shown: PromptState =
    hidden === 0
      ? prompt
      : { ...prompt, suggestions: [], edit: { text: sliceText(prompt.edit.text, hidden, room), cursor: 0 } };
  return <Lines rect={rect} lines={[promptLine(shown, rect.width, theme)]} />;
}
