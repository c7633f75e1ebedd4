import type { CommandLine } from './command.ts';

/** @returns undefined for an empty line */
export function parseLine(line: string): CommandLine | undefined {
  const text = line.trim().replace(/^:/, '').trim();
  if (text === '') return undefined;
  const filterAt = text.search(/\s(\/|-[flF]\s)/);
  const filter = filterAt < 0 ? '' : text.slice(filterAt).trim().replace(/^\//, '');
  const [word = '', ...parts] = (filterAt < 0 ? text : text.slice(0, filterAt)).split(/\s+/);
  const command: CommandLine = { word, args: [], rest: text.slice(word.length).trim() };
  const args: string[] = [];
  for (const part of parts) {
    if (part.startsWith('@') && part.length > 1) command.context = part.slice(1);
    else if (/[=!]/.test(part)) command.labels = command.labels ? `${command.labels},${part}` : part;
    else args.push(part);
  }
  if (filter) command.filter = filter;
  return { ...command, args };
}
