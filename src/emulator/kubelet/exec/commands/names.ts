import type { Files } from '../fs/files.ts';
import type { Node } from '../fs/nodes.ts';

/** Rows of /etc/passwd or /etc/group. */
export function accounts(files: Files, path: '/etc/passwd' | '/etc/group'): string[][] {
  const node = files.find(path);
  if (node?.type !== 'file') return [];
  return Buffer.from(files.readFile(path))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
}

export const userName = (files: Files, uid: number): string | undefined =>
  accounts(files, '/etc/passwd').find(([, , id]) => id === String(uid))?.[0];

export const groupName = (files: Files, gid: number): string | undefined =>
  accounts(files, '/etc/group').find(([, , id]) => id === String(gid))?.[0];

const TYPES = { file: '-', directory: 'd', link: 'l', device: 'c' } as const;

/** `drwxr-xr-x` */
export function modeText({ type, mode }: Node): string {
  const triple = (shift: number, special: boolean, letter: string) => {
    const bits = mode >> shift;
    const run = bits & 1 ? (special ? letter : 'x') : special ? letter.toUpperCase() : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${run}`;
  };
  return (
    TYPES[type] +
    triple(6, (mode & 0o4000) !== 0, 's') +
    triple(3, (mode & 0o2000) !== 0, 's') +
    triple(0, (mode & 0o1000) !== 0, 't')
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HALF_YEAR_MS = 15_778_476_000;

/** As `ls -l` shows a time, in UTC. */
export function listTime(ms: number, now: number): string {
  const time = new Date(ms);
  const day = `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)}`;
  const isRecent = now - ms < HALF_YEAR_MS && ms <= now + 60_000;
  return isRecent ? `${day} ${time.toISOString().slice(11, 16)}` : `${day}  ${time.getUTCFullYear()}`;
}
