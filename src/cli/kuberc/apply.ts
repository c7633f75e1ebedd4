import type { CommandEntry } from '../../commands/command.ts';
import type { IoStreams } from '../../lib/io.ts';
import { findCommand } from '../find-command.ts';
import { FlagTable } from '../flags.ts';
import { globalFlags, helpFlag } from '../global-flags.ts';
import { kubercError } from './find.ts';
import type { Alias, Preference } from './preference.ts';

/** A command line in which the user's aliases and defaults stand as if they had been typed. */
export async function applyPreference(
  argv: readonly string[],
  preference: Preference,
  table: readonly CommandEntry[],
  io: IoStreams,
): Promise<string[]> {
  const expanded = await applyAlias(argv, preference.aliases, table);
  return applyDefaults(expanded, preference, table, io);
}

const words = (command: string): string[] => command.split(/\s+/).filter((word) => word !== '');

async function applyAlias(
  argv: readonly string[],
  aliases: readonly Alias[],
  table: readonly CommandEntry[],
): Promise<string[]> {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const alias = aliases.find(({ name }) => name === argv[at]);
  if (!alias) return [...argv];
  // A command of our own is found before any alias.
  if (table.some(({ name, aliases: others }) => name === alias.name || others?.includes(alias.name))) return [...argv];
  const command = words(alias.command);
  const { entry, unknown } = await findCommand(command, table);
  if (!entry || unknown !== undefined) {
    throw kubercError(`command "${alias.command}" not found to set alias "${alias.name}": []`);
  }
  const flags = await flagsOf(entry);
  const given = alias.options.filter((option) => {
    if (!flags.long(option.name)) throw kubercError(`invalid alias flag ${option.name} in alias ${alias.name}`);
    return !isGiven(option.name, flags, argv);
  });
  const options = given.map((option) => `--${option.name}=${option.default}`);
  const rest = argv.slice(at + 1);
  const before = [...argv.slice(0, at), ...command, ...options, ...alias.prependArgs];
  return [...before, ...rest, ...alias.appendArgs];
}

async function applyDefaults(
  argv: readonly string[],
  { defaults }: Preference,
  table: readonly CommandEntry[],
  io: IoStreams,
): Promise<string[]> {
  const called = await findCommand(argv, table);
  if (!called.entry || called.unknown !== undefined) return [...argv];
  const added: string[] = [];
  for (const { command, options } of defaults) {
    const named = await findCommand(words(command), table);
    if (!named.entry || named.unknown !== undefined) {
      // The bundle of one verb does not know the others.
      if (table.some(({ name }) => name === 'config')) {
        io.stderr.write(`Warning: command "${command}" not found to set kuberc override\n`);
      }
      continue;
    }
    if (named.path.join(' ') !== called.path.join(' ')) continue;
    const flags = await flagsOf(called.entry);
    for (const option of options) {
      if (!flags.long(option.name)) throw kubercError(`invalid flag ${option.name} for command ${command}`);
      if (!isGiven(option.name, flags, argv)) added.push(`--${option.name}=${option.default}`);
    }
  }
  const dash = argv.indexOf('--');
  const end = dash < 0 ? argv.length : dash;
  return [...argv.slice(0, end), ...added, ...argv.slice(end)];
}

async function flagsOf(entry: CommandEntry): Promise<FlagTable> {
  return new FlagTable(entry.load ? (await entry.load()).flags : [], globalFlags, [helpFlag]);
}

/** True where a flag is on the command line, long or short, also in a bundle of short ones. */
function isGiven(name: string, flags: FlagTable, argv: readonly string[]): boolean {
  const short = flags.long(name)?.short;
  const dash = argv.indexOf('--');
  return (dash < 0 ? argv : argv.slice(0, dash)).some((word) => {
    if (word === `--${name}` || word.startsWith(`--${name}=`)) return true;
    if (short === undefined || !/^-[^-]/.test(word)) return false;
    return word[1] === short || (/^-[a-zA-Z]+$/.test(word) && word.slice(1).includes(short) && isBundle(word, flags));
  });
}

const isBundle = (word: string, flags: FlagTable): boolean =>
  [...word.slice(1)].every((letter) => flags.short(letter) !== undefined);
