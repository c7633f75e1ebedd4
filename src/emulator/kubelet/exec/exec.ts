import { internalError } from '../../errors.ts';
import type { ExecOptions, ExecStreams, ExitState } from '../node-api.ts';
import type { ContainerInstance } from './container/container.ts';
import { firstProcess } from './container/host.ts';
import { isSystemError } from './fs/errors.ts';
import { type Handle, nothing, readableHandle, writableHandle } from './process/handle.ts';
import { type Process, type Program, run } from './process/process.ts';
import { Killed } from './process/signals.ts';
import { ended } from './process/streams.ts';

/** Why runc does not start a program, in its words. */
function runcWords(name: string, code: string): string {
  const isPath = name.includes('/');
  if (code === 'ENOENT')
    return isPath ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH';
  return (
    { EACCES: 'permission denied', ENOEXEC: 'exec format error', EISDIR: 'is a directory' }[code] ?? code.toLowerCase()
  );
}

/**
 * Runs argv in the container and connects it with the client.
 * @throws ApiStatusError 500 with the words of runtime and kubelet when the program cannot be started
 */
export async function execIn(
  instance: ContainerInstance,
  options: ExecOptions,
  streams: ExecStreams,
  signal: AbortSignal,
): Promise<ExitState> {
  const session = new AbortController();
  const leave = () => session.abort(new Killed(9));
  for (const one of [signal, instance.ended]) {
    if (one.aborted) leave();
    one.addEventListener('abort', leave, { once: true });
  }
  const isTty = options.tty === true;
  const terminal = isTty ? await openTerminal(instance, streams, session.signal) : undefined;
  const input = terminal?.handle ?? (streams.stdin ? readableHandle(streams.stdin) : nothing());
  const output = terminal?.handle.share() ?? (streams.stdout ? writableHandle(streams.stdout) : nothing());
  const errors = terminal?.handle.share() ?? (streams.stderr ? writableHandle(streams.stderr) : nothing());
  const handles = new Map<number, Handle>([
    [0, input],
    [1, output],
    [2, errors],
  ]);
  let started: { process: Process; program: Program };
  try {
    const env = new Map(instance.env);
    if (isTty && !env.has('TERM')) env.set('TERM', 'xterm');
    started = firstProcess({
      host: instance.host,
      parent: undefined,
      session: session.signal,
      argv: options.command,
      env,
      files: instance.files(),
      handles,
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const name = options.command[0] ?? '';
    const path = error.path && error.path !== name ? error.path : name;
    throw internalError(
      `error executing command in container: failed to exec in container: failed to start exec "${execId(instance)}": OCI runtime exec failed: exec failed: unable to start container process: ${error.code === 'ENOENT' || error.code === 'EACCES' ? `exec: ${JSON.stringify(name)}: ${runcWords(name, error.code)}` : `exec ${path}: ${runcWords(name, error.code)}`}: unknown`,
    );
  } finally {
    for (const handle of handles.values()) handle.release();
  }
  terminal?.attach(started.process);
  try {
    return { code: await run(started.process, started.program, started.process.argv.slice(1)) };
  } finally {
    terminal?.close();
    for (const one of [signal, instance.ended]) one.removeEventListener('abort', leave);
    await Promise.all([ended(streams.stdout), ended(streams.stderr)]);
  }
}

/** 64 hexadecimal digits that no other exec of the container has. */
function execId({ host }: ContainerInstance): string {
  return Array.from({ length: 64 }, () => Math.floor(host.random() * 16).toString(16)).join('');
}

async function openTerminal(instance: ContainerInstance, streams: ExecStreams, signal: AbortSignal) {
  const { Terminal } = await import('./terminal/terminal.ts');
  const terminal = new Terminal(instance.host);
  terminal.connect(streams, signal);
  return terminal;
}
