import { escapeTerminal } from '../../lib/escape.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';

/** Every cell is padded, the last one of a line too. @param headers undefined prints the rows alone */
export function topTable(headers: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  const lines = headers ? [headers, ...rows] : rows;
  if (lines.length === 0) return '';
  const text = lines.map((cells) => cells.map((cell) => `${escapeTerminal(cell)}\t`).join('')).join('\n');
  return `${alignTabs(text, listLayout)}\n`;
}
