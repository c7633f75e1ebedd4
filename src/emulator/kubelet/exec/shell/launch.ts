import { isSystemError } from '../fs/errors.ts';
import type { Shell } from './context.ts';

/** Runs a program; with `isLast` it takes the place of the shell. */
export async function external(shell: Shell, argv: readonly string[], pos = 0, isLast = false): Promise<number> {
  const [name = ''] = argv;
  const found = shell.process.host.which(shell.process, name, shell.state.get('PATH'));
  if (!found.startsWith('/')) return notStarted(shell, name, found as 'ENOENT' | 'EACCES', pos);
  try {
    if (isLast) {
      handOver(shell);
      return await shell.process.host.replace(shell.process, argv);
    }
    const status = await shell.whileAlive(
      shell.process.host.start(shell.process, [...argv], { env: shell.state.environment() }),
    );
    if (status > 128 && status !== 130 && status !== 141 && shell.state.isInteractive) {
      await shell.say({ 137: 'Killed', 143: 'Terminated', 139: 'Segmentation fault' }[status] ?? '');
    }
    return status;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EAGAIN') {
      await shell.complain(`can't fork: ${error.message}`, pos);
      throw shell.fatal(2);
    }
    const node = error.code === 'ENOEXEC' ? shell.process.files.find(error.path) : undefined;
    if (node?.type === 'file' && node.stored) return notOurs(shell, name, pos);
    return notStarted(shell, name, error.code, pos);
  }
}

/** A program of a real image: for all that can be told here, it is for another machine. */
async function notOurs(shell: Shell, name: string, pos: number): Promise<number> {
  const isBash = shell.state.dialect === 'bash';
  await shell.complain(`${name}: ${isBash ? 'cannot execute binary file: ' : ''}Exec format error`, pos);
  return 126;
}

/** Says why a program did not start; the status for that. */
export async function notStarted(shell: Shell, name: string, code: string, pos: number): Promise<number> {
  const isPath = name.includes('/');
  const { dialect } = shell.state;
  if (code === 'EACCES' || code === 'EISDIR') {
    const isFolder = shell.process.files.find(name)?.type === 'directory' && dialect === 'bash';
    await shell.complain(`${name}: ${isFolder ? 'Is a directory' : 'Permission denied'}`, pos);
    return 126;
  }
  if (code === 'ENOEXEC') {
    await shell.complain(
      `${name}: ${dialect === 'bash' ? 'cannot execute: required file not found' : 'not found'}`,
      pos,
    );
    return dialect === 'bash' ? 126 : 127;
  }
  const text = dialect !== 'bash' ? 'not found' : isPath ? 'No such file or directory' : 'command not found';
  await shell.complain(`${name}: ${text}`, pos);
  return 127;
}

/** The process is another program's from here on. */
export function handOver(shell: Shell): void {
  const { process } = shell;
  process.env.clear();
  for (const [name, value] of shell.state.environment()) process.env.set(name, value);
  process.onSignal = undefined;
}
