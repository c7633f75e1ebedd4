import { existsSync } from 'node:fs';
import { ApiStatusError } from '../api/status.ts';
import type { CommandEntry, FlagValues } from '../commands/command.ts';
import { commandTable } from '../commands/registry.ts';
import { ErrorList, HelpError } from '../commands/shared/errors.ts';
import type { Cluster } from '../kube/cluster.ts';
import { KctlError } from '../lib/errors.ts';
import type { IoStreams } from '../lib/io.ts';
import { guardTerminals } from '../lib/terminal-guard.ts';
import { withBuiltins } from './builtins.ts';
import { type ContextParts, createContext, type OpenCluster } from './context.ts';
import { type FoundCommand, findCommand } from './find-command.ts';
import { type Interrupts, listenForInterrupts } from './interrupts.ts';
import { findKuberc } from './kuberc/find.ts';
import { type OutputFailure, outputDone, watchOutput } from './output-errors.ts';
import { progressOf, waitsInSilence } from './progress.ts';
import { type ReadyCommand, readCommandLine, runCommand } from './run-command.ts';
import { suggestCommands } from './suggest.ts';

/**
 * Runs one command line.
 * @param argv the words after the program's name
 * @param tool `kctl` or `kubectl`: the name that messages use
 * @param open opens the cluster; by default the one that flags and kubeconfig name
 * @returns the exit code: 0 done, 1 any error, 130 ended by Ctrl-C
 */
export async function main(argv: string[], io: IoStreams, tool: string, open?: OpenCluster): Promise<number> {
  const interrupts = listenForInterrupts();
  let failure: OutputFailure | undefined;
  const outputFailed = Promise.withResolvers<void>();
  const stopWatching = watchOutput(io, (seen) => {
    failure = seen;
    outputFailed.resolve();
  });
  const progress = progressOf(io, tool);
  const guarded = guardTerminals(io, progress);
  const started = (command: ReadyCommand, commandPath: string) => {
    if (waitsInSilence(command, commandPath)) progress?.open();
  };
  try {
    const code = await Promise.race([
      dispatch(argv, guarded, { tool, open, started, signal: interrupts.signal, endWith: interrupts.endWith }),
      interrupts.overdue,
      outputFailed.promise.then(() => 0),
    ]);
    await Promise.race([outputDone(io), outputFailed.promise]);
    if (failure) return reportOutput(failure, io);
    return interrupts.exitCode() ?? code;
  } finally {
    progress?.close();
    stopWatching();
    interrupts.release();
  }
}

/** What a command line that another one runs is given by it. */
interface Inner {
  io: IoStreams;
  tool: string;
  cluster: Cluster;
  /** Ends it with the outer one, and when that asks for it. */
  signal: AbortSignal;
}

/** Runs a command line on behalf of another one, which goes on after it. What has the terminal hears its signals. */
async function runInside(argv: string[], { io, tool, cluster, signal }: Inner, hasTerminal: boolean): Promise<number> {
  const { openInside } = await import('./open-inside.ts');
  const dispatching = { tool, signal, open: openInside(cluster), started: () => undefined, endWith: () => undefined };
  if (!hasTerminal) return dispatch(argv, io, dispatching);
  const interrupts = listenForInterrupts();
  const own = {
    ...dispatching,
    signal: AbortSignal.any([signal, interrupts.signal]),
    endWith: interrupts.endWith,
  };
  try {
    return await Promise.race([dispatch(argv, guardTerminals(io), own), interrupts.overdue]);
  } finally {
    interrupts.release();
  }
}

function reportOutput(failure: OutputFailure, io: IoStreams): number {
  if (failure.readerGone) return 0;
  io.stderr.write(`error: ${failure.message}\n`);
  return 1;
}

interface Dispatching {
  tool: string;
  open: OpenCluster | undefined;
  /** Called before a command runs. */
  started(command: ReadyCommand, commandPath: string): void;
  signal: AbortSignal;
  endWith: Interrupts['endWith'];
}

