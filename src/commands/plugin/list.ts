import { basename, resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { type CommandEntry, defineCommand } from '../command.ts';
import { isExecutable, listPlugins } from './plugins.ts';

/** `kctl plugin list`. @param table the commands that a plugin cannot take the place of */
export function pluginListCommand(table: () => readonly CommandEntry[]) {
  return defineCommand<{ nameOnly: boolean }>({
    flags: [{ name: 'name-only', type: 'bool', default: false, describe: 'Print names without folders.' }],
    complete: ({ flags }) => ({ nameOnly: flags['name-only'] === true }),
    async run({ nameOnly }, { io, tool }) {
      const complain = (line: string) => void io.stderr.write(`${escapeTerminal(line)}\n`);
      const plugins = listPlugins(tool, io, complain);
      if (plugins.length === 0) throw failure([`unable to find any ${tool} plugins in your PATH`]);
      io.stdout.write('The following compatible plugins are available:\n\n');
      const seen = new Map<string, string>();
      let warnings = 0;
      for (const path of plugins) {
        io.stdout.write(`${escapeTerminal(nameOnly ? basename(path) : path)}\n`);
        for (const warning of warningsOf(path, seen, { table: table(), tool, cwd: io.cwd })) {
          warnings++;
          complain(`  - warning: ${warning}`);
        }
      }
      if (warnings === 1) throw failure(['one plugin warning was found']);
      if (warnings > 1) throw failure([`${warnings} plugin warnings were found`]);
    },
  });
}

const failure = (lines: readonly string[]) => new KctlError('input', lines.join('\n'));

/** What is wrong with a plugin, in kubectl's words. @param seen the first path of each name; is added to */
function warningsOf(
  path: string,
  seen: Map<string, string>,
  { table, tool, cwd }: { table: readonly CommandEntry[]; tool: string; cwd: string },
): string[] {
  const name = basename(path);
  const warnings: string[] = [];
  if (!isExecutable(resolve(cwd, path))) {
    warnings.push(`${path} identified as a ${tool} plugin, but it is not executable`);
  }
  const first = seen.get(name);
  if (first === undefined) seen.set(name, path);
  else warnings.push(`${path} is overshadowed by a similarly named plugin: ${first}`);
  const command = commandOf(name.split('-').slice(1), table);
  if (command.length > 0) warnings.push(`${name} overwrites existing command: "${[tool, ...command].join(' ')}"`);
  return warnings;
}

/** The command that these words call: as many of them as name one. */
function commandOf([word, ...rest]: readonly string[], table: readonly CommandEntry[]): string[] {
  const entry = table.find(({ name, aliases }) => name === word || aliases?.includes(word ?? ''));
  return entry ? [entry.name, ...commandOf(rest, entry.subcommands ?? [])] : [];
}
