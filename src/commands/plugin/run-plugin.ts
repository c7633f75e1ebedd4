import { spawn } from 'node:child_process';
import type { IoStreams } from '../../lib/io.ts';

/** Signals that a plugin gets where it cannot take the place of this process. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a plugin in place of this process: same environment, streams, signals and end. Where the system cannot
 * replace a process (Windows), it runs as a child.
 * @returns its exit code, where it was a child
 * @throws Error for a file that the system cannot run
 */
export async function runPlugin(path: string, args: readonly string[], io: IoStreams): Promise<number> {
  const env = Object.fromEntries(
    Object.entries(io.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    // Node ignores SIGPIPE, and what is ignored stays so in the next program; what is handled does not.
    process.on('SIGPIPE', () => {});
    process.execve(path, [path, ...args], env);
  }
  return runAsChild(path, args, env);
}

function runAsChild(path: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(path, args, { stdio: 'inherit', env, shell: /\.(bat|cmd)$/i.test(path) });
    const handlers = forwarded.map((signal) => [signal, () => void child.kill(signal)] as const);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      if (signal) process.kill(process.pid, signal);
      done(code ?? 1);
    });
  });
}
