import type { Theme } from '../../theme/theme.ts';

const logLevels: readonly (readonly [RegExp, 'log.error' | 'log.warn'])[] = [
  [/\b(ERROR|FATAL|PANIC|CRITICAL|SEVERE)\b|"level":"(error|fatal)"|level=(error|fatal)|^E\d{4} /i, 'log.error'],
  [/\bWARN(ING)?\b|"level":"warn(ing)?"|level=warn|^W\d{4} /i, 'log.warn'],
];

const logTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*\s/;

/** A log line: the time is quiet, warnings and errors stand out (their own words say what they are). */
export function paintLog(line: string, theme: Theme): string {
  const time = logTime.exec(line)?.[0] ?? '';
  const rest = line.slice(time.length);
  const token = logLevels.find(([expression]) => expression.test(rest))?.[1] ?? 'text';
  return theme.paint('log.timestamp', time) + theme.paint(token, rest);
}

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
