import type { Directives } from './directives.ts';
import type { Arg, From, Instruction } from './instruction.ts';
import { readInstruction } from './read-instruction.ts';
import { DockerfileError } from './source-error.ts';
import { readStatements } from './statements.ts';

export interface Stage {
  from: From;
  /** Number of the stage, the first is 0. */
  index: number;
  /** What follows, up to the next FROM. */
  instructions: readonly Exclude<Instruction, From>[];
}

export interface Dockerfile {
  directives: Directives;
  /** ARG before the first FROM: what FROM may use. */
  globals: readonly Arg[];
  stages: readonly Stage[];
  /** The last lines of instructions that go on over an empty line. */
  emptyContinuations: readonly number[];
  text: string;
  /** The comment lines right above a line, without `#`: those behind the last empty line or empty comment. */
  comments(line: number): readonly string[];
}

/**
 * Reads a Dockerfile, all of the reference of docker/dockerfile:1.
 * @throws DockerfileError with docker's words
 */
export function parseDockerfile(text: string): Dockerfile {
  const { directives, statements, emptyContinuations, lines, directiveCount, failure } = readStatements(text);
  if (statements.length === 0 && !failure)
    throw new DockerfileError('file with no instructions', { first: 1, last: 1 });
  const comments = (line: number) => commentsAbove(lines, directiveCount, line);
  const globals: Arg[] = [];
  const stages: { from: From; index: number; instructions: Exclude<Instruction, From>[] }[] = [];
  const read = { directives, globals, stages, emptyContinuations, text, comments };
  for (const statement of statements) {
    const instruction = knownSoFar(read, () => readInstruction(statement, directives));
    if (instruction.name === 'FROM') stages.push({ from: instruction, index: stages.length, instructions: [] });
    else if (stages.length > 0) stages.at(-1)!.instructions.push(instruction);
    else if (instruction.name === 'ARG') globals.push(instruction);
    else throw new DockerfileError('no build stage in current context', instruction.range);
  }
  if (failure)
    knownSoFar(read, () => {
      throw failure;
    });
  if (stages.length === 0) {
    throw new DockerfileError('dockerfile contains no stages to build', { first: 1, last: 1 });
  }
  return read;
}

/** A mistake hands on what was read before it, so that it can be checked. */
function knownSoFar<Result>(read: Dockerfile, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof DockerfileError) partly.set(error, read);
    throw error;
  }
}

const partly = new WeakMap<DockerfileError, Dockerfile>();

/** What stands before the mistake. */
export const readBefore = (error: unknown): Dockerfile | undefined =>
  error instanceof DockerfileError ? partly.get(error) : undefined;

function commentsAbove(lines: readonly string[], directiveCount: number, line: number): string[] {
  const found: string[] = [];
  for (let at = line - 2; at >= directiveCount; at--) {
    const [, comment] = /^\s*#\s*(.*?)\s*$/.exec(lines[at]!) ?? [];
    if (!comment) break;
    found.unshift(comment);
  }
  return found;
}
