import type { Writable } from 'node:stream';
import yargs, { type Argv, type Options } from 'yargs';
import type { CommandEntry, FlagSpec } from '../commands/command.ts';
import { bareValue } from './flags.ts';
import { globalFlags } from './global-flags.ts';

/** Help is text for people and scripts alike; it does not follow the width of a terminal. */
const width = 120;

/**
 * Prints the screen of the command that the words of `topic` name, or of the whole program.
 * yargs lays it out; it is loaded for help only.
 */
export async function printHelp(
  topic: readonly string[],
  table: readonly CommandEntry[],
  out: Writable,
  tool: string,
): Promise<void> {
  const { entry, path } = follow(topic, table);
  out.write(entry ? await commandHelp(entry, path, tool) : await programHelp(table, tool));
}

/** False where the first word names no command; what follows a command may be anything. */
export function knowsTopic(topic: readonly string[], table: readonly CommandEntry[]): boolean {
  return topic.length === 0 || follow(topic, table).entry !== undefined;
}

/** Prints the global flags. */
export async function printOptions(out: Writable, tool: string): Promise<void> {
  const text = screen(tool).usage('These flags can be given to every command.').options(optionTable(globalFlags));
  out.write(`${(await text.getHelp()).trim()}\n`);
}

function follow(topic: readonly string[], table: readonly CommandEntry[]) {
  let entry: CommandEntry | undefined;
  const path: string[] = [];
  for (const word of topic) {
    const candidates: readonly CommandEntry[] = entry ? (entry.subcommands ?? []) : table;
    const next = candidates.find(({ name, aliases }) => name === word || aliases?.includes(word));
    if (!next) break;
    entry = next;
    path.push(next.name);
  }
  return { entry, path };
}

async function programHelp(table: readonly CommandEntry[], tool: string): Promise<string> {
  const parts = [
    `${tool} talks to Kubernetes clusters: a command line, a dashboard and a cluster in the box.\n`,
    ...(await groupedCommands(table, tool)),
    `Usage:\n  ${tool} [COMMAND] [flags]\n`,
    footer(tool, `${tool} <command> --help`),
  ];
  return `${parts.join('\n')}\n`;
}

async function commandHelp(entry: CommandEntry, path: readonly string[], tool: string): Promise<string> {
  const line = [tool, ...path].join(' ');
  const parts = [`${entry.summary}.\n`];
  if (entry.aliases?.length) parts.push(`Aliases:\n  ${[entry.name, ...entry.aliases].join(', ')}\n`);
  if (entry.examples?.length) {
    const examples = entry.examples.map(({ about, line: words }) => `  # ${about}\n  ${exampleLine(words, tool)}\n`);
    parts.push(`Examples:\n${examples.join('\n')}`);
  }
  if (entry.subcommands) parts.push(...(await groupedCommands(entry.subcommands, tool)));
  const flags = entry.load ? (await entry.load()).flags : [];
  if (flags.length > 0) {
    const options = screen(tool).updateStrings({ 'Options:': 'Flags:' }).options(optionTable(flags));
    parts.push(`${(await options.getHelp()).trim()}\n`);
  }
  const usage = entry.subcommands && !entry.load ? 'SUBCOMMAND' : entry.usage;
  parts.push(`Usage:\n  ${[line, usage, '[flags]'].filter(Boolean).join(' ')}\n`);
  parts.push(footer(tool, entry.subcommands ? `${line} <command> --help` : undefined));
  return `${parts.join('\n')}\n`;
}

/** An example starts with the verb, unless it shows a pipe and then says `$tool` itself. */
function exampleLine(words: string, tool: string): string {
  return words.includes('$tool') ? words.replaceAll('$tool', tool) : `${tool} ${words}`;
}

/** The order of the headings: from what a new user needs to what few do. Others follow. */
const headings = [
  'Basic Commands (Beginner)',
  'Basic Commands (Intermediate)',
  'Deploy Commands',
  'Cluster Management Commands',
  'Bundled cluster',
  'Troubleshooting and Debugging Commands',
  'Advanced Commands',
  'Settings Commands',
  'Other Commands',
];

/** One screen of yargs per heading. */
async function groupedCommands(table: readonly CommandEntry[], tool: string): Promise<string[]> {
  const visible = table.filter((entry) => !entry.hidden);
  const rank = ({ group }: CommandEntry) => (headings.includes(group) ? headings.indexOf(group) : headings.length);
  const groups = Map.groupBy(
    visible.toSorted((a, b) => rank(a) - rank(b)),
    (entry) => entry.group,
  );
  const widest = Math.max(...table.map(({ name }) => name.length));
  return Promise.all(
    [...groups].map(async ([heading, entries]) => {
      const argv = screen(tool).updateStrings({ 'Commands:': `${heading}:` });
      for (const { name, summary } of entries) argv.command(name.padEnd(widest), summary);
      return `${withoutTool(await argv.getHelp(), tool)}\n`;
    }),
  );
}

/** yargs puts the program's name before every command; a list reads better without. */
function withoutTool(text: string, tool: string): string {
  return text.replaceAll(`\n  ${tool} `, '\n  ').trim();
}

function screen(tool: string): Argv {
  return yargs([]).scriptName(tool).help(false).version(false).wrap(width).usage('').exitProcess(false);
}

function optionTable(flags: readonly FlagSpec[]): Record<string, Options> {
  return Object.fromEntries(
    flags
      .filter((flag) => !flag.hidden)
      .map((flag) => [
        flag.name,
        {
          ...(flag.short !== undefined && flag.short !== flag.name && { alias: flag.short }),
          describe: describe(flag),
          type: yargsTypes[flag.type],
          requiresArg: false,
          ...(isWorthShowing(flag.default) && { defaultDescription: String(flag.default), default: flag.default }),
        },
      ]),
  );
}

function describe(flag: FlagSpec): string {
  const bare = flag.type === 'bool' ? undefined : bareValue(flag);
  return bare === undefined ? flag.describe : `${flag.describe} The bare flag means ${bare}.`;
}

function isWorthShowing(value: FlagSpec['default']): boolean {
  return value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
}

const yargsTypes: Record<FlagSpec['type'], NonNullable<Options['type']>> = {
  string: 'string',
  bool: 'boolean',
  int: 'number',
  int32: 'number',
  duration: 'string',
  stringArray: 'array',
  stringSlice: 'array',
};

function footer(tool: string, more: string | undefined): string {
  const lines = [`Use "${tool} options" for the flags that every command takes.`];
  if (more) lines.unshift(`Use "${more}" for more about a command.`);
  return lines.join('\n');
}
