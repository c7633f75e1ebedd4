import { glob, readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { requireOneSource } from './file-options.ts';

/** The text of one manifest file. */
export interface ManifestText {
  text: string;
  /** As messages name it: the path as the user gave it, a URL, or `STDIN`. */
  source: string;
}

const extensions = ['.json', '.yaml', '.yml'];
const urlAttempts = 3;

/** The `-f`, `-k` and `-R` of a command line, and where relative paths and `-` lead. */
export interface ManifestRequest {
  filenames: readonly string[];
  /** The folder of a kustomization; '' and undefined: none. */
  kustomize?: string;
  recursive: boolean;
  io: IoStreams;
  signal?: AbortSignal;
}

/**
 * Reads what `-k` builds, or what `-f` names: files, folders (one level, or all with `-R`), quoted globs, URLs and `-`.
 * Failures come as values, so that one unreadable file does not hide the others.
 */
export async function* readManifestTexts(request: ManifestRequest): AsyncGenerator<ManifestText | KctlError> {
  if (request.kustomize) {
    yield await kustomized({ ...request, kustomize: request.kustomize });
    return;
  }
  if (request.filenames.filter((name) => name === '-').length > 1) {
    yield new KctlError('usage', 'standard input cannot be used for multiple arguments');
    return;
  }
  for (const name of request.filenames) {
    try {
      if (name === '-') yield { text: await readAll(request.io.stdin), source: 'STDIN' };
      else if (/^https?:\/\//.test(name)) yield { text: await fetchText(name, request.signal), source: name };
      else yield* readPath(name, request);
    } catch (error) {
      yield error instanceof KctlError ? error : fileError(name, error);
    }
  }
}

/** What a kustomization comes to; it is named by its folder. */
async function kustomized(request: ManifestRequest & { kustomize: string }): Promise<ManifestText | KctlError> {
  try {
    requireOneSource(request);
    const { build } = await import('../kustomize/build.ts');
    const { kustomize: folder, io, signal } = request;
    const result = await build(folder, io, signal ?? new AbortController().signal);
    return { text: result.toYaml(), source: folder };
  } catch (error) {
    if (error instanceof KctlError) return error;
    throw error;
  }
}

async function* readPath(name: string, { io, recursive }: ManifestRequest): AsyncGenerator<ManifestText | KctlError> {
  for (const path of await expandPattern(name, io.cwd)) {
    const absolute = resolve(io.cwd, path);
    if (!(await stat(absolute)).isDirectory()) {
      yield { text: await readFile(absolute, 'utf8'), source: path };
      continue;
    }
    const files = await manifestsIn(absolute, recursive);
    if (files.length === 0) {
      yield new KctlError('input', `error reading [${path}]: recognized file extensions are [${extensions.join(' ')}]`);
    }
    for (const file of files) yield { text: await readFile(join(absolute, file), 'utf8'), source: join(path, file) };
  }
}

/** A path that does not exist may be a pattern that the shell was kept from expanding. */
async function expandPattern(name: string, cwd: string): Promise<string[]> {
  const exists = await stat(resolve(cwd, name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
  if (exists) return [name];
  const matches: string[] = [];
  if (/[*?[]/.test(name)) for await (const match of glob(name, { cwd })) matches.push(match);
  if (matches.length === 0) throw new KctlError('input', `the path "${name}" does not exist`);
  return matches.sort();
}

async function manifestsIn(folder: string, recursive: boolean): Promise<string[]> {
  const names = await readdir(folder, { recursive });
  const files: string[] = [];
  for (const name of names.filter((each) => extensions.includes(extname(each))).sort()) {
    if ((await stat(join(folder, name))).isFile()) files.push(name);
  }
  return files;
}

async function readAll(stream: IoStreams['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Servers that fail on their side are asked again, as kubectl does. */
async function fetchText(url: string, signal: AbortSignal | undefined): Promise<string> {
  if (url.startsWith('https:')) (await import('../../kube/transport/authorities.ts')).trustPublicAuthorities();
  let answer: Response | undefined;
  for (let attempt = 0; attempt < urlAttempts; attempt++) {
    try {
      answer = await fetch(url, signal ? { signal } : {});
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new KctlError('connection', `Get "${url}": ${reason}`, {
        prefix: 'Unable to connect to the server: ',
        cause,
      });
    }
    if (answer.ok) return answer.text();
    if (answer.status < 500) break;
  }
  const { status, statusText } = answer!;
  throw new KctlError(
    'input',
    `unable to read URL "${url}", server reported ${status} ${statusText}, status code=${status}`,
  );
}

function fileError(name: string, error: unknown): KctlError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = { EACCES: 'permission denied', EISDIR: 'is a directory' };
  return new KctlError('input', `open ${name}: ${reasons[code ?? ''] ?? message}`, { cause: error });
}
