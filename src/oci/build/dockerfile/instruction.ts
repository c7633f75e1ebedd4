import type { SourceRange } from './source-error.ts';
import type { Heredoc, Statement } from './statements.ts';

/** What runs: words as they are, or a line for the shell. */
export type CommandLine = { form: 'exec'; words: readonly string[] } | { form: 'shell'; line: string };

interface Common {
  range: SourceRange;
  /** As it stands in the file. */
  original: string;
  /** As written: `from` and `FROM` mean the same, and a check asks for one of them. */
  word: string;
}

export interface From extends Common {
  name: 'FROM';
  /** With variables. */
  base: string;
  stage: string | undefined;
  platform: string | undefined;
  /** How `AS` is written; '' where there is none. */
  as: string;
}

export interface Run extends Common {
  name: 'RUN';
  command: CommandLine;
  /** Texts of `--mount`, with variables. */
  mounts: readonly string[];
  network: string | undefined;
  security: string | undefined;
  devices: readonly string[];
  heredocs: readonly Heredoc[];
}

export interface Copy extends Common {
  name: 'COPY' | 'ADD';
  /** With variables. */
  sources: readonly string[];
  /** Sources that stand in the Dockerfile itself. */
  heredocs: readonly Heredoc[];
  destination: string;
  from: string | undefined;
  chown: string | undefined;
  chmod: string | undefined;
  checksum: string | undefined;
  link: boolean;
  parents: boolean;
  keepGitDir: boolean;
  unpack: boolean | undefined;
  excludes: readonly string[];
}

export interface KeyValues extends Common {
  name: 'ENV' | 'LABEL';
  /** Names and values with quotes and variables. */
  pairs: readonly { key: string; value: string }[];
  /** `ENV name value` in place of `ENV name=value`. */
  isLegacy: boolean;
}

export interface Arg extends Common {
  name: 'ARG';
  pairs: readonly { key: string; value: string | undefined }[];
}

export interface Command extends Common {
  name: 'CMD' | 'ENTRYPOINT';
  command: CommandLine;
}

interface Shell extends Common {
  name: 'SHELL';
  words: readonly string[];
}

interface Texts extends Common {
  name: 'EXPOSE' | 'VOLUME';
  /** With variables. */
  values: readonly string[];
}

interface OneText extends Common {
  name: 'USER' | 'WORKDIR' | 'STOPSIGNAL' | 'MAINTAINER';
  /** With variables. */
  value: string;
}

/** As image configs have it: durations in ns. */
export interface HealthTest {
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

interface Healthcheck extends Common {
  name: 'HEALTHCHECK';
  health: HealthTest;
}

interface OnBuild extends Common {
  name: 'ONBUILD';
  /** What runs in the image that is built on this one, as it goes into the config. */
  trigger: string;
  statement: Statement;
}

export type Instruction =
  | From
  | Run
  | Copy
  | KeyValues
  | Arg
  | Command
  | Shell
  | Texts
  | OneText
  | Healthcheck
  | OnBuild;