/** Finds, reads and runs the command; whatever goes wrong is printed here and nowhere else. */
async function dispatch(typed: string[], io: IoStreams, dispatching: Dispatching): Promise<number> {
  const { tool, open, started, signal } = dispatching;
  const table = withBuiltins(commandTable);
  let verbosity = 0;
  let path: readonly string[] = [];
  let failed: { parts: ContextParts; args: readonly string[] } | undefined;
  try {
    const [request = ''] = typed;
    const argv = await withPreferences(typed, table, io);
    if (completionRequest.test(request)) {
      const { runComplete } = await import('./complete.ts');
      return await runComplete(request, argv.slice(1), { table, io, tool, signal });
    }
    const found = await findCommand(argv, table);
    path = found.path;
    if (mayBePlugin(found, table, tool)) {
      const { runCalledPlugin } = await import('./plugin-command.ts');
      const ended = await runCalledPlugin(argv, found, io, tool);
      if (ended !== undefined) return ended;
    }
    const entry = chooseEntry(found, table, argv, io, tool);
    const commandLine = [tool, ...found.path].join(' ');
    const ready = await readCommandLine(entry, found.rest, commandLine, io.stderr.isTTY === true);
    verbosity = Number(ready.globals.v ?? 0);
    if (ready.helpWanted || !entry.load) {
      const { printHelp } = await import('./help.ts');
      const onStdout = ready.helpWanted || helpOnStdout.has(entry.name);
      await printHelp(found.path, table, onStdout ? io.stdout : io.stderr, io, tool);
      return ready.helpWanted ? 0 : 1;
    }
    const parts: ContextParts = {
      ...{ io, tool, signal, commandPath: found.path.join(' '), commandLine: argv },
      ...{ globals: ready.globals, flags: ready.invocation.flags },
    };
    if (!entry.withoutCluster) failed = { parts, args: ready.invocation.args };
    const context = createContext(parts, open);
    context.program = (line, streams, cluster, stop) => {
      const inner = {
        tool,
        cluster,
        io: { ...io, ...streams },
        signal: stop ? AbortSignal.any([signal, stop]) : signal,
      };
      return runInside([...line], inner, streams.stdout === undefined);
    };
    context.endOfSignals = dispatching.endWith;
    started(ready, context.commandPath);
    const code = await profiled(ready.globals, io, () => runCommand(entry, ready.invocation, context));
    return context.warningsCode() ?? code;
  } catch (error) {
    if (signal.aborted) return 1;
    if (error instanceof HelpError) {
      const { printHelp } = await import('./help.ts');
      await printHelp(path, table, io.stdout, io, tool);
      if (error.message === '') return error.exitCode;
    }
    const { formatError, formatListedError } = await import('../output/print-error.ts');
    if (verbosity >= serverObjectVerbosity && error instanceof ApiStatusError) {
      const { klogLine } = await import('../kube/transport/request-log.ts');
      io.stderr.write(
        klogLine('helpers.go:246', `server response object: %s[${JSON.stringify(error.status, null, 2)}]`),
      );
    }
    const [errors, format] = error instanceof ErrorList ? [error.errors, formatListedError] : [[error], formatError];
    for (const each of errors) io.stderr.write(`${format(each, tool, verbosity, io.stderr.isTTY)}\n`);
    if (failed && io.stderr.isTTY && tool !== 'kubectl' && errors.length === 1) {
      const { suggestValue } = await import('./suggest-value.ts');
      const suggestion = await suggestValue(errors[0], failed.parts, open);
      if (suggestion !== undefined) io.stderr.write(`${suggestion}\n`);
    }
    if (failed && (io.stderr.isTTY || io.env.KCTL_EXPLAIN)) {
      const { explainFailures } = await import('./explain.ts');
      await explainFailures(errors, failed.parts, failed.args, open);
    }
    return error instanceof KctlError ? error.exitCode : 1;
  }
}

