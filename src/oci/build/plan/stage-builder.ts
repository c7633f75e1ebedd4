import type { RunConfig } from '../../store/read-image.ts';
import type { PathFilter } from '../context/patterns.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import type { Warnings } from '../lint/warnings.ts';
import type { FileSource, Operation, PlannedHistory } from './operations.ts';
import { crossingTo, type Platform } from './platform.ts';
import type { Variables } from './variables.ts';

/** What all stages of a build have in common. */
export interface BuildScope {
  warnings: Warnings;
  /** `--build-arg`. */
  buildArgs: ReadonlyMap<string, string>;
  /** Names of those that something asked for. */
  usedArgs: Set<string>;
  /** Values of ARG before the first FROM, and of what every build knows of its platforms. */
  globals: ReadonlyMap<string, string | undefined>;
  /** What the context leaves out; undefined where it has no say. */
  ignore: PathFilter | undefined;
  network: 'default' | 'none' | 'host';
  /** `--allow`: what steps may have beside what all have. */
  allowed: ReadonlySet<string>;
  /** Several platforms are built for. */
  isOneOfSeveral: boolean;
}

/** A stage while its instructions are read one after the other. */
export class StageBuilder {
  readonly scope: BuildScope;
  readonly variables: Variables;
  readonly config: RunConfig;
  readonly operations: Operation[] = [];
  readonly history: PlannedHistory[] = [];
  /** Finds what `--from` names. */
  readonly source: (from: string, range: SourceRange) => FileSource;
  /** The environment of the base is known; else nothing is said about variables that may come from it. */
  readonly knowsBase: boolean;
  /** What commands of it run on. */
  readonly platform: Platform;
  author: string | undefined;
  /** An absolute WORKDIR was given, here or in a stage below. */
  hasWorkdir = false;
  /** What is read is a trigger of the base, and is shown as such. */
  isTriggered = false;
  /** CMD, ENTRYPOINT and HEALTHCHECK that were seen in this stage. */
  readonly once = new Map<string, SourceRange>();

  constructor(parts: Pick<StageBuilder, 'scope' | 'variables' | 'config' | 'source' | 'knowsBase' | 'platform'>) {
    this.scope = parts.scope;
    this.variables = parts.variables;
    this.config = parts.config;
    this.source = parts.source;
    this.knowsBase = parts.knowsBase;
    this.platform = parts.platform;
  }

  /** A function that puts variables into the words of one instruction: all of them see the same values. */
  expander({ range, name }: Instruction): (text: string) => string {
    return (text) => this.variables.word(text, range, (missing) => this.#missing(missing, range, name));
  }

  expandText(text: string, range: SourceRange): string {
    return this.variables.text(text, range, (missing) => this.#missing(missing, range, ''));
  }

  /** A line of the history. @param operation what makes its layer; undefined where it makes none */
  remember(createdBy: string, operation?: Operation): void {
    this.history.push({ createdBy, operation, ...(this.author ? { author: this.author } : {}) });
  }

  operate(operation: Operation, createdBy: string): void {
    const crossTo = this.scope.isOneOfSeveral ? crossingTo(this.platform, this.variables.value) : '';
    if (crossTo) operation.crossTo = crossTo;
    if (this.isTriggered) operation.title = `ONBUILD ${operation.title}`;
    this.operations.push(operation);
    this.remember(createdBy, operation);
  }

  /** An instruction of which only the last one counts. The one that is passed over is reported. */
  markOnce({ name, range }: Instruction): void {
    const before = this.once.get(name);
    if (before) {
      const why = 'instructions should not be used in the same stage because only the last one will be used';
      this.scope.warnings.add('MultipleInstructionsDisallowed', before, `Multiple ${name} ${why}`);
    }
    this.once.set(name, range);
  }

  #missing(name: string, range: SourceRange, instruction: string): void {
    if (!this.knowsBase || instruction === 'ARG') return;
    const near = this.variables.near(name);
    const text = `Usage of undefined variable '$${name}'${near ? ` (did you mean $${near}?)` : ''}`;
    this.scope.warnings.add('UndefinedVar', range, text);
  }
}
