import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { readIgnoreFile } from '../../oci/build/context/ignore-file.ts';
import { PathFilter } from '../../oci/build/context/patterns.ts';
import type { Vertex } from '../../oci/build/progress/progress.ts';
import { withoutPassword } from '../../oci/build/sources/git-address.ts';
import { NamedContexts, readNamedContext } from '../../oci/build/sources/named-contexts.ts';
import {
  type FetchOptions,
  fetchContext,
  isGitContext,
  isRemoteContext,
} from '../../oci/build/sources/remote-context.ts';

export interface BuildInputs extends AsyncDisposable {
  /** The folder; undefined where the Dockerfile came alone. */
  context: string | undefined;
  /** Of a context that was fetched into a folder that goes again: where it came from. */
  contextName: string | undefined;
  /** `--build-context`. */
  contexts: NamedContexts;
  text: string;
  /** As messages call it. */
  name: string;
  /** By what the next build of it is known. */
  identity: string;
  ignore: PathFilter;
}

const ADDRESS = /^https?:\/\//i;

type Found = Omit<BuildInputs, keyof AsyncDisposable | 'contexts'>;

export interface InputOptions extends Omit<FetchOptions, 'env'> {
  /** Texts of `--build-context`. */
  contexts: readonly string[];
  /** Shows a step; undefined where nothing is shown. */
  begin?(name: string): Vertex | undefined;
}

/**
 * Finds the context, or fetches it, and reads the Dockerfile.
 * @param given a folder; an address of a Git repository, a tar or a Dockerfile; `-` for a tar or a Dockerfile on
 * standard input
 * @param file `--file`; '' for the context's own
 * @throws KctlError in docker's words
 */
export async function readInputs(
  given: string,
  file: string,
  io: IoStreams,
  options: InputOptions,
): Promise<BuildInputs> {
  const named = await Promise.all(options.contexts.map((text) => readNamedContext(text, io.cwd)));
  const contexts = new NamedContexts(named, { ...options, env: io.env });
  const found = await readMain(given, file, io, options);
  const dispose = async () => {
    await contexts[Symbol.asyncDispose]();
    await found[Symbol.asyncDispose]();
  };
  return { ...found, contexts, [Symbol.asyncDispose]: dispose };
}

async function readMain(
  given: string,
  file: string,
  io: IoStreams,
  options: InputOptions,
): Promise<Found & AsyncDisposable> {
  if (given !== '-' && !isRemoteContext(given)) {
    const context = await contextFolder(resolve(io.cwd, given), given);
    const isPath = file !== '' && file !== '-' && !ADDRESS.test(file);
    const found = await inFolder(context, isPath ? resolve(io.cwd, file) : file, io, options);
    return { ...found, contextName: undefined, async [Symbol.asyncDispose]() {} };
  }
  if (given === '-' && file === '-') {
    throw new KctlError('usage', "invalid argument: can't use stdin for both build context and dockerfile", {
      prefix: 'ERROR: ',
    });
  }
  const source = given === '-' ? (io.stdin as unknown as Readable) : given;
  const what = isGitContext(given) ? `git source ${withoutPassword(given)}` : 'remote build context';
  const vertex = options.begin?.(`[internal] load ${what}`);
  const fetched = await fetchContext(source, { ...options, env: io.env }).catch((error: Error) => {
    vertex?.failed(error.message, options.signal.aborted);
    throw asSolving(error);
  });
  vertex?.done();
  try {
    const { content, name } = fetched;
    const found =
      'text' in content
        ? { context: undefined, text: content.text, name: 'Dockerfile', identity: '-', ignore: new PathFilter([]) }
        : { ...(await inFolder(content.folder, file, io, options, true)), identity: `${name} ${file}` };
    return { ...found, contextName: name, [Symbol.asyncDispose]: () => fetched[Symbol.asyncDispose]() };
  } catch (error) {
    await fetched[Symbol.asyncDispose]();
    throw error;
  }
}

/** @param file absolute; or relative, and then within the folder; `-`, an address, or '' */
async function inFolder(
  context: string,
  file: string,
  io: IoStreams,
  options: Omit<FetchOptions, 'env'>,
  isFetched = false,
): Promise<Omit<Found, 'contextName'>> {
  if (file === '-' || ADDRESS.test(file)) {
    const text = file === '-' ? await fromStdin(io) : await fetchedText(file, io, options);
    const ignore = await readIgnoreFile(context, join(context, 'Dockerfile'));
    return { context, text, name: 'Dockerfile', identity: file, ignore };
  }
  const path = file === '' ? join(context, 'Dockerfile') : resolve(context, file);
  const text = await readText(path, file);
  const real = await realpath(path);
  // A link of a repository or a tar may lead to any file of this machine.
  if (isFetched && relative(await realpath(context), real).startsWith('..')) {
    throw unreadable(path, file, 'it is outside of the context');
  }
  return { context, text, name: basename(path), identity: real, ignore: await readIgnoreFile(context, path) };
}

/** As docker ends a build that could not begin. */
function asSolving(error: unknown): unknown {
  if (!(error instanceof KctlError) || error.prefix === 'ERROR: ') return error;
  const { code, message, hint } = error;
  return new KctlError(code, `failed to solve: ${message}`, {
    prefix: 'ERROR: ',
    cause: error,
    ...(hint ? { hint } : {}),
  });
}

async function readText(path: string, file: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'no such file or directory', EISDIR: 'is a directory', EACCES: 'permission denied' }[
      cause.code ?? ''
    ];
    throw unreadable(path, file, why ?? cause.message, cause);
  });
}

function unreadable(path: string, file: string, why: string, cause?: unknown): KctlError {
  const hint =
    file === ''
      ? 'Name another file with -f.'
      : path === file
        ? `Looked for ${path}; -f is relative to the working directory.`
        : '-f is within a context that is fetched.';
  const message = `failed to solve: failed to read dockerfile: open ${basename(path)}: ${why}`;
  return new KctlError('input', message, { prefix: 'ERROR: ', hint, cause });
}

async function fetchedText(address: string, io: IoStreams, options: Omit<FetchOptions, 'env'>): Promise<string> {
  await using fetched = await fetchContext(address, { ...options, env: io.env });
  if ('text' in fetched.content) return fetched.content.text;
  throw new KctlError('input', `${fetched.name} is a tar, and no Dockerfile`);
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
  if (bytes.includes(0))
    throw new KctlError('input', 'standard input is no Dockerfile: it holds bytes that are no text');
  if (bytes.length === 0)
    throw new KctlError('input', 'failed to solve: the Dockerfile cannot be empty', { prefix: 'ERROR: ' });
  return bytes.toString('utf8');
}
