import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';

/** Where systems keep what administrators use; it may not be in a user's PATH. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The path of a program of this machine; undefined where it has none of that name. */
export function programPath(name: string, path = process.env.PATH ?? ''): string | undefined {
  for (const folder of [...path.split(':'), ...FOLDERS]) {
    if (!folder.startsWith('/')) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}

/** Paths of programs; undefined for those that are not there. */
export type HostTools = Readonly<Record<ToolName, string | undefined>>;

const toolNames = [
  ...([
    'unshare',
    'setpriv',
    'mount',
    'flock',
    'tar',
    'cp',
    'rm',
    'sh',
    'env',
    'hostname',
    'prlimit',
    'ip',
    'xargs',
    'mkfifo',
  ] as const),
  ...(['crun', 'runc'] as const),
];
export type ToolName = (typeof toolNames)[number];

export function findTools(): HostTools {
  return Object.fromEntries(toolNames.map((name) => [name, programPath(name)])) as HostTools;
}

/** What programs of this machine are started with: nothing of the user's, and messages that can be read. */
export const toolEnvironment: Readonly<Record<string, string>> = {
  PATH: FOLDERS.join(':'),
  LC_ALL: 'C',
  // The newer way to mount takes at most 256 bytes for an option: too few for many layers.
  LIBMOUNT_FORCE_MOUNT2: 'always',
};

export interface ToolRun {
  cwd?: string;
  /** undefined: nothing. */
  input?: Readable | Buffer;
  /** Gets what it writes; else that is left out. */
  output?: (stdout: Readable) => Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end.
 * @throws KctlError `input` with what it said on stderr where it fails; the signal's reason where it was aborted
 */
export async function runTool(line: readonly string[], run: ToolRun = {}): Promise<void> {
  run.signal?.throwIfAborted();
  const [program = '', ...args] = line;
  const child = spawn(program, args, {
    cwd: run.cwd ?? '/',
    env: toolEnvironment,
    stdio: [run.input ? 'pipe' : 'ignore', run.output ? 'pipe' : 'ignore', 'pipe'],
  });
  const stop = () => child.kill('SIGKILL');
  run.signal?.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said = (said + chunk).slice(0, 4000);
  });
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : said.trim() || `it ended with ${signal ?? code}`);
    });
  });
  const fed = run.input
    ? pipeline(Buffer.isBuffer(run.input) ? [run.input] : run.input, child.stdin!).catch((error) => error as Error)
    : undefined;
  const drained = run.output?.(child.stdout!).catch((error) => {
    stop();
    return error as Error;
  });
  try {
    const failure = await ended;
    run.signal?.throwIfAborted();
    const [inputError, outputError] = [await fed, await drained];
    // What went wrong with the bytes says more than the program that did not get them; a closed pipe says less.
    if (outputError) throw outputError;
    if (inputError && (inputError as NodeJS.ErrnoException).code !== 'EPIPE') throw inputError;
    if (failure !== undefined) throw new KctlError('input', failure);
  } finally {
    run.signal?.removeEventListener('abort', stop);
  }
}
