import type { CommandLine } from './command.ts';

/** Words, and what stands in quotes as one of them. */
const words = /'[^']*'|"[^"]*"|\S+/g;

/** What looks like a label selector: `app=web`, `tier in (a, b)`. */
const selector = /[=!]|^\s*\S+\s+(?:not)?in\s*\(/;

/** @returns undefined for an empty line */
export function parseLine(line: string): CommandLine | undefined {
  const text = line.trim().replace(/^:/, '').trim();
  if (text === '') return undefined;
  const filterAt = text.search(/\s(\/|-[flF]\s)/);
  const filter = filterAt < 0 ? '' : text.slice(filterAt).trim().replace(/^\//, '');
  const [word = '', ...parts] = (filterAt < 0 ? text : text.slice(0, filterAt)).match(words) ?? [];
  const command: CommandLine = { word, args: [], rest: text.slice(word.length).trim() };
  const args: string[] = [];
  for (const quoted of parts) {
    const part = quoted.replace(/^(['"])(.*)\1$/, '$2');
    if (part.startsWith('@') && part.length > 1) command.context = part.slice(1);
    else if (selector.test(part)) command.labels = command.labels ? `${command.labels},${part}` : part;
    else args.push(part);
  }
  if (filter) command.filter = filter;
  return { ...command, args };
}
