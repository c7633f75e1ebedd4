import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import type { Host, RunOptions, RunResult } from '../../kustomize/load/host.ts';
import type { RepoSpec } from '../../kustomize/load/repo-spec.ts';
import type { IoStreams } from '../../lib/io.ts';
import { withProgress } from '../shared/progress.ts';

/** Go's words for why a file cannot be had. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
};

function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

const MOST_LINKS = 255;

/** This machine, for one build. Folders that it makes are gone after `close`. */
export class NodeHost implements Host {
  readonly cwd: string;
  private readonly io: IoStreams;
  private readonly signal: AbortSignal;
  private readonly folders: string[] = [];

  constructor(io: IoStreams, signal: AbortSignal) {
    this.cwd = io.cwd;
    this.io = io;
    this.signal = signal;
  }

  close(): void {
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }

  warn(line: string): void {
    this.io.stderr.write(`${line}\n`);
  }

  environment(name: string): string | undefined {
    return this.io.env[name];
  }

  /** Goes from the root link by link, so that what is missing is named as Go names it. */
  realPath(path: string): string {
    let { root: at } = parse(path);
    const parts = path.slice(at.length).split(sep);
    for (let links = 0; parts.length > 0; ) {
      const part = parts.shift()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        at = dirname(at);
        continue;
      }
      const next = join(at, part);
      const stats = lstat(next);
      if (!stats.isSymbolicLink()) {
        if (parts.length > 0 && !stats.isDirectory()) throw new Error(REASONS.ENOTDIR);
        at = next;
        continue;
      }
      if (++links > MOST_LINKS) throw new Error('EvalSymlinks: too many links');
      const target = readlinkSync(next);
      const { root } = parse(target);
      if (isAbsolute(target)) at = root;
      parts.unshift(...target.slice(isAbsolute(target) ? root.length : 0).split(sep));
    }
    return at;
  }

  isFolder(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  readFile(path: string): Buffer {
    try {
      return readFileSync(path);
    } catch (error) {
      const isFolder = (error as NodeJS.ErrnoException).code === 'EISDIR';
      throw new Error(`${isFolder ? 'read' : 'open'} ${path}: ${reason(error)}`, { cause: error });
    }
  }

  temporaryFolder(prefix: string): string {
    const folder = this.realPath(mkdtempSync(join(resolve(tmpdir()), prefix)));
    this.folders.push(folder);
    return folder;
  }

  temporaryFile(name: string, text: string): string {
    const path = join(this.temporaryFolder('kustomize-'), name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async fetch(url: string): Promise<{ status: number; body: Buffer }> {
    if (url.startsWith('https:')) (await import('../../kube/transport/authorities.ts')).trustPublicAuthorities();
    try {
      const read = async () => {
        const answer = await fetch(url, { signal: this.signal });
        return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
      };
      return await withProgress(this.io, () => `fetching ${url}`, read);
    } catch (cause) {
      const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new Error(`Get ${JSON.stringify(url)}: ${why}`, { cause });
    }
  }

  async clone(spec: RepoSpec): Promise<string> {
    const git = findProgram('git', this.io.env.PATH ?? '');
    if (git === undefined)
      throw new Error('no \'git\' program on path: exec: "git": executable file not found in $PATH');
    const folder = this.temporaryFolder('kustomize-');
    const commands = [
      ['init'],
      ['remote', 'add', 'origin', spec.cloneUrl],
      ['fetch', '--depth=1', spec.cloneUrl, spec.ref || 'HEAD'],
      ['checkout', 'FETCH_HEAD'],
      ...(spec.submodules ? [['submodule', 'update', '--init', '--recursive']] : []),
    ];
    const fetchAll = async () => {
      for (const args of commands) await this.git(git, args, folder, spec);
    };
    await withProgress(this.io, () => `fetching ${spec.cloneUrl}`, fetchAll);
    return folder;
  }

  private async git(
    git: string,
    args: readonly string[],
    cwd: string,
    { timeoutMs, timeout }: RepoSpec,
  ): Promise<void> {
    const line = [git, ...args].join(' ');
    const limit = AbortSignal.timeout(timeoutMs);
    const { stdout, failure } = await this.start(git, args, { cwd }, limit, true);
    if (limit.aborted) throw new Error(`hit ${timeout} timeout running '${line}'`);
    if (failure !== undefined) throw new Error(`failed to run '${line}': ${stdout}: ${failure}`);
  }

  run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    return this.start(command, args, options);
  }

  private start(
    command: string,
    args: readonly string[],
    { cwd = this.cwd, env = {}, input }: RunOptions,
    limit?: AbortSignal,
    joinsStreams = false,
  ): Promise<RunResult> {
    return new Promise((done) => {
      const signal = limit ? AbortSignal.any([this.signal, limit]) : this.signal;
      const child = spawn(command, args, { cwd, env: { ...this.io.env, ...env }, signal, stdio: 'pipe' });
      const output: Buffer[] = [];
      const complaints: Buffer[] = joinsStreams ? output : [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
      const finish = (failure?: string) => {
        const [stdout, stderr] = [output, complaints].map((chunks) => Buffer.concat(chunks).toString('utf8'));
        done({ stdout: stdout!, stderr: stderr!, ...(failure !== undefined && { failure }) });
      };
      child.on('error', (error: NodeJS.ErrnoException) => finish(startFailure(command, error)));
      child.on('close', (code, killer) => {
        finish(code === 0 ? undefined : killer ? `signal: ${SIGNALS[killer] ?? killer}` : `exit status ${code}`);
      });
      // A program that does not read what it is given says so by its exit code.
      child.stdin.on('error', () => {});
      child.stdin.end(input ?? '');
    });
  }
}

const SIGNALS: Readonly<Record<string, string>> = { SIGTERM: 'terminated', SIGKILL: 'killed', SIGINT: 'interrupt' };

function startFailure(command: string, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return reason(error);
  return command.includes('/')
    ? `fork/exec ${command}: ${reason(error)}`
    : `exec: ${JSON.stringify(command)}: executable file not found in $PATH`;
}

function lstat(path: string) {
  try {
    return lstatSync(path);
  } catch (error) {
    throw new Error(`lstat ${path}: ${reason(error)}`, { cause: error });
  }
}

function findProgram(name: string, path: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    for (const each of names) {
      const candidate = join(folder, each);
      try {
        accessSync(candidate, constants.X_OK);
        if (statSync(candidate).isFile()) return candidate;
      } catch {
        // Looked for in the next folder.
      }
    }
  }
  return undefined;
}
