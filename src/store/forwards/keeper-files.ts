import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../lib/replace-file.ts';
import { forwardsFolder } from './forward-sets.ts';
import type { ForwardKeeper } from './running-forward.ts';

/** Raised when requests or answers change so that an older kctl would read them wrongly. */
export const KEEPER_PROTOCOL = 1;

/** How a process that keeps forwards can be asked; only its user may read this. */
export interface KeeperRecord extends ForwardKeeper {
  protocol: number;
  /** A socket, or a named pipe. */
  socket: string;
  /** Whoever knows it may ask. */
  token: string;
}

type Environment = Record<string, string | undefined>;

const runFolder = (env: Environment): string => join(forwardsFolder(env), 'run');
const recordPath = (env: Environment, id: string): string => join(runFolder(env), `${id}.json`);

/** Names of sockets may have about 100 bytes (sun_path); a deep home folder leaves no room for that. */
const LONGEST_SOCKET = 100;

/** A place for the socket of a keeper; the folder of it belongs to this user alone. */
export function socketPath(env: Environment, id: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\kctl-forwards-${id}`;
  const folder = runFolder(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${id}.sock`);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET) return path;
  const short = join(tmpdir(), `kctl-${id}`);
  mkdirSync(short, { mode: 0o700 });
  return join(short, 's');
}

export function writeKeeper(env: Environment, record: KeeperRecord): void {
  mkdirSync(runFolder(env), { recursive: true, mode: 0o700 });
  replaceFile(recordPath(env, record.id), `${JSON.stringify(record)}\n`, { lasting: false });
}

/** Where a keeper in the background writes what it would have said on a terminal. */
export function keeperLog(env: Environment, id: string): string {
  mkdirSync(runFolder(env), { recursive: true, mode: 0o700 });
  return join(runFolder(env), `${id}.log`);
}

/** Removes what a keeper has left: its record, its log and its socket. */
export function removeKeeper(env: Environment, { id, socket }: Pick<KeeperRecord, 'id' | 'socket'>): void {
  rmSync(recordPath(env, id), { force: true });
  rmSync(join(runFolder(env), `${id}.log`), { force: true });
  if (socket.startsWith('\\\\')) return;
  rmSync(socket, { force: true });
  const short = join(tmpdir(), `kctl-${id}`);
  if (socket === join(short, 's')) rmSync(short, { recursive: true, force: true });
}

/** Keepers that have signed in, oldest first; whether they still run has to be asked. */
export function readKeepers(env: Environment): KeeperRecord[] {
  let names: string[];
  try {
    names = readdirSync(runFolder(env));
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readKeeper(env, name.slice(0, -'.json'.length)) ?? [])
    .toSorted((a, b) => a.since - b.since);
}

/** Undefined where there is none, or what is there is no record. */
export function readKeeper(env: Environment, id: string): KeeperRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPath(env, id), 'utf8')) as KeeperRecord;
    return record.id === id && typeof record.socket === 'string' && Number.isInteger(record.pid) ? record : undefined;
  } catch {
    return undefined;
  }
}
