import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { Plugin } from '../../settings/user-files.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';
import { fillIn, isScript, scriptWithEnvironment, type Variables, wordsOf } from './variables.ts';

/** A program with its arguments, ready to be started. */
export interface CommandWords {
  words: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** What a shell reads as a name and nothing else. */
const harmless = /^[\w@%+=:,./-]*$/;

/**
 * The programs of a plugin in their order, each as words. No shell reads them; where the user's own words start
 * one with a script, the script gets the values by its environment, so that they are never read as code.
 * @throws KctlError where a script for another place (a shell inside a container) would need a value that is no plain word
 */
export function pluginCommands({ command, args = [], pipes = [] }: Plugin, variables: Variables): CommandWords[] {
  const first = argumentsOf([fillIn(command, variables), ...args], 1, variables);
  return [first, ...pipes.map((pipe) => argumentsOf(wordsOf(pipe), 0, variables))];
}

function argumentsOf(templates: readonly string[], from: number, variables: Variables): CommandWords {
  const words: string[] = templates.slice(0, from);
  const env: Record<string, string> = {};
  for (const template of templates.slice(from)) {
    if (!isScript(words)) {
      words.push(fillIn(template, variables));
      continue;
    }
    const own = scriptWithEnvironment(template, variables);
    // Only the shell that is started here has this environment.
    if (words.findLastIndex((word) => !word.startsWith('-')) === 0) {
      words.push(own.script);
      Object.assign(env, own.env);
      continue;
    }
    const odd = Object.values(own.env).find((value) => !harmless.test(value));
    if (odd !== undefined) throw new KctlError('input', `"${odd}" has signs that the shell would read as code`);
    words.push(fillIn(template, variables));
  }
  return { words, env };
}

export interface PluginOutcome {
  code: number;
  /** What the last program wrote, and what all of them complained of; '' where it went to the terminal. */
  output: string;
}

const mostOutput = 4 * 1024 * 1024;

/** kubectl's own command lines are run in this process, on the connection that is open. */
function isOurs({ words }: CommandWords): boolean {
  return ['kubectl', 'kctl'].includes(basename(words[0] ?? ''));
}

/**
 * Runs the programs, the output of each the input of the next.
 * @param where `terminal`: input and output are the terminal's, which has been lent; `kept`: the output is returned
 * @throws KctlError where a program cannot be started
 */
export async function runCommands(
  commands: readonly CommandWords[],
  services: DashboardServices,
  where: 'terminal' | 'kept',
): Promise<PluginOutcome> {
  const [first] = commands;
  if (commands.length === 1 && isOurs(first!) && where === 'terminal') {
    return { code: (await services.runOnTerminal(first!.words.slice(1))).code, output: '' };
  }
  let kept = '';
  const keep = (chunk: Buffer) => {
    if (kept.length < mostOutput) kept += chunk.toString('utf8');
  };
  let input: Readable | undefined;
  const ends: Promise<number>[] = [];
  for (const [index, one] of commands.entries()) {
    const isLast = index === commands.length - 1;
    if (index === 0 && isOurs(one)) {
      const { code, stdout, stderr } = await services.run(one.words.slice(1));
      keep(Buffer.from(stderr));
      if (isLast) return { code, output: stdout + kept };
      input = Readable.from([Buffer.from(stdout)]);
      ends.push(Promise.resolve(code));
      continue;
    }
    const child = start(one, services, {
      input: input ? 'pipe' : where === 'terminal' ? 'inherit' : 'ignore',
      isLast,
      where,
    });
    if (input && child.stdin) feed(input, child.stdin);
    if (where === 'kept') child.stderr?.on('data', keep);
    if (isLast && where === 'kept') child.stdout?.on('data', keep);
    input = child.stdout ?? undefined;
    ends.push(ended(child, one));
  }
  const codes = await Promise.all(ends);
  return { code: codes.find((code) => code !== 0) ?? 0, output: kept };
}

/** A reader that ends early (`head`) is no failure of the writer. */
function feed(from: Readable, to: Writable): void {
  to.on('error', () => from.destroy());
  from.on('error', () => to.end());
  from.pipe(to);
}

function start(
  { words, env }: CommandWords,
  services: DashboardServices,
  { input, isLast, where }: { input: 'pipe' | 'inherit' | 'ignore'; isLast: boolean; where: 'terminal' | 'kept' },
): ChildProcess {
  const onTerminal = where === 'terminal';
  return spawn(words[0]!, words.slice(1), {
    shell: false,
    stdio: [input, isLast && onTerminal ? 'inherit' : 'pipe', onTerminal ? 'inherit' : 'pipe'],
    env: { ...services.env, ...env },
    windowsHide: true,
  });
}

function ended(child: ChildProcess, { words }: CommandWords): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const name = words[0]!;
      const told =
        error.code === 'ENOENT' ? say('{name}: there is no such program', { name }) : `${name}: ${error.message}`;
      reject(new KctlError('input', told, { cause: error }));
    });
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGPIPE' ? 0 : 1)));
  });
}
