import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextEntry } from '../context/context-files.ts';
import { PathFilter } from '../context/patterns.ts';
import { contextTree } from '../steps/context-tree.ts';
import type { FileTree } from '../steps/file-tree.ts';
import type { GitRoom } from './git.ts';
import type { GitAddress } from './git-address.ts';
import { checkOut, type GitCommit } from './git-checkout.ts';
import { hashFile } from './hash-file.ts';

interface LettingIn {
  secret(id: string): Promise<Buffer | undefined>;
  /** What answers as an SSH agent; undefined where nobody gave one of that id. */
  ssh?(id: string): Promise<GitRoom['agent']>;
}

/**
 * What git needs: a folder of its own, and what lets it in.
 * `secret` is asked for `GIT_AUTH_TOKEN`, `GIT_AUTH_HEADER`, or those of one host: `GIT_AUTH_TOKEN.example.com`
 */
export async function gitRoom(
  remote: string,
  folder: string,
  { signal, env, secret, ssh }: Pick<GitRoom, 'signal' | 'env'> & LettingIn,
): Promise<GitRoom> {
  const home = join(folder, 'git-home');
  await mkdir(home, { recursive: true });
  const room = { home, signal, env, agent: await ssh?.('default') };
  if (!/^https?:\/\//i.test(remote)) return room;
  const { origin, host } = new URL(remote);
  for (const name of ['GIT_AUTH_HEADER', 'GIT_AUTH_TOKEN']) {
    const found = ((await secret(`${name}.${host}`)) ?? (await secret(name)))?.toString('utf8').trim();
    if (!found) continue;
    const token = Buffer.from(`x-access-token:${found}`).toString('base64');
    const value = name === 'GIT_AUTH_TOKEN' ? `basic ${token}` : found;
    return { ...room, header: { server: `${origin}/`, value } };
  }
  return room;
}

/** Fetches a commit, and gives its files: of root, with the permissions that Git knows. @throws KctlError */
export async function repositoryTree(
  address: GitAddress,
  commit: GitCommit,
  keepsGitDir: boolean,
  folder: string,
  room: GitRoom,
): Promise<FileTree> {
  const { folder: root, time } = await checkOut(address, commit, join(folder, randomUUID()), room);
  const isKept = keepsGitDir && address.folder === '';
  const seenAs = (entry: ContextEntry): ContextEntry => ({
    ...entry,
    mode: entry.kind === 'symlink' ? 0o777 : entry.kind === 'directory' || entry.mode & 0o100 ? 0o755 : 0o644,
    ...(address.hasCommitTime ? { mtime: time } : {}),
  });
  const digests = { recall: () => undefined, of: hashFile };
  return contextTree(root, new PathFilter(isKept ? [] : ['**/.git']), [''], digests, seenAs);
}
