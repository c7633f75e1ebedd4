import type { CompoundCommand, CompoundList, Redirected } from 'unbash';
import type { Process } from '../process/process.ts';
import type { Dialect } from './syntax.ts';

export interface Variable {
  /** Undefined for one that is only declared; of an array the element 0. */
  value: string | undefined;
  /** Of an array: by index, or by key. */
  elements?: Map<string, string>;
  /** Keys are words (`declare -A`). */
  isMap?: boolean;
  /** What is assigned is calculated (`declare -i`). */
  isInteger?: boolean;
  isExported: boolean;
  isReadOnly: boolean;
}

export interface ShellFunction {
  body: CompoundCommand | Redirected | CompoundList;
  /** The text that the positions of `body` belong to. */
  source: string;
}

export interface Job {
  number: number;
  pid: number;
  process: Process;
  text: string;
  /** Undefined while it runs. */
  status: number | undefined;
  ended: Promise<number>;
}

/** How a command left the usual order of things. */
export class Jump extends Error {}

export class LoopJump extends Jump {
  readonly kind: 'break' | 'continue';
  levels: number;

  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

export class ReturnJump extends Jump {
  readonly status: number;

  constructor(status: number) {
    super('return');
    this.status = status;
  }
}

export class ExitJump extends Jump {
  readonly status: number;

  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** An error that ends a shell which is not interactive; the text has been said. */
export class FatalJump extends ExitJump {}

export const copyOf = (one: Variable): Variable =>
  one.elements ? { ...one, elements: new Map(one.elements) } : { ...one };

/** What a subshell inherits. */
export class ShellState {
  dialect: Dialect;
  /** `$0` */
  name: string;
  args: string[] = [];
  variables = new Map<string, Variable>();
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  /** By their letters; `pipefail` by its name. */
  options = new Set<string>();
  /** Command by signal number; 0 for EXIT. */
  traps = new Map<number, string>();
  status = 0;
  lastBackground: number | undefined;
  jobs: Job[] = [];
  isInteractive = false;
  /** The text that positions belong to. */
  source = '';
  loops = 0;
  functionDepth = 0;
  /** In a condition `set -e` does not hold. */
  conditions = 0;
  startedAt = 0;
  /** Of the last pipeline: the status of each of its commands. */
  pipeStatus: readonly string[] = ['0'];
  /** Names of the functions that run, innermost last. */
  calls: string[] = [];
  /** `shopt` */
  shellOptions = new Set<string>();
  /** `trap … ERR`, and whether it is running. */
  onError: string | undefined;
  /** Descriptors of `<(…)`, which go with the command that has them. */
  substitutions: number[] = [];
  /** Folders of `pushd`. */
  folders: string[] = [];
  /** Values that `local` has hidden, innermost function last. */
  locals: Map<string, Variable | undefined>[] = [];

  constructor(dialect: Dialect, name: string) {
    this.dialect = dialect;
    this.name = name;
  }

  fork(): ShellState {
    const copy = new ShellState(this.dialect, this.name);
    Object.assign(copy, this, {
      args: [...this.args],
      variables: new Map([...this.variables].map(([name, one]) => [name, copyOf(one)])),
      functions: new Map(this.functions),
      aliases: new Map(this.aliases),
      options: new Set(this.options),
      // What is ignored stays so; what is caught is not the subshell's to catch.
      traps: new Map([...this.traps].filter(([, command]) => command === '')),
      jobs: [],
      onError: undefined,
      substitutions: [],
      folders: [...this.folders],
      calls: [...this.calls],
      shellOptions: new Set(this.shellOptions),
      locals: this.locals.map((one) => new Map(one)),
      isInteractive: false,
    });
    return copy;
  }

  get(name: string): string | undefined {
    return this.variables.get(name)?.value;
  }

  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, { value, isExported, elements }] of this.variables)
      if (isExported && value !== undefined && !elements) env.set(name, value);
    return env;
  }
}
