import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../../lib/errors.ts';
import { realPath } from '../../layers/find-file.ts';
import { type FileTree, fileOf } from './file-tree.ts';

export interface Owner {
  uid: number;
  gid: number;
}

/**
 * Whom `user[:group]` means: numbers as they are, names as the files of accounts in the image have them.
 * @param root loads the image's files, which numbers do not need
 * @throws KctlError `input` for a name that is not there
 */
export async function ownerOf(text: string, root: () => Promise<FileTree>): Promise<Owner> {
  const [user = '', group] = text.split(':', 2);
  const { uid, gid } = /^\d+$/.test(user) || user === '' ? same(Number(user)) : await account(user, root);
  if (group === undefined || group === '') return { uid, gid };
  if (/^\d+$/.test(group)) return { uid, gid: Number(group) };
  const lines = await table(root, 'etc/group');
  const found = lines.find(([name]) => name === group);
  if (!found) throw new KctlError('input', `unable to find group ${group}: no matching entries in group file`);
  return { uid, gid: Number(found[2]) };
}

const same = (id: number): Owner => ({ uid: id, gid: id });

async function account(name: string, root: () => Promise<FileTree>): Promise<Owner> {
  if (name === 'root') return same(0);
  const found = (await table(root, 'etc/passwd')).find(([one]) => one === name);
  if (!found) throw new KctlError('input', `unable to find user ${name}: no matching entries in passwd file`);
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

async function table(root: () => Promise<FileTree>, path: string): Promise<string[][]> {
  const tree = await root();
  let seen: ReturnType<FileTree['files']['at']>;
  try {
    seen = tree.files.at(realPath(tree.files, path));
  } catch {
    return [];
  }
  let text = '';
  if (seen) {
    await tree.read([fileOf(seen)], async (_file, content) => {
      text = Buffer.isBuffer(content) ? content.toString('utf8') : (await buffer(content)).toString('utf8');
    });
  }
  return text.split('\n').map((line) => line.split(':'));
}
