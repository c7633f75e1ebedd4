import { spawn } from 'node:child_process';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { VersionFolders } from './versions.ts';

/** Words of `KUBECTL_EXTERNAL_DIFF` that are handed on: no quotes, no paths. */
const harmless = /^[a-zA-Z0-9=-]+$/;

/**
 * Runs `diff -u -N`, or the program of `$KUBECTL_EXTERNAL_DIFF`, on the two folders. Where the system has no
 * diff, the differences are found here.
 * @returns 0 without differences, 1 with some
 * @throws KctlError where the program fails
 */
export async function runDiff({ live, merged }: VersionFolders, io: IoStreams): Promise<number> {
  const wanted = io.env.KUBECTL_EXTERNAL_DIFF ?? '';
  const [program = '', ...words] = wanted.split(' ');
  if (wanted !== '') return run(program, [live, merged, ...words.filter((word) => harmless.test(word))], io);
  try {
    return await run('diff', ['-u', '-N', live, merged], io);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { unifiedDiff } = await import('./unified.ts');
    const text = unifiedDiff(live, merged);
    io.stdout.write(text);
    return text === '' ? 0 : 1;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof KctlError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

function run(program: string, args: readonly string[], { stdout, stderr, env, cwd }: IoStreams): Promise<number> {
  // A program that colours asks whether its output is a terminal.
  const inherits = rawTerminal(stdout) === process.stdout && rawTerminal(stderr) === process.stderr;
  const output = inherits ? 'inherit' : 'pipe';
  return new Promise((resolve, reject) => {
    const failed = (reason: string, cause?: unknown) =>
      reject(new KctlError('input', `failed to run ${JSON.stringify(program)}: ${reason}`, { cause }));
    const child = spawn(program, args, { stdio: ['ignore', output, output], env, cwd });
    child.stdout?.on('data', (chunk) => stdout.write(chunk));
    child.stderr?.on('data', (chunk) => stderr.write(chunk));
    child.once('error', (error: NodeJS.ErrnoException) => {
      failed(error.code === 'ENOENT' ? 'executable file not found in $PATH' : error.message, error);
    });
    child.once('close', (code, signal) => {
      if (code === 0 || code === 1) resolve(code);
      else failed(code === null ? `signal: ${signal}` : `exit status ${code}`);
    });
  });
}
