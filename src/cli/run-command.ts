import type { CommandContext, CommandEntry, FlagSpec, Invocation } from '../commands/command.ts';
import { ErrorList } from '../commands/shared/errors.ts';
import { KctlError } from '../lib/errors.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { FlagTable, type ParsedFlags, parseFlags } from './flags.ts';
import { globalFlagsOf, helpFlag } from './global-flags.ts';

/** A command line that was read and can be run. */
export interface ReadyCommand {
  invocation: Invocation;
  globals: ParsedFlags['values'];
  helpWanted: boolean;
}

/**
 * Reads the words of one command.
 * @param forPeople a terminal shows what is wrong: then a flag that is near is suggested
 * @throws KctlError `usage`, with kubectl's second line that names the help screen
 */
export async function readCommandLine(
  entry: CommandEntry,
  words: readonly string[],
  commandLine: string,
  forPeople = false,
): Promise<ReadyCommand> {
  const { flags = [], takesCommand } = (await entry.load?.()) ?? {};
  const globals = globalFlagsOf(commandLine.split(' ')[0]!);
  const table = new FlagTable(flags, globals, [helpFlag]);
  const parsed = parseOrExplain(words, table, { commandLine, forPeople, exitCode: entry.usageExitCode ?? 1 });
  return {
    invocation: {
      args: takesCommand ? parsed.args : [...parsed.args, ...(parsed.afterDash ?? [])],
      afterDash: takesCommand ? parsed.afterDash : undefined,
      flags: pick(parsed, flags),
      given: parsed.given,
    },
    // A flag of the command stands in front of the global one of its name: `--user` of bindings.
    globals: pick(
      parsed,
      globals.filter((spec) => !flags.some(({ name }) => name === spec.name)),
    ),
    helpWanted: parsed.values.help === true,
  };
}

/** kubectl's three steps. @returns the exit code */
export async function runCommand(
  entry: CommandEntry,
  invocation: Invocation,
  context: CommandContext,
): Promise<number> {
  try {
    const command = await entry.load!();
    const options: unknown = await command.complete(invocation, context);
    command.validate?.(options, context);
    return (await command.run(options, context)) ?? 0;
  } catch (error) {
    // People on a terminal get one error that explains itself.
    const forPeople = context.tool !== 'kubectl' && context.io.stderr.isTTY === true;
    if (forPeople || entry.withoutCluster || context.signal.aborted || !mayBeUnanswered(error)) throw error;
    const { asFailedDiscovery } = await import('./failed-discovery.ts');
    throw await asFailedDiscovery(error, invocation, context);
  }
}

/** No server answered, or it does not know the user: `failed-discovery.ts` looks closer. */
function mayBeUnanswered(error: unknown): boolean {
  const first = error instanceof ErrorList ? error.errors[0] : error;
  return first instanceof KctlError && (first.code === 'connection' || first.code === 'api');
}

function parseOrExplain(
  words: readonly string[],
  table: FlagTable,
  { commandLine, forPeople, exitCode }: { commandLine: string; forPeople: boolean; exitCode: number },
): ParsedFlags {
  try {
    const parsed = parseFlags(words, table);
    checkModules(String(parsed.values.vmodule ?? ''));
    return parsed;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const hint =
      exitCode === 1 ? `See '${commandLine} --help' for usage.` : `See '${commandLine} -h' for help and examples`;
    const message = error.message + (forPeople ? suggestFlag(error.message, table) : '');
    throw new KctlError('usage', message, { hint, exitCode, cause: error });
  }
}

/** What a flag that nobody knows was most likely meant to be; kubectl does not say that. */
function suggestFlag(message: string, table: FlagTable): string {
  const typed = /^unknown flag: --(.+)$/.exec(message)?.[1];
  const names = [...table.byName.values()].filter(({ hidden }) => !hidden).map(({ name }) => name);
  const near = typed === undefined ? undefined : nearestName(typed, names);
  return near === undefined ? '' : `\n\nDid you mean this?\n\t--${near}\n`;
}

/** `--vmodule` has no effect, but what Go's log refuses is refused. @throws KctlError `usage` */
function checkModules(text: string): void {
  if (text === '' || text.split(',').every((part) => part === '' || /^[^=]+=\d+$/.test(part))) return;
  const reason = 'syntax error: expect comma-separated list of filename=N';
  throw new KctlError('usage', `invalid argument ${JSON.stringify(text)} for "--vmodule" flag: ${reason}`);
}

function pick(parsed: ParsedFlags, specs: readonly FlagSpec[]): ParsedFlags['values'] {
  return Object.fromEntries(specs.map(({ name }) => [name, parsed.values[name]]));
}
