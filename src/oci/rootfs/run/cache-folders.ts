import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostAbility } from '../ability.ts';
import { runTool, toolEnvironment } from '../host-tools.ts';
import { asOwner } from '../namespaces.ts';
import { removeTree } from '../remove-tree.ts';
import type { RunHooks, RunMount } from '../types.ts';
import { unpackGiven } from './given-files.ts';

type CacheMount = Extract<RunMount, { type: 'cache' }>;

/** A cache in use. */
interface HeldCache extends Disposable {
  /** On this machine. */
  folder: string;
}

/**
 * Takes a cache for a run: its folder is made with the first one. It is held by a lock of the kernel, which ends with
 * this process: `shared` beside others that share it, `locked` alone, `private` takes another folder where it is in use.
 */
export async function holdCache(
  caches: string,
  mount: CacheMount,
  ability: HostAbility,
  { signal, waiting }: Pick<RunHooks, 'signal' | 'waiting'>,
): Promise<HeldCache> {
  const base = join(caches, createHash('sha256').update(nameOf(mount)).digest('hex'));
  await mkdir(caches, { recursive: true, mode: 0o711 });
  for (let number = 0; ; number++) {
    const place = number === 0 ? base : `${base}.${number}`;
    await mkdir(place, { recursive: true, mode: 0o711 });
    const file = join(place, 'lock');
    await writeFile(file, '', { flag: 'a' });
    await writeFile(join(place, 'id'), mount.id);
    const inode = await inodeOf(file);
    const kind = mount.sharing === 'shared' ? '--shared' : '--exclusive';
    let lock = await takeLock(ability, file, [kind, '--nonblock'], signal);
    if (!lock && mount.sharing !== 'private') {
      waiting?.(`cache ${mount.id}`);
      lock = await takeLock(ability, file, [kind], signal);
    }
    if (!lock) continue;
    if (inode === undefined || (await inodeOf(file)) !== inode) {
      // It was pruned meanwhile: what we hold is the lock of a folder that is gone.
      lock.stdin?.end();
      number--;
      continue;
    }
    const held = { folder: join(place, 'files'), [Symbol.dispose]: () => void lock.stdin?.end() };
    try {
      if (!existsSync(held.folder)) await makeOnce(place, mount, ability, signal);
      return held;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }
}

const inodeOf = async (file: string): Promise<number | undefined> => (await stat(file).catch(() => undefined))?.ino;

/** What a cache begins with makes it another one, as in BuildKit: else it would depend on who was first. */
function nameOf({ id, mode, uid, gid, begin }: CacheMount): string {
  return isPlain({ mode, uid, gid }) && !begin ? id : JSON.stringify([id, mode, uid, gid, begin?.key ?? '']);
}

const isPlain = ({ mode, uid, gid }: Pick<CacheMount, 'mode' | 'uid' | 'gid'>): boolean =>
  mode === 0o755 && uid === 0 && gid === 0;

/** Of those that share a cache one makes it, whole. */
async function makeOnce(place: string, mount: CacheMount, ability: HostAbility, signal: AbortSignal): Promise<void> {
  const making = join(place, 'making');
  await writeFile(making, '', { flag: 'a' });
  const lock = await takeLock(ability, making, ['--exclusive'], signal);
  try {
    const folder = join(place, 'files');
    if (!existsSync(folder)) await makeFolder(place, folder, mount, ability, signal);
  } finally {
    lock?.stdin?.end();
  }
}

async function makeFolder(
  place: string,
  folder: string,
  { mode, uid, gid, begin }: CacheMount,
  ability: HostAbility,
  signal: AbortSignal,
): Promise<void> {
  const { rootless, tools } = ability;
  const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
  const given = begin ? await unpackGiven(place, begin.files, ability, signal) : undefined;
  try {
    const made = given ? join(given, 'top') : `${folder}.new`;
    // What it begins with keeps its looks where none were asked for.
    const look =
      given && isPlain({ mode, uid, gid })
        ? 'true'
        : `chown ${uid}:${gid} "$1" && chmod ${(mode & 0o7777).toString(8)} "$1"`;
    const script = `mkdir -p -- "$1" && ${look} && mv -T -- "$1" "$2"`;
    await runTool([...owner, tools.sh!, '-c', script, 'sh', made, folder], { signal });
  } finally {
    if (given) await removeTree(given, ability);
  }
}

/** A program that holds the lock until its stdin ends. @returns undefined where it cannot be had at once */
export function takeLock(
  { tools }: HostAbility,
  file: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<ChildProcess | undefined> {
  return new Promise((resolve, reject) => {
    // `cat` holds the lock with the descriptor it has got, until this process closes the pipe or dies.
    const child = spawn(tools.flock!, [...flags, file, tools.sh!, '-c', 'echo; exec cat >/dev/null'], {
      env: toolEnvironment,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    const stop = () => {
      child.kill('SIGKILL');
      child.stdin.destroy();
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stdin.on('error', () => {});
    child.once('error', reject);
    child.stdout.once('data', () => {
      signal.removeEventListener('abort', stop);
      child.unref();
      resolve(child);
    });
    child.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(undefined);
    });
  });
}
