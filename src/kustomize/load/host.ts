import type { RepoSpec } from './repo-spec.ts';

/** What a build needs of the machine it runs on. Failures are Errors in Go's words. */
export interface Host {
  cwd: string;
  /** A line for the user beside the output: warnings. */
  warn(line: string): void;
  /** Without symbolic links. @throws `lstat /a/b: no such file or directory` */
  realPath(path: string): string;
  isFolder(path: string): boolean;
  /** @throws `open /a/b: permission denied`, `read /a: is a directory` */
  readFile(path: string): Buffer;
  /** Writes a file that is not there for longer than the build; gives its path. */
  temporaryFile(name: string, text: string): string;
  /** A folder that is not there for longer than the build. */
  temporaryFolder(prefix: string): string;
  /** The answer to a GET. @throws what kept it from coming */
  fetch(url: string): Promise<{ status: number; body: Buffer }>;
  /** Fetches a repository into a folder of its own and gives that. @throws what git said */
  clone(spec: RepoSpec): Promise<string>;
  /** Runs a program. @throws where it cannot be started or ends with another code than 0 */
  run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult>;
  /** The environment variable, undefined where it is not set. */
  environment(name: string): string | undefined;
}

export interface RunOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  input?: string;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** As Go says how it ended where that is not well: `exit status 1`. */
  failure?: string;
}
