import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { KctlError } from '../../lib/errors.ts';

/** A line of the hosts file. */
export interface HostLine {
  address: string;
  names: readonly string[];
}

const BEGIN = /^# kctl port-forwards of process (\d+): begin$/;
const END = /^# kctl port-forwards of process (\d+): end$/;

/** Where names of machines are looked up first. `KCTL_HOSTS_FILE` names another one, for resolvers that read several. */
export function hostsPath(
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.KCTL_HOSTS_FILE) return env.KCTL_HOSTS_FILE;
  return platform === 'win32' ? `${env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts` : '/etc/hosts';
}

/**
 * The file with the block of one process in place of what it had before, and without blocks of processes that are
 * gone. Every other byte stays as it is; a block whose end is missing is left alone.
 */
export function withHostLines(
  text: string,
  pid: number,
  lines: readonly HostLine[],
  isRunning: (pid: number) => boolean,
): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const kept: string[] = [];
  const all = text.split(/(?<=\n)/);
  for (let at = 0; at < all.length; at++) {
    const owner = BEGIN.exec(all[at]!.trimEnd())?.[1];
    const end =
      owner === undefined ? -1 : all.findIndex((line, i) => i > at && END.exec(line.trimEnd())?.[1] === owner);
    const isOurs = Number(owner) === pid || !isRunning(Number(owner));
    if (end > at && isOurs) at = end;
    else kept.push(all[at]!);
  }
  const rest = kept.join('');
  if (lines.length === 0) return rest;
  const block = [
    `# kctl port-forwards of process ${pid}: begin`,
    ...lines.map(({ address, names }) => `${address} ${names.join(' ')}`),
    `# kctl port-forwards of process ${pid}: end`,
  ];
  const gap = rest === '' || rest.endsWith('\n') ? '' : newline;
  return `${rest}${gap}${block.join(newline)}${newline}`;
}

/**
 * Writes the lines of this process, or removes them where there are none.
 * @throws KctlError `conflict` where the file may not be written or another kctl holds it; it is as it was then
 */
export async function writeHostLines(path: string, lines: readonly HostLine[]): Promise<void> {
  const unlock = await lock(`${path}.kctl-lock`, path);
  try {
    const before = readFileSync(path, 'utf8');
    const after = withHostLines(before, process.pid, lines, isRunning);
    if (after !== before) replaceInPlace(path, after);
  } catch (error) {
    throw refused(path, error);
  } finally {
    unlock();
  }
}

function refused(path: string, error: unknown): KctlError {
  return new KctlError('conflict', `cannot write names to ${path}: ${(error as Error).message}`, {
    cause: error,
    hint: 'Names need the rights to write that file; the addresses work without them.',
  });
}

/** Two writers at once would lose each other's lines. */
async function lock(path: string, hosts: string): Promise<() => void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const descriptor = openSync(path, 'wx', 0o644);
      writeFileSync(descriptor, String(process.pid));
      closeSync(descriptor);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refused(hosts, error);
      const holder = Number(readOrNothing(path));
      if (attempt > 0 && holder > 0 && !isRunning(holder)) rmSync(path, { force: true });
      else if (attempt > 40) throw refused(hosts, new Error(`${path} is held by process ${holder}`));
      await pause(50);
    }
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** In one step where the system lets it; in containers the file is a mount, which can only be written over. */
function replaceInPlace(path: string, content: string): void {
  const { mode, uid, gid } = statSync(path);
  const part = `${path}.kctl-${process.pid}`;
  try {
    const descriptor = openSync(part, 'wx', mode & 0o777);
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    chmodSync(part, mode & 0o777);
    if (process.platform !== 'win32') chownSync(part, uid, gid);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if (!['EBUSY', 'EXDEV', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    writeFileSync(path, content);
  }
}

/** Whether a process of that number is there. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
