import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../../lib/errors.ts';
import { extractFiles } from '../../layers/extract-files.ts';
import type { ImageSource } from '../../layers/image-source.ts';
import { readUnion } from '../../layers/read-union.ts';
import { contextFiles } from '../context/context-files.ts';
import { isArchive, readyArchive } from '../steps/unpack-archive.ts';
import { download } from './fetch-file.ts';
import { isGitAddress, parseGitAddress, withoutPassword } from './git-address.ts';
import { checkOut, findCommit } from './git-checkout.ts';
import { gitRoom } from './repository.ts';

/** A build context that was brought here. */
export interface FetchedContext extends AsyncDisposable {
  /** Where it came from, without a password. */
  name: string;
  /** The folder, or the Dockerfile that came in place of one. */
  content: { folder: string } | { text: string };
}

export interface FetchOptions {
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  secret(id: string): Promise<Buffer | undefined>;
  /** Also what an address does not ask for: `BUILDKIT_CONTEXT_KEEP_GIT_DIR`. */
  keepsGitDir?: boolean;
}

/** Whether a context is fetched: a repository, or an address. */
export const isRemoteContext = (text: string): boolean => isGitContext(text) || /^https?:\/\//i.test(text);

/** A repository; of GitHub also without `https://`. */
export const isGitContext = (text: string): boolean => isGitAddress(text) || isGithub(text);

const isGithub = (text: string): boolean => /^github\.com\/[^/]/.test(text);

/**
 * Fetches a context: a repository, a tar, or a Dockerfile alone. It lies in a folder that goes with it.
 * @param from an address, or what comes on standard input
 * @throws KctlError
 */
export async function fetchContext(from: string | Readable, options: FetchOptions): Promise<FetchedContext> {
  const temporary = await mkdtemp(join(tmpdir(), 'kctl-context-'));
  const remove = () => rm(temporary, { recursive: true, force: true });
  try {
    const name = typeof from === 'string' ? withoutPassword(from) : 'standard input';
    const content =
      typeof from === 'string' && isGitContext(from)
        ? { folder: await clone(isGithub(from) ? `https://${from}` : from, temporary, options) }
        : await readFetched(from, name, temporary, options.signal);
    return { name, content, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function clone(text: string, temporary: string, { signal, env, secret, keepsGitDir }: FetchOptions) {
  const address = parseGitAddress(text);
  const room = await gitRoom(address.remote, temporary, { signal, env, secret });
  const into = join(temporary, 'repository');
  const { folder } = await checkOut(address, await findCommit(address, room), into, room);
  const isKept = (address.keepGitDir === true || keepsGitDir === true) && folder === into;
  for (const { path, kind, mode } of await contextFiles(folder)) {
    if (/(^|\/)\.git$/.test(path)) {
      if (!isKept) await rm(join(folder, path), { recursive: true, force: true });
    } else if (kind !== 'symlink' && !/(^|\/)\.git\//.test(path)) {
      // As Git knows them, whatever this user's files get.
      const known = kind === 'directory' || mode & 0o100 ? 0o755 : 0o644;
      if (known !== mode) await chmod(join(folder, path), known);
    }
  }
  return folder;
}

async function readFetched(from: string | Readable, name: string, temporary: string, signal: AbortSignal) {
  const file = join(temporary, 'fetched');
  if (typeof from === 'string') await download(from, file, signal);
  else await pipeline(from, createWriteStream(file, { mode: 0o600 }), { signal });
  if (await isArchive(file, name)) {
    const folder = join(temporary, 'files');
    await unpack(await readyArchive(file, name, join(temporary, 'plain.tar')), name, folder, temporary, signal);
    return { folder };
  }
  const bytes = await readFile(file);
  if (bytes.length === 0)
    throw new KctlError('input', 'failed to solve: the Dockerfile cannot be empty', { prefix: 'ERROR: ' });
  if (bytes.includes(0)) {
    throw new KctlError('input', `${name} is neither a Dockerfile nor a tar`, {
      hint: 'A context is a folder, a Git repository, or a tar: as it is, or compressed with gzip, zstd, bzip2 or xz.',
    });
  }
  return { text: bytes.toString('utf8') };
}

/** Paths and links that lead out of the tar are refused. @throws KctlError `input` */
async function unpack(file: string, name: string, into: string, cwd: string, signal: AbortSignal): Promise<void> {
  const source: ImageSource = {
    ...{ reference: '', digest: '', platform: '', config: {} },
    layers: [{ name, digest: '' }],
    visit: async (handle) => handle([0], createReadStream(file)),
  };
  // As one layer alone: what looks like a whiteout is a file like others.
  const files = await readUnion(source, 0);
  await extractFiles(source, files, { path: '/', into, cwd, layer: 0 }, { signal });
}
