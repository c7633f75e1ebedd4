import yargs, { type Argv, type Options } from 'yargs';
import type { CommandEntry, FlagSpec } from '../commands/command.ts';
import type { IoStreams, TerminalWritable } from '../lib/io.ts';
import { bareValue } from './flags.ts';
import { globalFlags } from './global-flags.ts';

/** Of help on a pipe; on a terminal lines are as long as that is wide, up to here. */
const longest = 120;
const shortest = 60;

/** Where help goes, and for whom. */
interface Page {
  tool: string;
  io: IoStreams;
  width: number;
}

const pageOf = (out: TerminalWritable, io: IoStreams, tool: string): Page => ({
  ...{ tool, io },
  width: out.isTTY ? Math.max(shortest, Math.min(longest, out.columns ?? longest)) : longest,
});

/**
 * Prints the screen of the command that the words of `topic` name, or of the whole program.
 * yargs lays it out; it is loaded for help only.
 */
export async function printHelp(
  topic: readonly string[],
  table: readonly CommandEntry[],
  out: TerminalWritable,
  io: IoStreams,
  tool: string,
): Promise<void> {
  const { entry, path } = follow(topic, table);
  const page = pageOf(out, io, tool);
  out.write(entry ? await commandHelp(entry, path, page) : await programHelp(table, page));
}

/** False where the first word names no command; what follows a command may be anything. */
export function knowsTopic(topic: readonly string[], table: readonly CommandEntry[]): boolean {
  return topic.length === 0 || follow(topic, table).entry !== undefined;
}

