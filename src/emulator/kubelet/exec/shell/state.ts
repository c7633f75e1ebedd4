import type { CompoundCommand, CompoundList, Redirected } from 'unbash';
import type { Process } from '../process/process.ts';
import type { Dialect } from './syntax.ts';

export interface Variable {
  /** Undefined for one that is only declared. */
  value: string | undefined;
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
      variables: new Map([...this.variables].map(([name, one]) => [name, { ...one }])),
      functions: new Map(this.functions),
      aliases: new Map(this.aliases),
      options: new Set(this.options),
      // What is ignored stays so; what is caught is not the subshell's to catch.
      traps: new Map([...this.traps].filter(([, command]) => command === '')),
      jobs: [],
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
    for (const [name, { value, isExported }] of this.variables)
      if (isExported && value !== undefined) env.set(name, value);
    return env;
  }
}
