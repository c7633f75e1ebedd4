import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import { GitFailure, type GitRoom, git } from './git.ts';
import { type GitAddress, withoutPassword } from './git-address.ts';

/** What an address means at the moment. */
export interface GitCommit {
  commit: string;
  /** The name in full, `refs/heads/main`; undefined where a commit was asked for. */
  ref: string | undefined;
}

const WHOLE = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Asks the repository which commit is meant; nothing is fetched.
 * @throws KctlError `input` in BuildKit's words, `connection` where the repository cannot be asked
 */
export async function findCommit(address: GitAddress, room: GitRoom): Promise<GitCommit> {
  const { remote, ref, checksum } = address;
  const shown = withoutPassword(remote);
  if (checksum !== undefined && !/^[0-9a-f]+$/i.test(checksum)) {
    throw new KctlError('input', `invalid checksum ${checksum} for Git URL, expected hex commit hash`);
  }
  if (ref !== undefined && WHOLE.test(ref)) {
    checkCommit(checksum, [ref]);
    return { commit: ref, ref: undefined };
  }
  const patterns = ref === undefined ? ['HEAD'] : [ref, `${ref}^{}`];
  const listed = await git(['ls-remote', '--symref', '--', remote, ...patterns], room).catch(failed(shown));
  const commits = new Map<string, string>();
  let head: string | undefined;
  for (const line of listed.split('\n')) {
    const [what = '', name = ''] = line.split('\t');
    if (what.startsWith('ref: ') && name === 'HEAD') head = what.slice('ref: '.length);
    else if (WHOLE.test(what)) commits.set(name, what);
  }
  if (ref === undefined) {
    const commit = commits.get('HEAD');
    if (commit === undefined) throw new KctlError('input', `could not find default branch for repository: ${shown}`);
    checkCommit(checksum, [commit]);
    return { commit, ref: head ?? 'HEAD' };
  }
  const bare = (prefix: string) => `${prefix}${ref.startsWith(prefix) ? ref.slice(prefix.length) : ref}`;
  // Branches come before tags, as git has it.
  const name = [bare('refs/'), bare('refs/heads/'), bare('refs/tags/')].find((one) => commits.has(one));
  if (name === undefined) {
    const isShort = /^[0-9a-f]{4,39}$/.test(ref);
    throw new KctlError('input', `repository ${shown} does not contain ref ${ref}`, {
      ...(isShort ? { hint: 'A commit has to be named in full: 40 characters.' } : {}),
    });
  }
  // Of a tag with a message, the commit that it stands for.
  const tagged = commits.get(`${name}^{}`);
  checkCommit(checksum, [commits.get(name)!, ...(tagged === undefined ? [] : [tagged])]);
  return { commit: tagged ?? commits.get(name)!, ref: name };
}

/** @throws KctlError `input` */
function checkCommit(checksum: string | undefined, found: readonly string[]): void {
  const isRight = checksum === undefined || found.some((commit) => commit.startsWith(checksum.toLowerCase()));
  if (!isRight) {
    throw new KctlError('input', `expected checksum to match ${checksum}, got ${found.join(' or ')}`);
  }
}

/**
 * Fetches a commit, and lays its files into a folder.
 * @param into made; it has `.git` when it is done
 * @returns where the files are: `into`, or what the address means of it; and the time of the commit, in ms
 * @throws KctlError
 */
export async function checkOut(
  address: GitAddress,
  { commit, ref }: GitCommit,
  into: string,
  room: GitRoom,
): Promise<{ folder: string; time: number }> {
  const { remote, submodules, folder } = address;
  const shown = withoutPassword(remote);
  await mkdir(into, { recursive: true });
  const inside = (...args: string[]) => git(['-C', into, ...args], room);
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  await git(['init', '--quiet', '--template=', ...format, '--', into], room).catch(failed(shown));
  await inside('remote', 'add', 'origin', remote);
  const fetch = (...what: string[]) => inside('fetch', '--quiet', '--update-head-ok', '--force', 'origin', ...what);
  const has = () =>
    inside('cat-file', '-e', `${commit}^{commit}`).then(
      () => true,
      () => false,
    );
  const wanted = ref === undefined || ref === 'HEAD' ? commit : `${ref}:${ref}`;
  await fetch('--depth=1', '--no-tags', wanted).catch(async (error: unknown) => {
    if (!(error instanceof GitFailure)) throw error;
    // Servers need not hand out single commits, nor shallow ones: then all that they name is fetched.
    await fetch('+refs/*:refs/kctl/*').catch(() => failed(shown)(error));
  });
  // A branch may have moved since it was asked for.
  if (!(await has())) await fetch(commit).catch(failed(shown));
  await inside('checkout', '--quiet', '--detach', commit).catch(failed(shown));
  if (submodules && (await isFile(join(into, '.gitmodules')))) {
    const update = ['submodule', '--quiet', 'update', '--init', '--recursive'];
    await inside(...update, '--depth=1').catch(async (error: unknown) => {
      if (!(error instanceof GitFailure)) throw error;
      await inside(...update).catch((again: unknown) => failed(shown, 'failed to update submodules for')(again));
    });
  }
  const time = Number(await inside('show', '--no-patch', '--format=%ct', commit)) * 1000;
  if (shown !== remote) await inside('remote', 'set-url', 'origin', shown);
  await rm(join(into, '.git', 'FETCH_HEAD'), { force: true });
  await rm(join(into, '.git', 'logs'), { recursive: true, force: true });
  return { folder: await folderOf(into, folder), time };
}

/** @throws KctlError `input` where a part of it is no folder, or a link */
async function folderOf(root: string, folder: string): Promise<string> {
  let path = root;
  for (const part of folder.split('/').filter(Boolean)) {
    path = join(path, part);
    const facts = part === '.git' ? undefined : await lstat(path).catch(() => undefined);
    if (facts?.isDirectory()) continue;
    const why = facts === undefined ? 'no such file or directory' : 'not a directory';
    throw new KctlError('input', `failed to open subdir ${folder}: ${why}`);
  }
  return path;
}

const isFile = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined))?.isFile() === true;

const failed =
  (shown: string, what = 'failed to fetch remote') =>
  (cause: unknown): never => {
    if (!(cause instanceof GitFailure)) throw cause;
    const { message, hint } = cause;
    throw new KctlError('connection', `${what} ${shown}: ${message}`, { cause, ...(hint ? { hint } : {}) });
  };