/** Prints the global flags. */
export async function printOptions(io: IoStreams, tool: string): Promise<void> {
  const { width } = pageOf(io.stdout, io, tool);
  const sections = await flagSections(globalFlags, 'These flags can be given to every command', tool, width);
  io.stdout.write(sections.join('\n'));
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

async function programHelp(table: readonly CommandEntry[], { tool, ...page }: Page): Promise<string> {
  const parts = [
    `${tool} talks to Kubernetes: a command line, a dashboard and a cluster in the box.\n`,
    ...(tool === 'kubectl' ? [] : [`Begin with:\n${firstSteps(tool)}`]),
    ...(await groupedCommands(table, { tool, ...page })),
    ...(await pluginList(table, { tool, ...page })),
    `Usage:\n  ${tool} [COMMAND] [flags]\n`,
    footer(tool, `${tool} <command> --help`),
  ];
  return `${parts.join('\n')}\n`;
}

/** What somebody who sees kctl for the first time can do with it at once. */
function firstSteps(tool: string): string {
  const steps = [
    [tool, 'Open the dashboard; where no cluster is configured, on a bundled one with a demo shop'],
    [`${tool} get pods -A`, 'See what runs'],
    [`${tool} why NAME`, 'Ask why something does not'],
  ] as const;
  const widest = Math.max(...steps.map(([line]) => line.length));
  return steps.map(([line, about]) => `  ${line.padEnd(widest)}  ${about}\n`).join('');
}

/** Programs on `PATH` that are commands of the user's own. */
async function pluginList(table: readonly CommandEntry[], { tool, io, width }: Page): Promise<string[]> {
  const { pluginWords } = await import('./complete-plugin.ts');
  const words = pluginWords({ table, io, tool }).map((line) => line.split('\t')[0]!);
  if (words.length === 0) return [];
  const entries = words.map((name) => ({ name, summary: `A plugin: ${tool} plugin list shows its file` }));
  return [`${await commandList('Plugins', entries, { tool, width, widest: widestName(words) })}\n`];
}

async function commandHelp(entry: CommandEntry, path: readonly string[], page: Page): Promise<string> {
  const { tool, width } = page;
  const line = [tool, ...path].join(' ');
  const parts = [`${entry.summary}.\n`];
  if (entry.aliases?.length) parts.push(`Aliases:\n  ${[entry.name, ...entry.aliases].join(', ')}\n`);
  if (entry.examples?.length) {
    const examples = entry.examples.map(({ about, line: words }) => `  # ${about}\n  ${exampleLine(words, tool)}\n`);
    parts.push(`Examples:\n${examples.join('\n')}`);
  }
  if (entry.subcommands) parts.push(...(await groupedCommands(entry.subcommands, page)));
  const flags = entry.load ? (await entry.load()).flags : [];
  parts.push(...(await flagSections(flags, 'Flags', tool, width)));
  const usage = entry.subcommands && !entry.load ? 'SUBCOMMAND' : entry.usage;
  parts.push(`Usage:\n  ${[line, usage, '[flags]'].filter(Boolean).join(' ')}\n`);
  parts.push(footer(tool, entry.subcommands ? `${line} <command> --help` : undefined));
  return `${parts.join('\n')}\n`;
}

/** kubectl's flags under `heading`; those that only kctl has behind them, and for `kubectl` not at all. */
async function flagSections(
  flags: readonly FlagSpec[],
  heading: string,
  tool: string,
  width: number,
): Promise<string[]> {
  const shown = flags.filter(({ hidden }) => !hidden);
  const own = tool === 'kubectl' ? [] : shown.filter((flag) => flag.own);
  const kubectls = shown.filter((flag) => !flag.own);
  const title = kubectls.length > 0 ? `Flags that only ${tool} has` : heading;
  const section = async (name: string, list: readonly FlagSpec[]) => {
    const options = screen(tool, width)
      .updateStrings({ 'Options:': `${name}:` })
      .options(optionTable(list, tool));
    return `${(await options.getHelp()).trim()}\n`;
  };
  return [
    ...(kubectls.length > 0 ? [await section(heading, kubectls)] : []),
    ...(own.length > 0 ? [await section(title, own)] : []),
  ];
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
  'Troubleshooting and Debugging Commands',
  'Advanced Commands',
  'Settings Commands',
  'Other Commands',
  'Beyond kubectl',
];

/** Where commands stand that kubectl does not have. */
const ownHeading = 'Beyond kubectl';

/** One screen of yargs per heading. */
async function groupedCommands(table: readonly CommandEntry[], { tool, width }: Page): Promise<string[]> {
  const visible = table.filter((entry) => !entry.hidden && !(entry.own && tool === 'kubectl'));
  const isOwnGroup = visible.every((entry) => entry.own);
  const headingOf = ({ own, group }: CommandEntry) => (own && !isOwnGroup ? ownHeading : group);
  const rank = (heading: string) => (headings.includes(heading) ? headings.indexOf(heading) : headings.length);
  const groups = Map.groupBy(
    visible.toSorted((a, b) => rank(headingOf(a)) - rank(headingOf(b))),
    headingOf,
  );
  const widest = widestName(visible.map(({ name }) => name));
  return Promise.all(
    [...groups].map(async ([heading, entries]) => `${await commandList(heading, entries, { tool, width, widest })}\n`),
  );
}

const widestName = (names: readonly string[]): number => Math.max(...names.map((name) => name.length));

async function commandList(
  heading: string,
  entries: readonly Pick<CommandEntry, 'name' | 'summary'>[],
  { tool, width, widest }: { tool: string; width: number; widest: number },
): Promise<string> {
  const argv = screen(tool, width).updateStrings({ 'Commands:': `${heading}:` });
  for (const { name, summary } of entries) argv.command(name.padEnd(widest), summary);
  return withoutTool(await argv.getHelp(), tool);
}

/** yargs puts the program's name before every command; a list reads better without. */
function withoutTool(text: string, tool: string): string {
  const before = `  ${tool} `;
  const lines = text.split('\n').map((line) => {
    if (line.startsWith(before)) return `  ${line.slice(before.length)}`;
    return /^ {4}/.test(line) ? line.slice(tool.length + 1) : line;
  });
  return lines.join('\n').trim();
}

function screen(tool: string, width: number): Argv {
  return yargs([]).scriptName(tool).help(false).version(false).wrap(width).usage('').exitProcess(false);
}

/** Types are left to the words: what is no bool shows by its default, or by what it is said to be. */
function optionTable(flags: readonly FlagSpec[], tool: string): Record<string, Options> {
  return Object.fromEntries(
    flags.map((flag) => [
      flag.name,
      {
        ...(flag.short !== undefined && flag.short !== flag.name && { alias: flag.short }),
        describe: describe(flag, tool),
        requiresArg: false,
      },
    ]),
  );
}

function describe(flag: FlagSpec, tool: string): string {
  const bare = flag.type === 'bool' ? undefined : bareValue(flag);
  const parts = [flag.describe];
  if (flag.ownValues && tool !== 'kubectl') {
    const values = Object.entries(flag.ownValues).map(([value, about]) => `${value} (${about})`);
    parts.push(`Only ${tool}: ${values.join(', ')}.`);
  }
  if (bare !== undefined) parts.push(`The bare flag means ${bare}.`);
  if (isWorthShowing(flag.default)) parts.push(`(default ${flag.default})`);
  return parts.join(' ');
}

function isWorthShowing(value: FlagSpec['default']): boolean {
  return value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
}

function footer(tool: string, more: string | undefined): string {
  const lines = [`Use "${tool} options" for the flags that every command takes.`];
  if (more) lines.unshift(`Use "${more}" for more about a command.`);
  return lines.join('\n');
}
