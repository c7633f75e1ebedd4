import type { Completer, FlagSpec } from '../commands/command.ts';
import { argumentsOf, requiredFlags } from '../commands/completion/arguments.ts';
import { candidates } from '../commands/completion/candidates.ts';
import { completerOf } from '../commands/completion/flag-values.ts';
import { type Candidates, directives } from '../commands/completion/place.ts';
import { KctlError } from '../lib/errors.ts';
import { completePlugin, pluginWords } from './complete-plugin.ts';
import type { Completing } from './completing.ts';
import { completionContext } from './completion-context.ts';
import { type FoundCommand, findCommand } from './find-command.ts';
import { bareValue, FlagTable, type ParsedFlags, parseFlags } from './flags.ts';
import { globalFlags, helpFlag } from './global-flags.ts';

/** A word, and behind a tab what it is. */
type Line = string;
type Answer = { lines: readonly Line[]; directive: number; problem?: string };

const nothing = { lines: [], directive: directives.default };

/**
 * The protocol that cobra gave all its programs: the words of a command line come in, the last of them unfinished;
 * lines with what it could be go out, and `:` with what the shell should do besides.
 * @param request `__complete`, or `__completeNoDesc` for lines without descriptions
 */
export async function runComplete(request: string, words: readonly string[], completing: Completing): Promise<number> {
  const { io } = completing;
  if (words.length === 0) throw new KctlError('usage', 'requires at least 1 arg(s), only received 0');
  const { lines, directive, problem } = await answer(words, completing);
  if (problem !== undefined) io.stderr.write(`[Debug] [Error] ${problem}\n`);
  const plain = request === '__completeNoDesc' || wantsNoDescriptions(completing);
  const shown = lines.map((line) => (plain ? line.split('\t')[0]! : line).split('\n')[0]!.trim());
  io.stdout.write([...shown, `:${directive}`].map((line) => `${line}\n`).join(''));
  io.stderr.write(`Completion ended with directive: ${directiveNames(directive)}\n`);
  return 0;
}

function wantsNoDescriptions({ io: { env }, tool }: Completing): boolean {
  const value = env[`${tool.toUpperCase()}_COMPLETION_DESCRIPTIONS`] || env.COBRA_COMPLETION_DESCRIPTIONS;
  return value !== undefined && ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value);
}

const names: readonly (readonly [number, string])[] = [
  [directives.error, 'ShellCompDirectiveError'],
  [directives.noSpace, 'ShellCompDirectiveNoSpace'],
  [directives.noFiles, 'ShellCompDirectiveNoFileComp'],
  [directives.extensions, 'ShellCompDirectiveFilterFileExt'],
  [directives.folders, 'ShellCompDirectiveFilterDirs'],
];

function directiveNames(directive: number): string {
  const set = names.filter(([bit]) => directive & bit).map(([, name]) => name);
  return set.length > 0 ? set.join(', ') : 'ShellCompDirectiveDefault';
}

async function answer(words: readonly string[], completing: Completing): Promise<Answer> {
  const { table, io, tool } = completing;
  const before = words.slice(0, -1);
  const word = words.at(-1)!;
  const plugin = await completePlugin(before, word, completing);
  if (plugin) return plugin;
  const found = await findCommand(before, table);
  if (!found.entry && found.unknown !== undefined) {
    if (before.length > 0 && !before[0]!.startsWith('-')) {
      io.stderr.write('[Debug] Cleared global flags for plugin completion\n');
    }
    return { ...nothing, problem: `unable to find a command for arguments: [${before.join(' ')}]` };
  }
  const own = found.entry?.load ? (await found.entry.load()).flags : [];
  const flags = new FlagTable([...own, helpFlag], globalFlags);
  const typed = splitFlag(found.rest, word, flags, found.entry?.name ?? tool);
  let parsed: ParsedFlags;
  try {
    parsed = parseFlags(typed.rest, flags);
  } catch (error) {
    const problem = `Error while parsing flags from args [${typed.rest.join(' ')}]: ${(error as Error).message}`;
    return { ...nothing, problem };
  }
  const behindDash = parsed.afterDash !== undefined;
  if (typed.problem !== undefined && !behindDash) return { ...nothing, problem: typed.problem };
  if (parsed.values.help === true) return { lines: [], directive: directives.noFiles };
  const place = { found, own, parsed, word: typed.word, plain: before.length === 0 };
  if (typed.flag && !behindDash) return completeValue(typed.flag, place, completing);
  if (!typed.flag && typed.word.startsWith('-') && !typed.word.includes('=') && !behindDash) {
    return { lines: flagNames(place, tool), directive: directives.noFiles };
  }
  return completeArgument(place, completing);
}

interface Typed {
  found: FoundCommand;
  own: readonly FlagSpec[];
  parsed: ParsedFlags;
  word: string;
  /** Nothing stands before the word. */
  plain: boolean;
}

