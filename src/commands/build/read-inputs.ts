import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { readIgnoreFile } from '../../oci/build/context/ignore-file.ts';
import { PathFilter } from '../../oci/build/context/patterns.ts';

export interface BuildInputs {
  /** The folder; undefined where the Dockerfile came alone. */
  context: string | undefined;
  text: string;
  /** As messages call it. */
  name: string;
  /** By what the next build of it is known. */
  identity: string;
  ignore: PathFilter;
}

/**
 * Finds the context and reads the Dockerfile.
 * @param folder as given; `-` for a Dockerfile on standard input and no context
 * @param file `--file`; '' for the context's own
 * @throws KctlError in docker's words
 */
export async function readInputs(folder: string, file: string, io: IoStreams): Promise<BuildInputs> {
  if (/^(https?|git|ssh):\/\/|^git@|^github\.com\//i.test(folder)) {
    throw new KctlError('usage', `kctl builds from folders: ${folder} is elsewhere`, {
      hint: 'Clone or fetch it, then build the folder.',
    });
  }
  const context = folder === '-' ? undefined : await contextFolder(resolve(io.cwd, folder), folder);
  if (file === '-' || (context === undefined && file === '')) {
    const text = await fromStdin(io);
    const ignore =
      context === undefined ? new PathFilter([]) : await readIgnoreFile(context, join(context, 'Dockerfile'));
    return { context, text, name: 'Dockerfile', identity: '-', ignore };
  }
  const path = file === '' ? join(context!, 'Dockerfile') : resolve(io.cwd, file);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'no such file or directory', EISDIR: 'is a directory', EACCES: 'permission denied' }[
      cause.code ?? ''
    ];
    throw new KctlError(
      'input',
      `failed to solve: failed to read dockerfile: open ${basename(path)}: ${why ?? cause.message}`,
      {
        prefix: 'ERROR: ',
        hint:
          file === '' ? 'Name another file with -f.' : `Looked for ${path}; -f is relative to the working directory.`,
        cause,
      },
    );
  });
  const ignore = context === undefined ? new PathFilter([]) : await readIgnoreFile(context, path);
  return { context, text, name: basename(path), identity: await realpath(path), ignore };
}

async function contextFolder(path: string, given: string): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  const fail = (why: string) =>
    new KctlError('input', `unable to prepare context: ${why}`, {
      prefix: 'ERROR: ',
      hint: 'Give the folder that holds the files: kctl build .',
    });
  if (!facts) throw fail(`path ${JSON.stringify(given)} not found`);
  if (!facts.isDirectory()) throw fail(`context must be a directory: ${given}`);
  return realpath(path);
}

async function fromStdin({ stdin }: IoStreams): Promise<string> {
  const bytes = await buffer(stdin);
  if (bytes.includes(0)) {
    throw new KctlError('input', 'standard input is no Dockerfile: it holds bytes that are no text', {
      hint: 'To build from a tar, unpack it into a folder first.',
    });
  }
  if (bytes.length === 0)
    throw new KctlError('input', 'failed to solve: the Dockerfile cannot be empty', { prefix: 'ERROR: ' });
  return bytes.toString('utf8');
}