/** The command line with the user's aliases and defaults; their file is looked for, and read only where it is. */
async function withPreferences(argv: string[], table: readonly CommandEntry[], io: IoStreams): Promise<string[]> {
  const file = findKuberc(argv, io);
  if (!file || (!file.explicit && !existsSync(file.path))) return argv;
  const { readPreference } = await import('./kuberc/preference.ts');
  const preference = readPreference(file, io);
  if (!preference) return argv;
  const { restrictPlugins } = await import('../kube/credentials/plugin-policy.ts');
  restrictPlugins(preference.plugins);
  const { applyPreference } = await import('./kuberc/apply.ts');
  if (!completionRequest.test(argv[0] ?? '')) return applyPreference(argv, preference, table, io);
  // Of a command line that is being typed, the last word is not finished.
  const typed = await applyPreference(argv.slice(1, -1), preference, table, io);
  return [argv[0]!, ...typed, ...argv.slice(-1)].slice(0, argv.length > 1 ? undefined : 1);
}

/** From this verbosity on, what a server answered is shown where it refused. */
const serverObjectVerbosity = 4;

/** What the scripts of `kctl completion` call. */
const completionRequest = /^__complete(NoDesc)?$/;

/** A word that names no command of kubectl's, and `create`, whose sub-commands may come from plugins. */
function mayBePlugin({ entry, unknown, path }: FoundCommand, table: readonly CommandEntry[], tool: string): boolean {
  if (!entry) return unknown !== undefined;
  if (tool === 'kubectl' && table.some(({ name, own }) => own && name === path[0])) return true;
  return path.length === 1 && entry.name === 'create';
}

/** Groups of commands whose help kubectl prints to the standard output where no sub-command is named. */
const helpOnStdout: ReadonlySet<string> = new Set(['rollout']);

/** Runs a command under `--profile`, which few ask for. */
async function profiled(globals: FlagValues, io: IoStreams, command: () => Promise<number>): Promise<number> {
  // `debug` has a flag of its own of that name.
  if (globals.profile === undefined || globals.profile === 'none') return command();
  const { startProfile } = await import('./profile.ts');
  const finish = await startProfile(String(globals.profile), String(globals['profile-output']), io);
  try {
    return await command();
  } finally {
    await finish();
  }
}

/** What runs where no word names a command: the dashboard on a terminal, help elsewhere. */
function chooseEntry(
  found: FoundCommand,
  table: readonly CommandEntry[],
  argv: readonly string[],
  io: IoStreams,
  tool: string,
): CommandEntry {
  if (found.unknown !== undefined) throw unknownCommand(found, table, tool, io.stderr.isTTY === true);
  if (found.entry) return found.entry;
  const dashboard = tool !== 'kubectl' && argv.length === 0 && io.stdin.isTTY && io.stdout.isTTY;
  const name = dashboard ? 'ui' : 'help';
  return table.find((entry) => entry.name === name)!;
}

/** Of no kubectl: what it says is ours to choose. */
const isOwn = ([first = '']: readonly string[]): boolean =>
  ['cluster', 'image', 'container', 'builder', 'registry'].includes(first);

/** @param forPeople a terminal shows it: then sub-commands are suggested where kubectl suggests none */
function unknownCommand(
  found: FoundCommand,
  table: readonly CommandEntry[],
  tool: string,
  forPeople: boolean,
): KctlError {
  // On a pipe, only what kubectl would think of.
  const known = found.entry?.subcommands ?? table.filter(({ own }) => forPeople || !own);
  const near = suggestCommands(found.unknown!, known);
  const suggestion = near.length > 0 ? `\n\nDid you mean this?\n${near.map((name) => `\t${name}`).join('\n')}` : '';
  if (found.entry) {
    const path = [tool, ...found.path].join(' ');
    const own = isOwn(found.path);
    const words = own ? found.unknown : found.unknownWords.join(' ');
    return new KctlError('usage', `unknown command "${words}"${forPeople || own ? suggestion : ''}`, {
      hint: `See '${path} -h' for help and examples`,
    });
  }
  return new KctlError('usage', `unknown command "${found.unknown}" for "${tool}"${suggestion}`);
}
