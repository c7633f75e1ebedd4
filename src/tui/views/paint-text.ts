import type { Theme } from '../../theme/theme.ts';

/** Our own pages (help): in each column, a line without an indent is a heading, and what is indented is a key and its meaning. */
export function paintPage(line: string, theme: Theme): string {
  return line
    .split(columnLine)
    .map((part) => paintEntry(part, theme))
    .join(theme.paint('border', columnLine));
}

/** Stands between the columns of a page. */
export const columnLine = '│ ';

function paintEntry(part: string, theme: Theme): string {
  if (/^\S/.test(part)) return theme.paint('text.strong', part);
  const match = /^( {2,}\S.*?)( {2,})(\S.*)$/.exec(part);
  if (match) return theme.paint('key', match[1]!) + match[2] + theme.paint('text', match[3]!);
  return theme.paint(/^ {2}\S/.test(part) ? 'key' : 'text', part);
}
