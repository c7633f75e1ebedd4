import { KctlError } from '../../lib/errors.ts';
import type { StackedFiles } from './stacked-files.ts';

export interface RunUser {
  uid: number;
  gid: number;
  /** All, the first is its own; it alone where a group was named. */
  groups: number[];
  home: string;
}

/**
 * Who `name|uid[:group|gid]` is by the root's /etc/passwd and /etc/group (Dockerfile reference, USER): a number needs no
 * entry; without a group it is the user's, or root's.
 * @throws KctlError `input` for names that are not there, in docker's words
 */
export function findUser(files: StackedFiles, spec: string): RunUser {
  const [userText = '', groupText] = spec.split(':');
  const users = rows(files.text('/etc/passwd'));
  const groups = rows(files.text('/etc/group'));
  const name = userText || '0';
  // A name that is all digits is found by name first, as docker does.
  const row = users.find(([login]) => login === name) ?? users.find((columns) => columns[2] === name);
  const uid = row ? Number(row[2]) : idOf(name);
  if (uid === undefined || !Number.isInteger(uid)) {
    throw new KctlError('input', `unable to find user ${name}: no matching entries in passwd file`);
  }
  const home = row?.[5] || '/';
  if (groupText !== undefined && groupText !== '') {
    const group = groups.find(([title]) => title === groupText);
    const gid = group ? Number(group[2]) : idOf(groupText);
    if (gid === undefined || !Number.isInteger(gid)) {
      throw new KctlError('input', `unable to find group ${groupText}: no matching entries in group file`);
    }
    return { uid, gid, groups: [gid], home };
  }
  const gid = row ? Number(row[3]) || 0 : 0;
  const login = row?.[0];
  const further = groups
    .filter((columns) => login !== undefined && (columns[3] ?? '').split(',').includes(login))
    .map((columns) => Number(columns[2]))
    .filter((id) => Number.isInteger(id));
  return { uid, gid, groups: [...new Set([gid, ...further])], home };
}

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':').map((column) => column.trim()));

/** Ids that Linux has; the last one means "no change". */
function idOf(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return id !== undefined && id < 0xffffffff ? id : undefined;
}