/** Finds the flag whose value is being typed, in the word itself (`-o=ya`) or in the one before it (`-o ya`). */
function splitFlag(
  rest: readonly string[],
  word: string,
  flags: FlagTable,
  command: string,
): { flag?: FlagSpec; rest: readonly string[]; word: string; problem?: string } {
  const equals = word.startsWith('-') ? word.indexOf('=') : -1;
  const last = rest.at(-1);
  let name: string;
  if (equals >= 0) name = word.startsWith('--') ? word.slice(2, equals) : word.slice(equals - 1, equals);
  else if (word.startsWith('-') || !last || !isFlag(last) || last.includes('=')) return { rest, word };
  else name = last.startsWith('--') ? last.slice(2) : last.slice(-1);
  const spec = name.length === 1 ? flags.short(name) : flags.long(name);
  if (!spec) return { rest, word, problem: `Subcommand '${command}' does not support flag '${name}'` };
  if (equals >= 0) return { flag: spec, rest, word: word.slice(equals + 1) };
  // A flag that can stand alone has no value behind it.
  return bareValue(spec) === undefined ? { flag: spec, rest: rest.slice(0, -1), word } : { rest, word };
}

const isFlag = (word: string): boolean => /^--[^-]/.test(word) || /^-[^-]/.test(word);

async function completeValue(flag: FlagSpec, typed: Typed, completing: Completing): Promise<Answer> {
  const completer = completerOf(flag, completing.tool);
  if (!completer) return nothing;
  // The arguments say what the value is of (`logs web -c`), but are not where it stands.
  const ofArguments = completer.from === 'containers';
  return found(
    completer,
    { ...typed, parsed: { ...typed.parsed, args: ofArguments ? typed.parsed.args : [] } },
    completing,
  );
}

async function completeArgument(typed: Typed, completing: Completing): Promise<Answer> {
  const { found: command, own, parsed, word } = typed;
  const subcommands = command.entry ? (command.entry.subcommands ?? []) : completing.table;
  const lines: Line[] = [];
  let directive: number = directives.default;
  const args = parsed.args;
  if (subcommands.length > 0 && args.length === 0 && !own.some(({ name }) => parsed.given.has(name))) {
    const all = subcommands
      .filter((each) => isOffered(each, completing.tool))
      .map(({ name, summary }) => `${name}\t${summary}`);
    const plugins = typed.plain ? pluginWords(completing) : [];
    lines.push(...[...all, ...plugins].filter((line) => line.startsWith(word)).sort(byName));
    directive = directives.noFiles;
  }
  lines.push(...requiredOf(typed));
  const path = command.path.join(' ');
  const completer = command.entry?.complete ?? argumentsOf[path];
  if (!completer) return { lines, directive };
  const more = await found(completer, typed, completing);
  return { lines: [...lines, ...more.lines], directive: more.directive };
}

/** Who calls `kubectl` is offered what kubectl has. */
const isOffered = ({ hidden, own }: { hidden?: boolean; own?: boolean }, tool: string): boolean =>
  !hidden && !(own && tool === 'kubectl');

const byName = (a: Line, b: Line): number => (a.split('\t')[0]! < b.split('\t')[0]! ? -1 : 1);

async function found(completer: Completer, { parsed, word }: Typed, completing: Completing): Promise<Answer> {
  const context = completionContext(parsed.values, completing);
  const { words, directive }: Candidates = await candidates(completer, {
    args: parsed.args,
    word,
    flags: parsed.values,
    context,
  });
  return { lines: words, directive };
}

function requiredOf({ found: { path }, own, parsed, word }: Typed): Line[] {
  const required = requiredFlags[path.join(' ')] ?? [];
  const missing = own.filter(({ name }) => required.includes(name) && !parsed.given.has(name));
  return missing.flatMap((flag) => spellings(flag, word)).sort();
}

/** Names of flags that may still be given: those of every command, then the command's own. */
function flagNames(typed: Typed, tool: string): Line[] {
  const required = requiredOf(typed);
  if (required.length > 0) return required;
  const { found: command, own, parsed, word } = typed;
  const mine = [...own, helpFlag];
  const inherited = globalFlags.filter(({ name }) => !own.some((flag) => flag.name === name));
  const isOpen = (flag: FlagSpec) =>
    isOffered(flag, tool) &&
    (!parsed.given.has(flag.name) || flag.type === 'stringArray' || flag.type === 'stringSlice');
  const lists = command.entry ? [inherited, mine] : [[...inherited, ...mine]];
  return lists.flatMap((list) =>
    list
      .filter(isOpen)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((flag) => spellings(flag, word)),
  );
}

function spellings({ name, short, describe }: FlagSpec, word: string): Line[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
    .filter((spelling) => spelling.startsWith(word))
    .map((spelling) => `${spelling}\t${describe}`);
}
