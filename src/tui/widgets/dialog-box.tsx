import { Box } from 'ink';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { Rect } from '../layout/layout.ts';
import type { DialogState } from '../state/dialog.ts';
import { Lines } from './lines.tsx';

/** A dialog as lines of exactly `width` cells, frame included. */
export function dialogLines(dialog: DialogState, width: number, height: number, theme: Theme): string[] {
  const inner = width - 4;
  const edge = theme.paint(dialog.danger ? 'dialog.danger' : 'border', '│');
  const row = (styled: string, plain: string) =>
    `${edge} ${styled}${' '.repeat(Math.max(0, inner - textWidth(plain)))} ${edge}`;
  const text = (line: string) => {
    const safe = truncateText(escapeTerminal(line), inner);
    return row(theme.paint('text', safe), safe);
  };
  const title = truncateText(` ${dialog.title} `, inner);
  const fields = dialog.fields.map((field, index) => {
    const focused = dialog.focus === index;
    const value = `< ${field.options[field.value]} >`;
    const label = `${focused ? '>' : ' '} ${padText(field.label, 12)}`;
    return row(label + theme.paint(focused ? 'button.focus' : 'button', value), label + value);
  });
  const buttons = dialog.buttons.map((label, index) => {
    const focused = dialog.focus === dialog.fields.length + index;
    return { plain: focused ? `[>${label}<]` : `[ ${label} ]`, focused };
  });
  const plainButtons = buttons.map((button) => button.plain).join('   ');
  const lead = ' '.repeat(Math.max(0, Math.floor((inner - textWidth(plainButtons)) / 2)));
  const styledButtons = buttons
    .map((button) => theme.paint(button.focused ? 'button.focus' : 'button', button.plain))
    .join('   ');
  const frame = (left: string, middle: string, right: string) =>
    theme.paint(dialog.danger ? 'dialog.danger' : 'border', left + middle + right);
  const rest = Math.max(0, width - 3 - textWidth(title));
  const body = [
    ...dialog.lines.map(text),
    ...(fields.length > 0 ? [row('', ''), ...fields] : []),
    row('', ''),
    row(lead + styledButtons, lead + plainButtons),
  ];
  const room = height - 2;
  const shown = body.length <= room ? body : [...body.slice(0, room - 2), ...body.slice(-2)];
  return [frame('┌─', title, `${'─'.repeat(rest)}┐`), ...shown, frame('└', '─'.repeat(width - 2), '┘')];
}

export function DialogBox({ dialog, rect, theme }: { dialog: DialogState; rect: Rect; theme: Theme }) {
  const lines = dialogLines(dialog, rect.width, rect.height, theme);
  return (
    <Box position="absolute" marginLeft={rect.x} marginTop={rect.y} width={rect.width} height={lines.length}>
      <Lines rect={{ width: rect.width, height: lines.length }} lines={lines} />
    </Box>
  );
}
